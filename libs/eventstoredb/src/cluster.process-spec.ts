import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { all, anEvent } from '../../../test/contracts/event-store.js';
import { EventStoreCluster } from '../../../test/doubles/eventstoredb/cluster.js';
import { EventStoreDbStore } from './eventstoredb-store.js';

jest.setTimeout(60_000);

// The runner fails a test in which an error is not caught.
const ends: (() => unknown)[] = [];

/** An event of another program. */
const theirs = {
  type: 'Theirs',
  contentType: 'application/json',
  data: new TextEncoder().encode('{}'),
  metadata: new Uint8Array(),
};

/** A port on which no process listens. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** Times of a quick cluster, in milliseconds. */
const TIMES = { election: 300, silence: 1000, resign: 700, stale: 200 };

async function aCluster(): Promise<EventStoreCluster> {
  const cluster = await EventStoreCluster.start({ times: TIMES });
  ends.push(() => cluster.stop());
  return cluster;
}

async function aStore(url: string, answerTimeout = 2000): Promise<EventStoreDbStore> {
  const store = await EventStoreDbStore.connect({ url, answerTimeout });
  ends.push(() => store.close());
  return store;
}

/**
 * Appends until it is accepted. Returns the milliseconds that it took, and the codes of the
 * failures before.
 */
async function accepted(store: EventStoreDbStore, stream: string): Promise<{ ms: number; codes: string[] }> {
  const begun = performance.now();
  const codes: string[] = [];
  const event = anEvent();
  for (;;)
    try {
      expect(await store.append(stream, 'none', [event])).toMatchObject({ ok: true, revision: 0 });
      return { ms: performance.now() - begun, codes };
    } catch (error) {
      codes.push((error as { code: string }).code);
    }
}

