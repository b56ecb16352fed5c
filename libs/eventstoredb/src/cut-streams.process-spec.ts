import { describe, expect, it } from '@jest/globals';
import { all, anEvent } from '../../../test/contracts/event-store.js';
import type { EventStoreDouble } from '../../../test/doubles/eventstoredb/double.js';
import { metastreamOf } from '../../../test/doubles/eventstoredb/log.js';
import { until } from '../../../test/support/kafka.js';
import { aServer, aStore } from '../../../test/support/stores-on-double.js';
import { EventStoreDbStore } from './eventstoredb-store.js';

let made = 0;
/** An event of another program. */
const theirs = (type: string, data = '{}') => ({
  id: `77777777-0000-4000-8000-${String((made += 1)).padStart(12, '0')}`,
  type,
  contentType: 'application/json',
  data: new TextEncoder().encode(data),
  metadata: new Uint8Array(),
});

/** Five events in note/a, and one each in note/b and memo/a. */
async function filled(): Promise<{ server: EventStoreDouble; store: EventStoreDbStore }> {
  const server = await aServer();
  const store = await aStore({ url: server.url });
  for (let i = 0; i < 5; i += 1) await store.append('note/a', i === 0 ? 'none' : i - 1, [anEvent()]);
  await store.append('note/b', 'none', [anEvent()]);
  await store.append('memo/a', 'none', [anEvent()]);
  return { server, store };
}

const setMetadata = (server: EventStoreDouble, stream: string, metadata: object): void =>
  void server.log.write(metastreamOf(stream), [theirs('$metadata', JSON.stringify(metadata))]);

/** What an administrator does to note/a, and how the fault names it. */
const CUTS: readonly [string, (server: EventStoreDouble, stream: string) => void, RegExp][] = [
  ['$maxCount', (server, stream) => setMetadata(server, stream, { $maxCount: 2 }), /has \$maxCount 2/],
  ['$maxAge', (server, stream) => setMetadata(server, stream, { $maxAge: 3600 }), /has \$maxAge 3600/],
  ['$tb', (server, stream) => setMetadata(server, stream, { $tb: 3 }), /has \$tb 3/],
  ['a soft delete', (server, stream) => void server.log.delete(stream), /was deleted on the server/],
  ['a tombstone', (server, stream) => void server.log.tombstone(stream), /was deleted for ever/],
];

describe('a stream of which an administrator removed events', () => {
  it.each(CUTS)('is refused in a log without a name, too: %s', async (what, cut, cause) => {
    const { server, store } = await filled();
    cut(server, 'note/a');
    await store.head();
    await expect(all(store.readStream('note/a'))).rejects.toThrow(cause);
    // Only a setting can be removed again.
    const remedy = what === 'a tombstone' ? /for ever; restore the server/ : /; remove that setting .* or restore/;
    await expect(all(store.readStream('note/a'))).rejects.toThrow(remedy);
    await expect(EventStoreDbStore.connect({ url: server.url })).rejects.toMatchObject({ code: 'stream-deleted' });
  });

  it('is whole if its metadata have the name of a limit elsewhere, or a limit that removes nothing', async () => {
    const { server, store } = await filled();
    for (const metadata of [{ owner: { $tb: 5 } }, { note: '"$tb":5' }, { $tb: 0 }, { $tb: '5' }]) {
      setMetadata(server, 'note/a', metadata);
      await store.head();
      expect(await all(store.readStream('note/a'))).toHaveLength(5);
    }
  });

  it('is not whole again when its metadata no longer cut it, if the server was scavenged since', async () => {
    const { server, store } = await filled();
    setMetadata(server, 'note/a', { $maxCount: 2 });
    await store.head();
    await expect(all(store.readStream('note/a'))).rejects.toMatchObject({ code: 'stream-deleted' });
    setMetadata(server, 'note/a', { $acl: { $r: 'ops' } });
    await store.head();
    expect(await all(store.readStream('note/a'))).toHaveLength(5);
    expect(await all((await aStore({ url: server.url })).readLog(0n))).toHaveLength(7);
    server.log.scavenge('note/a', 3);
    for (const read of [
      () => all(store.readStream('note/a')),
      () => all(store.readStream('note/a', { backwards: true })),
      () => all(store.readStream('note/a', { from: 1 })),
    ])
      await expect(read()).rejects.toThrow('the stream note/a is not whole: it begins at revision 3');
    expect(await all(store.readStream('note/a', { from: 3 }))).toHaveLength(2);
    expect(await all(store.readStream('note/a', { backwards: true, limit: 2 }))).toHaveLength(2);
  });
});

