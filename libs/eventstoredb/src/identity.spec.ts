import { afterEach, describe, expect, it } from '@jest/globals';
import { eraOf, isLost } from '@entente/engine';
import { anEvent } from '../../../test/contracts/event-store.js';
import { EventStoreDouble } from '../../../test/doubles/eventstoredb/double.js';
import { EventStoreDbStore } from './eventstoredb-store.js';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function server() {
  const double = await EventStoreDouble.start();
  ends.push(() => double.stop());
  const open = async (log?: string): Promise<EventStoreDbStore> => {
    const named = log === undefined ? {} : { log };
    const store = await EventStoreDbStore.connect({ url: double.url, answerTimeout: 300, ...named });
    ends.push(() => store.close());
    return store;
  };
  return { double, open };
}

describe('the identity of a log on a server', () => {
  it('is given once by the first of many concurrent clients, and differs for each log', async () => {
    const { open } = await server();
    const ids = (await Promise.all([open(), open(), open()])).map(({ id }) => id);
    expect(new Set(ids).size).toBe(1);
    expect((await open()).id).toBe(ids[0]);
    expect((await open('trials')).id).not.toBe(ids[0]);
  });

  it('is read, and nothing is written, if it exists', async () => {
    const { double, open } = await server();
    await open();
    const before = double.log.of('entente-log').length;
    await open();
    expect([before, double.log.of('entente-log').length]).toEqual([1, 1]);
  });

  it('names the eras that were begun, each with the part of the log before it', async () => {
    const { open } = await server();
    const store = await open();
    expect([store.eras, eraOf(store)]).toEqual([[], '']);
    await store.append('note/a', 'none', [anEvent()]);
    const head = await store.head();
    await store.beginEra();
    await store.beginEra(0n);
    const again = await open();
    expect(again.eras.map(({ since }) => since)).toEqual([head, 0n]);
    expect(new Set(again.eras.map(({ id }) => id)).size).toBe(2);
    expect(eraOf(again)).toMatch(/^[0-9a-f]{8}$/);
    expect([isLost(again, '', head), isLost(again, eraOf(again), head)]).toEqual([true, false]);
  });

  it('keeps both eras if two are begun at once', async () => {
    const { open } = await server();
    const one = await open();
    const other = await open();
    await Promise.all([one.beginEra(1n), other.beginEra(2n)]);
    const found = (await open()).eras.map(({ since }) => since);
    expect(found.sort()).toEqual([1n, 2n]);
  });
});
