import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { all, anEvent } from '../../../test/contracts/event-store.js';
import { EventStoreDouble } from '../../../test/doubles/eventstoredb/double.js';
import { EventStoreDbStore } from './eventstoredb-store.js';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** A store that has seen three events, and its server with the number of records of the first. */
async function aStoreOfThree(): Promise<{ server: EventStoreDouble; store: EventStoreDbStore; older: number }> {
  const server = await EventStoreDouble.start();
  ends.push(() => server.stop());
  const store = await EventStoreDbStore.connect({ url: server.url, answerTimeout: 200 });
  ends.push(() => store.close());
  await store.append('note/a', 'none', [anEvent()]);
  const older = server.log.records.length;
  await store.append('note/a', 0, [anEvent()]);
  await store.append('note/b', 'none', [anEvent()]);
  return { server, store, older };
}

/** Stops the server, puts an older copy in its place, and starts it. */
async function restore(server: EventStoreDouble, records: number, meanwhile = (): void => undefined): Promise<void> {
  server.refuse();
  server.log.takeBack(records);
  meanwhile();
  await server.listen();
}

async function foundBy(store: EventStoreDbStore): Promise<void> {
  for (const end = performance.now() + 10_000; store.takenBack() === null; await pause(20))
    if (performance.now() > end) throw new Error('it was not found');
}

describe('an event store that is restored from an older copy while a process has it open', () => {
  it('is found within seconds, and every use is refused until it is opened again', async () => {
    const { server, store, older } = await aStoreOfThree();
    await restore(server, older);
    await foundBy(store);
    const taken = { code: 'log-taken-back', message: expect.stringMatching(/does not have the event at position \d+/) };
    await expect(store.append('note/c', 'none', [anEvent()])).rejects.toMatchObject(taken);
    await expect(store.head()).rejects.toMatchObject(taken);
    await expect(store.revisionOf('note/a')).rejects.toMatchObject(taken);
    await expect(all(store.readLog(0n))).rejects.toMatchObject(taken);
    await expect(store.beginEra()).rejects.toMatchObject(taken);
    const again = await EventStoreDbStore.connect({ url: server.url, answerTimeout: 200 });
    ends.push(() => again.close());
    expect(again.takenBack()).toBeNull();
    expect(await again.append('note/a', 0, [anEvent()])).toMatchObject({ ok: true, revision: 1 });
  });

  it('is found although the copy has grown past the end that the process knew', async () => {
    const { server, store, older } = await aStoreOfThree();
    await restore(server, older, () => {
      const data = new Uint8Array(4000);
      const event = { type: 'Other', contentType: 'application/octet-stream', data, metadata: new Uint8Array() };
      server.log.write('other-1', [{ ...event, id: '11111111-2222-4333-8444-555555555555' }]);
    });
    await foundBy(store);
  });

  it('is found although a foreign event of the same size came to the position of the lost one', async () => {
    const { server, store, older } = await aStoreOfThree();
    const [, lost] = server.log.of('note/a');
    await restore(server, older, () => {
      server.log.write('note/a'.toUpperCase(), [lost!]);
      for (let n = 0; n < 9; n += 1) server.log.write('other-1', [lost!]);
    });
    await foundBy(store);
  });

  it('is found although the log had no event yet', async () => {
    const server = await EventStoreDouble.start();
    ends.push(() => server.stop());
    const store = await EventStoreDbStore.connect({ url: server.url, answerTimeout: 200 });
    ends.push(() => store.close());
    await restore(server, 0);
    await foundBy(store);
    await expect(store.append('note/a', 'none', [anEvent()])).rejects.toMatchObject({ code: 'log-taken-back' });
  });

  it('is not suspected if the last event was scavenged', async () => {
    const { server, store } = await aStoreOfThree();
    // Its last event is known by its id, not only by its position.
    await pause(500);
    const [last] = server.log.of('note/b');
    server.log.scavenge('note/b', 1);
    server.log.write('$scavenges', [{ ...last!, id: '11111111-2222-4333-8444-555555555556' }]);
    await restore(server, server.log.records.length);
    await pause(1500);
    expect(store.takenBack()).toBeNull();
    expect([await store.lacks(last!.position), await store.lacks(last!.position, last!.id)]).toEqual([false, false]);
    expect(await store.append('note/a', 1, [anEvent()])).toMatchObject({ ok: true, revision: 2 });
  });

  it('is not suspected after an outage in which nothing was lost', async () => {
    const { server, store } = await aStoreOfThree();
    await restore(server, server.log.records.length);
    await pause(1500);
    expect(store.takenBack()).toBeNull();
    expect(await store.append('note/a', 1, [anEvent()])).toMatchObject({ ok: true, revision: 2 });
  });
});