describe('a stream of which events are missing at the edge of a page', () => {
  it('is found to be cut, forwards and backwards', async () => {
    const server = await aServer();
    const store = await aStore({ url: server.url });
    for (let i = 0; i < 1000; i += 250) {
      const events = Array.from({ length: 250 }, () => anEvent());
      await store.append('note/a', i === 0 ? 'none' : i - 1, events);
    }
    server.log.scavenge('note/a', 500);
    for (const range of [{}, { backwards: true }, { from: 499, backwards: true }, { from: 300 }])
      await expect(all(store.readStream('note/a', range))).rejects.toMatchObject({ code: 'stream-deleted' });
    expect(await all(store.readStream('note/none', { from: 3, backwards: true }))).toEqual([]);
  });

  it('is found to be cut if they are missing within a page, too', async () => {
    const server = await aServer();
    const store = await aStore({ url: server.url });
    await store.append('note/a', 'none', [anEvent(), anEvent(), anEvent(), anEvent()]);
    (server.log.of('note/a') as unknown[]).splice(1, 1);
    for (const range of [{}, { backwards: true }])
      await expect(all(store.readStream('note/a', range))).rejects.toMatchObject({ code: 'stream-deleted' });
    expect(await all(store.readStream('note/a', { from: 2 }))).toHaveLength(2);
  });
});

describe('a log of which events were scavenged, and whose metadata do not show it', () => {
  it('is a fault for its readers, at the beginning of a stream and within it, unless they report damage', async () => {
    const server = await aServer();
    const store = await aStore({ url: server.url });
    // Each stream is on several pages of the log.
    for (let i = 0; i < 6; i += 1)
      for (const stream of ['note/a', 'note/b', 'memo/a'])
        await store.append(
          stream,
          i === 0 ? 'none' : i * 200 - 1,
          Array.from({ length: 200 }, () => anEvent()),
        );
    const [, event] = await all(store.readLog(0n));
    server.log.scavenge('note/b', 1);
    const beginning = {
      code: 'stream-deleted',
      message: expect.stringContaining('note/b is not whole: it begins at revision 1'),
    };
    for (const range of [{}, { kinds: ['note'] }])
      await expect(all(store.readLog(0n, range))).rejects.toMatchObject(beginning);
    expect(await all(store.readLog(0n, { kinds: ['memo'] }))).toHaveLength(1200);
    expect(await all(store.readLog(0n, { onDamage: () => undefined }))).toHaveLength(3599);
    // A reader that continues does not know what was before.
    expect((await all(store.readLog(event?.position ?? 0n))).length).toBe(3597);
    const { records } = server.log;
    records.splice(
      records.findIndex(({ stream, revision }) => stream === 'note/a' && revision === 777),
      1,
    );
    const within = {
      code: 'stream-deleted',
      message: expect.stringContaining('revision 778 comes after revision 776'),
    };
    await expect(all(store.readLog(event?.position ?? 0n))).rejects.toMatchObject(within);
  });
});

describe('the identity of a log', () => {
  it('is missed by every use of the log when it is deleted while a process has the log open', async () => {
    const server = await aServer();
    const store = await aStore({ url: server.url });
    await store.append('note/a', 'none', [anEvent()]);
    server.log.delete('entente-log');
    await until(() => store.damages().length > 0);
    const fault = { code: 'stream-deleted', message: expect.stringContaining('entente-log is not whole') as unknown };
    await expect(store.append('note/b', 'none', [anEvent()])).rejects.toMatchObject(fault);
    await expect(all(store.readStream('note/a'))).rejects.toMatchObject(fault);
    await expect(all(store.readLog(0n, { kinds: ['memo'] }))).rejects.toMatchObject(fault);
    await expect(aStore({ url: server.url })).rejects.toMatchObject(fault);
  });

  it('is not written to a server that has streams which the log would take for its own', async () => {
    const server = await aServer();
    server.log.write('order/1', [theirs('OrderPlaced')]);
    await expect(EventStoreDbStore.connect({ url: server.url, answerTimeout: 500 })).rejects.toMatchObject({
      code: 'foreign-event',
      message: expect.stringMatching(/has the stream order\/1 and no log; give the log a name/) as unknown,
    });
    expect(server.log.of('entente-log')).toEqual([]);
    expect(await all((await aStore({ url: server.url, log: 'ours' })).readLog(0n))).toEqual([]);
  });
});