describe('the event store on a cluster', () => {
  it('asks the next leader after the leader dies', async () => {
    const cluster = await aCluster();
    const store = await aStore(cluster.url);
    await store.append('note/a', 'none', [anEvent()]);
    cluster.kill(0);
    const { ms } = await accepted(store, 'note/b');
    expect(cluster.leader()).not.toBe(0);
    expect(ms).toBeLessThan(10_000);
    await cluster.revive(0);
    expect(await all(store.readLog(0n))).toHaveLength(2);
  });

  it('asks the next leader after the leader freezes, and does not trust the old one for long', async () => {
    const cluster = await aCluster();
    const store = await aStore(cluster.url, 1000);
    await store.append('note/a', 'none', [anEvent()]);
    cluster.freeze(0);
    await accepted(store, 'note/b');
    await cluster.revive(0);
    await accepted(store, 'note/c');
    expect((await all(store.readLog(0n))).map(({ stream }) => stream)).toEqual(['note/a', 'note/b', 'note/c']);
  });

  it('is accepted within 3 s of the election, whichever node froze while it led', async () => {
    for (const node of [0, 1, 2]) {
      const cluster = await aCluster();
      // The node leads that is to freeze; the default call timeout is five seconds.
      for (let other = 0; other < node; other += 1) {
        cluster.kill(other);
        await until(() => cluster.leader() !== null && cluster.leader() !== other);
        await cluster.revive(other);
      }
      const leader = cluster.leader() ?? 0;
      const store = await aStore(cluster.url, 5000);
      await store.append('note/a', 'none', [anEvent()]);
      cluster.freeze(leader);
      const answered = accepted(store, 'note/b');
      await until(() => ![leader, null].includes(cluster.leader()));
      const elected = performance.now();
      expect((await answered).codes).toEqual([]);
      expect(performance.now() - elected).toBeLessThan(3000);
    }
  });

  it('rests no answer on a read that the leader of the moment did not confirm, after an interruption', async () => {
    const cluster = await aCluster();
    const store = await aStore(cluster.url, 1000);
    await store.append('note/a', 'none', [anEvent()]);
    const marks = () => cluster.log.of('entente-times').length;
    expect([await store.revisionOf('note/a'), marks()]).toEqual([0, 0]);
    cluster.freeze(0);
    await accepted(store, 'note/b');
    await cluster.revive(0);
    const before = marks();
    expect(await store.revisionOf('note/b')).toBe(0);
    expect(marks()).toBeGreaterThan(before);
  });

  it.each(['killed', 'frozen'] as const)(
    'fails with "no leader" while two nodes are %s, ends no process, and appends within 10 s of their return',
    async (state) => {
      const cluster = await aCluster();
      const store = await aStore(cluster.url);
      await store.append('note/a', 'none', [anEvent()]);
      for (const node of [1, 2]) cluster[state === 'killed' ? 'kill' : 'freeze'](node);
      await until(() => cluster.leader() === null);
      const fault = await store.append('note/b', 'none', [anEvent()]).catch((error: unknown) => error);
      expect(fault).toMatchObject({ code: 'event-store-no-leader', retryAfter: 5 });
      expect((fault as Error).message).toMatch(
        new RegExp(
          `^no node of the event store at ${cluster.ports.map((port) => `127\\.0\\.0\\.1:${port}`).join(',')} leads: a cluster needs more than half of its nodes`,
        ),
      );
      expect(store.outage()).toMatch(/^no node of the event store at .* leads/);
      // Longer than the client itself searches for a leader.
      await new Promise((resolve) => setTimeout(resolve, 2500));
      for (const node of [1, 2]) await cluster.revive(node);
      const { ms } = await accepted(store, 'note/c');
      expect(ms).toBeLessThan(10_000);
      expect(store.outage()).toBeNull();
    },
  );

  it('reports a cluster without leader at the start, and serves those who wait once it has one', async () => {
    const cluster = await aCluster();
    cluster.kill(1);
    cluster.kill(2);
    await until(() => cluster.leader() === null);
    await expect(EventStoreDbStore.connect({ url: cluster.url, answerTimeout: 1000 })).rejects.toMatchObject({
      code: 'event-store-no-leader',
      retryAfter: 5,
    });
    await cluster.revive(1);
    await until(() => cluster.leader() !== null);
    await accepted(await aStore(cluster.url), 'note/a');
  });

  it('does not report "no leader" if none of its hosts answers', async () => {
    const cluster = await aCluster();
    const store = await aStore(cluster.url, 1000);
    for (const node of [0, 1, 2]) cluster.kill(node);
    await expect(store.append('note/a', 'none', [anEvent()])).rejects.toMatchObject({
      code: 'event-store-unanswered',
      message: expect.stringMatching(/did not append to note\/a, after \d+ attempts \(none of its hosts answers: .+\)/),
    });
    expect(store.outage()).toMatch(/does not answer$/);
    await expect(EventStoreDbStore.connect({ url: cluster.url, answerTimeout: 1000 })).rejects.toMatchObject({
      code: 'event-store-unanswered',
    });
  });

  it('reports a missing leader within twice the call timeout, however the nodes are away', async () => {
    const cluster = await aCluster();
    const store = await aStore(cluster.url, 5000);
    await store.append('note/a', 'none', [anEvent()]);
    for (const node of [1, 2]) cluster.freeze(node);
    const begun = performance.now();
    await expect(store.append('note/b', 'none', [anEvent()])).rejects.toMatchObject({ code: 'event-store-no-leader' });
    expect(performance.now() - begun).toBeLessThan(11_000);
  });

  it('connects through any of its hosts, whichever of them is away or frozen', async () => {
    for (const state of ['killed', 'frozen'] as const) {
      const cluster = await aCluster();
      // The other nodes replace a leader that is gone at once, and a frozen one when they notice.
      cluster[state === 'killed' ? 'kill' : 'freeze'](0);
      await until(() => ![0, null].includes(cluster.leader()));
      await accepted(await aStore(cluster.url), 'note/a');
    }
  });

  it('knows a repeat at revision "any" until all nodes have restarted', async () => {
    const cluster = await aCluster();
    const write = () => cluster.log.check('note-a', 'any', ['00000000-0000-4000-8000-000000000001']).decision;
    cluster.log.write('note-a', [{ ...theirs, id: '00000000-0000-4000-8000-000000000001' }]);
    cluster.kill(0);
    await cluster.revive(0);
    expect(write()).toBe('Idempotent');
    for (const node of [0, 1, 2]) cluster.kill(node);
    for (const node of [0, 1, 2]) await cluster.revive(node);
    expect(write()).toBe('Ok');
  });

  it('takes a comma in a password as part of the password', async () => {
    const port = await closedPort();
    const url = `esdb+discover://ann:pa,ss@127.0.0.1:${port}?tls=false`;
    await expect(EventStoreDbStore.connect({ url, answerTimeout: 300 })).rejects.toMatchObject({
      code: 'event-store-unanswered',
    });
  });

  it('refuses esdb+discover:// with several hosts, since only one would be used', async () => {
    for (const url of ['esdb+discover://a:2113,b:2113?tls=false', 'ESDB+DISCOVER://ann:hush@a,b,c'])
      await expect(EventStoreDbStore.connect({ url })).rejects.toThrow(
        /names several hosts with esdb\+discover:\/\/, .*: write esdb:\/\/ for several hosts$/,
      );
  });

  it('loses, duplicates and reorders nothing while nodes are killed, frozen and restarted under load', async () => {
    const cluster = await aCluster();
    const stores = [await aStore(cluster.url), await aStore(cluster.url)];
    const answers = new Map<string, unknown>();
    let over = false;
    const writing = stores.map(async (store, writer) => {
      for (let n = 0; !over; n += 1) {
        const stream = `note/${writer}-${n % 7}`;
        const event = anEvent();
        // The sender repeats a failed command with its id.
        for (let answered = false; !answered;)
          try {
            const answer = await store.append(stream, n < 7 ? 'none' : Math.floor(n / 7) - 1, [event]);
            expect(answer).toMatchObject({ ok: true, revision: Math.floor(n / 7) });
            answers.set(event.id, [stream, Math.floor(n / 7), answer.ok && answer.position]);
            answered = true;
          } catch (error) {
            if (!['event-store-no-leader', 'event-store-unanswered'].includes((error as { code: string }).code))
              throw error;
          }
      }
    });
    const rounds: readonly (readonly [node: number, how: 'kill' | 'freeze'])[][] = [
      [[0, 'kill']],
      [
        [1, 'freeze'],
        [2, 'freeze'],
      ],
      [[1, 'freeze']],
      [
        [0, 'kill'],
        [2, 'kill'],
      ],
    ];
    for (const round of rounds) {
      for (const [node, how] of round) cluster[how](node);
      await new Promise((resolve) => setTimeout(resolve, 1500));
      for (const node of [0, 1, 2]) await cluster.revive(node);
      const before = answers.size;
      await until(() => answers.size > before + 20);
      for (const node of [0, 1, 2]) await cluster.revive(node);
    }
    over = true;
    await Promise.all(writing);
    const log = await all(stores[0]!.readLog(0n));
    expect(new Map(log.map(({ id, stream, revision, position }) => [id, [stream, revision, position]]))).toEqual(
      answers,
    );
    expect(log).toHaveLength(answers.size);
  });
});

/** Waits until a condition holds. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 20));
}
