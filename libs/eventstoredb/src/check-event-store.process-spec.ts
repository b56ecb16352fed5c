import { once } from 'node:events';
import { type AddressInfo, type Socket, createServer } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Fault, type ServiceFinding } from '@entente/engine';
import { all, anEvent } from '../../../test/contracts/event-store.js';
import { EventStoreCluster } from '../../../test/doubles/eventstoredb/cluster.js';
import type { EventStoreDouble } from '../../../test/doubles/eventstoredb/double.js';
import { metastreamOf } from '../../../test/doubles/eventstoredb/log.js';
import { aServer, aStore } from '../../../test/support/stores-on-double.js';
import { checkEventStore } from './check-event-store.js';
import { EventStoreDbStore } from './eventstoredb-store.js';

const started: { stop(): void }[] = [];
afterEach(() => {
  for (const one of started.splice(0)) one.stop();
});

let made = 0;
/** Writes events of another program. */
function write({ log }: EventStoreDouble, stream: string, type: string, data = '{}', metadata = '', count = 1): void {
  const events = Array.from({ length: count }, () => ({
    id: `77777777-0000-4000-8000-${String((made += 1)).padStart(12, '0')}`,
    type,
    contentType: 'application/json',
    data: Buffer.from(data),
    metadata: Buffer.from(metadata),
  }));
  log.write(stream, events);
}
const limit = (server: EventStoreDouble, stream: string, metadata: object): void =>
  write(server, metastreamOf(stream), '$metadata', JSON.stringify(metadata));

/** Three events in note/a, and one in note/b. */
async function filled(): Promise<EventStoreDouble> {
  const server = await aServer();
  const store = await aStore({ url: server.url });
  for (let i = 0; i < 3; i += 1) await store.append('note/a', i === 0 ? 'none' : i - 1, [anEvent()]);
  await store.append('note/b', 'none', [anEvent()]);
  await store.close();
  return server;
}

const failuresOf = async (url: string): Promise<readonly ServiceFinding[]> =>
  (await checkEventStore({ url })).findings.filter(({ result }) => result === 'failure');

/** What others did to the server before a start. */
const DAMAGE: readonly [string, (server: EventStoreDouble) => void][] = [
  ['a stream of the log has a limit', (server) => limit(server, 'note/a', { $maxCount: 2 })],
  ['a stream of the log was deleted', (server) => void server.log.delete('note/a')],
  ['a stream of the log was deleted for ever', (server) => void server.log.tombstone('note/a')],
  ['the identity has a limit', (server) => limit(server, 'entente-log', { $maxCount: 1 })],
  [
    'the identity was deleted, and many events of others are behind it',
    (server) => {
      server.log.delete('entente-log');
      write(server, 'orders', 'Ordered', '{}', '', 1001);
    },
  ],
  ['the identity was deleted for ever', (server) => void server.log.tombstone('entente-log')],
];

describe('the check of an event store', () => {
  it.each(DAMAGE)('fails with the fault and the remedy of a start if %s', async (_, damage) => {
    const server = await filled();
    expect(await failuresOf(server.url)).toEqual([]);
    damage(server);
    const fault: unknown = await EventStoreDbStore.connect({ url: server.url }).catch((error: unknown) => error);
    if (!(fault instanceof Fault)) throw new Error('the start does not fail');
    expect(fault.code).toBe('stream-deleted');
    const failures = await failuresOf(server.url);
    expect(failures.map(({ check, message, remedy }) => [check, `${message}; ${remedy}`])).toEqual([
      ['log', fault.message],
    ]);
  });

  it('fails with the fault of a start if others have streams of its form, with many events behind them', async () => {
    const server = await aServer();
    write(server, 'order/1', 'Ordered');
    write(server, 'orders', 'Ordered', '{}', '', 1001);
    await expect(EventStoreDbStore.connect({ url: server.url })).rejects.toMatchObject({ code: 'foreign-event' });
    expect(await failuresOf(server.url)).toEqual([
      expect.objectContaining({
        check: 'log',
        message: expect.stringMatching(/has the stream order\/1 and no log$/) as unknown,
        remedy: expect.stringMatching(/^give the log a name \(ESDB_LOG\)/) as unknown,
      }),
    ]);
  });

  it('fails if an event of another program in a stream of the log cannot be read', async () => {
    const server = await filled();
    for (const metadata of ['', '{"entente":{}}', '{"entente":{"version":"1"}}'])
      write(server, 'note/b', 'Ordered', '{}', metadata);
    write(server, 'orders', 'Ordered', '{}', '', 1001);
    const store = await aStore({ url: server.url });
    await store.append('note/a', 2, [anEvent()]);
    expect(await failuresOf(server.url)).toEqual([
      expect.objectContaining({
        check: 'log',
        message: expect.stringMatching(/^note\/b: revision 1 .* was written by another program$/) as unknown,
        remedy: expect.stringMatching(/give that program another stream/) as unknown,
      }),
    ]);
  });

  it('names the stream that the user may not read, as a start does', async () => {
    const server = await filled();
    server.faults.denied = 'entente-log';
    await expect(EventStoreDbStore.connect({ url: server.url })).rejects.toThrow('so it did not read entente-log;');
    expect(await failuresOf(server.url)).toEqual([
      expect.objectContaining({
        check: 'rights',
        message: expect.stringMatching(
          /^a client without a user has no right to .* did not read entente-log$/,
        ) as unknown,
      }),
    ]);
    server.faults.denied = 'note/a';
    const store = await aStore({ url: server.url });
    await expect(all(store.readStream('note/a'))).rejects.toThrow('so it did not read note/a;');
  });

  it('warns of a host of a cluster that accepts connections and never answers', async () => {
    const cluster = await EventStoreCluster.start();
    const sockets: Socket[] = [];
    const silent = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
    const stop = (): void => {
      silent.close();
      for (const socket of sockets) socket.destroy();
    };
    started.push(cluster, { stop });
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const hosts = [...cluster.ports, port].map((one) => `127.0.0.1:${one}`).join(',');
    const { findings } = await checkEventStore({ url: `esdb://${hosts}?tls=false` });
    expect(findings.filter(({ result }) => result !== 'ok')).toEqual([
      expect.objectContaining({
        result: 'warning',
        check: 'reachable',
        message: expect.stringContaining(`127.0.0.1:${port} accepts connections and does not answer (`) as unknown,
      }),
    ]);
  });

  it('finds a server of which one node is named, which follows, and one that is not ready yet, to fit', async () => {
    const cluster = await EventStoreCluster.start();
    started.push(cluster);
    const follower = cluster.ports.find((_, node) => node !== cluster.leader());
    const { findings } = await checkEventStore({ url: `esdb://127.0.0.1:${follower}?tls=false` });
    expect(findings.filter(({ result }) => result !== 'ok').map(({ result, check }) => `${result}: ${check}`)).toEqual([
      'warning: nodes',
    ]);
    const server = await aServer();
    Object.assign(server.faults, { unavailable: 1, unavailableReads: 1 });
    expect(await failuresOf(server.url)).toEqual([]);
  });
});
