import { describe, expect, it } from '@jest/globals';
import type { EventStore } from '@entente/engine';
import { all, anEvent } from '../../../test/contracts/event-store.js';
import type { EventStoreDouble } from '../../../test/doubles/eventstoredb/double.js';
import { metastreamOf } from '../../../test/doubles/eventstoredb/log.js';
import { aServer, aStore } from '../../../test/support/stores-on-double.js';
import { EventStoreDbStore } from './eventstoredb-store.js';

let made = 0;
/** An event of another program. */
const theirs = (type: string, data = '{}', metadata = '') => ({
  id: `77777777-0000-4000-8000-${String((made += 1)).padStart(12, '0')}`,
  type,
  contentType: 'application/json',
  data: new TextEncoder().encode(data),
  metadata: new TextEncoder().encode(metadata),
});

/** Five events in note/a, and one each in note/b and memo/a. */
async function filled(log?: string): Promise<{ server: EventStoreDouble; store: EventStoreDbStore }> {
  const server = await aServer();
  const store = await aStore({ url: server.url, ...(log === undefined ? {} : { log }) });
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

/** Every way to read or write the stream. */
const uses = (store: EventStore): readonly (() => Promise<unknown>)[] => [
  () => all(store.readStream('note/a')),
  () => store.revisionOf('note/a'),
  () => all(store.readLog(0n)),
  () => all(store.readLog(0n, { kinds: ['note'] })),
  () => store.append('note/a', 'none', [anEvent()]),
  () => store.append('note/a', 4, [anEvent()]),
  () => store.append('note/a', 'any', [anEvent()]),
];

describe('a stream of which an administrator removed events', () => {
  for (const log of [undefined, 'ours'])
    it.each(CUTS)(
      `is refused by name for every reader and writer: %s, in a log named ${log}`,
      async (_, cut, cause) => {
        const { server, store } = await filled(log);
        const before = server.log.records.length;
        cut(server, log === undefined ? 'note/a' : `${log}:note/a`);
        const added = server.log.records.length;
        expect(added).toBeGreaterThan(before);
        // The fault is known to a process that is running, too.
        await store.head();
        for (const use of uses(store)) {
          const fault = await use().catch((error: unknown) => error);
          expect(fault).toMatchObject({ code: 'stream-deleted', retryAfter: null });
          expect((fault as Error).message).toMatch(/^the stream note\/a is not whole: /);
          expect((fault as Error).message).toMatch(cause);
          expect((fault as Error).message).toMatch(/restores the server from a backup$/);
        }
        expect(server.log.records).toHaveLength(added);
        // Other streams are as they were.
        expect(await all(store.readStream('note/b'))).toHaveLength(1);
        expect(await all(store.readLog(0n, { kinds: ['memo'] }))).toHaveLength(1);
        expect(await store.append('note/b', 0, [anEvent()])).toMatchObject({ ok: true });
        // Nor is the log opened again, unless to read the rest.
        const options = { url: server.url, answerTimeout: 2000, ...(log === undefined ? {} : { log }) };
        await expect(EventStoreDbStore.connect(options)).rejects.toMatchObject({ code: 'stream-deleted' });
        const verifying = await aStore({ ...options, evenIfDamaged: true });
        const faults: unknown[] = [];
        const rest = await all(verifying.readLog(0n, { onDamage: (fault) => faults.push(fault) }));
        expect(rest.filter(({ stream }) => stream !== 'note/a').map(({ stream }) => stream)).toEqual([
          'note/b',
          'memo/a',
          'note/b',
        ]);
        expect(verifying.damages().map(({ message }) => cause.test(message))).toEqual([true]);
      },
    );

  it('is whole again once its metadata no longer cut it, unless the server was scavenged since', async () => {
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

  it('is no concern of a log if the stream is of another log or program', async () => {
    const { server, store } = await filled('ours');
    await (await aStore({ url: server.url, log: 'other' })).append('note/a', 'none', [anEvent()]);
    server.log.write('note/a', [theirs('Theirs')]);
    for (const stream of ['other:note/a', 'note/a', 'ours:note', '$ours:note/a']) {
      setMetadata(server, stream, { $maxCount: 1 });
      server.log.delete(stream);
    }
    await store.head();
    expect(await all(store.readLog(0n))).toHaveLength(7);
    expect(await all((await aStore({ url: server.url, log: 'ours' })).readLog(0n))).toHaveLength(7);
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
});

describe('the identity of a log', () => {
  it.each(['deleted', 'cut', 'tombstoned'] as const)('that was %s keeps the log from being opened', async (how) => {
    const { server, store } = await filled();
    await store.close();
    if (how === 'deleted') server.log.delete('entente-log');
    else if (how === 'cut') setMetadata(server, 'entente-log', { $tb: 1 });
    else server.log.tombstone('entente-log');
    const before = server.log.records.length;
    await expect(EventStoreDbStore.connect({ url: server.url, answerTimeout: 500 })).rejects.toMatchObject({
      code: 'stream-deleted',
      message: expect.stringContaining('entente-log') as unknown,
    });
    expect(server.log.records).toHaveLength(before);
  });

  it('is not written to a server that has streams which the log would take for its own', async () => {
    const server = await aServer();
    server.log.write('order/1', [theirs('OrderPlaced')]);
    await expect(EventStoreDbStore.connect({ url: server.url, answerTimeout: 500 })).rejects.toMatchObject({
      code: 'foreign-event',
      message: expect.stringMatching(/has the stream order\/1 and no log: give the log a name/) as unknown,
    });
    expect(server.log.of('entente-log')).toEqual([]);
    expect(await all((await aStore({ url: server.url, log: 'ours' })).readLog(0n))).toEqual([]);
  });
});

describe('an event that another program wrote into a stream of the log', () => {
  it.each([
    ['without metadata', theirs('NoteTaken')],
    ['with metadata that have no version', theirs('NoteTaken', '{}', '{"entente":{}}')],
    ['with data that are no JSON', theirs('NoteTaken', 'no JSON', '{"entente":{"version":1}}')],
  ])('is a fault that names it, and lets processes start and verify: %s', async (_, foreign) => {
    const { server, store } = await filled();
    const at = server.log.write('note/b', [foreign])?.position;
    const message = `note/b: revision 1 at position ${at} was written by another program`;
    for (const read of [() => all(store.readLog(0n)), () => all(store.readStream('note/b'))])
      await expect(read()).rejects.toMatchObject({
        code: 'foreign-event',
        message: expect.stringContaining(message) as unknown,
      });
    const reported: unknown[] = [];
    const again = await aStore({ url: server.url, onDamage: (fault) => reported.push(fault) });
    expect(reported).toMatchObject([{ code: 'foreign-event', message: expect.stringContaining(message) as unknown }]);
    expect(await again.append('note/a', 4, [anEvent()])).toMatchObject({ ok: true });
    const faults: unknown[] = [];
    expect(await all(again.readLog(0n, { onDamage: (fault) => faults.push(fault) }))).toHaveLength(8);
    expect(faults).toMatchObject([{ code: 'foreign-event' }]);
  });
});
