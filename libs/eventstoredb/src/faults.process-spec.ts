import { afterEach, describe, expect, it } from '@jest/globals';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { StreamsClient } from '@eventstore/db-client/generated/streams_grpc_pb.js';
import type { Appended } from '@entente/engine';
import { all, anEvent } from '../../../test/contracts/event-store.js';
import { EventStoreDouble } from '../../../test/doubles/eventstoredb/double.js';
import type { EventStoreConnection } from './connection.js';
import { Rpc } from './rpc.js';
import { EventStoreDbStore } from './eventstoredb-store.js';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function aServer(log?: EventStoreDouble['log']): Promise<EventStoreDouble> {
  const server = await EventStoreDouble.start(log);
  ends.push(() => server.stop());
  return server;
}

async function aStore(url: string, answerTimeout = 150): Promise<EventStoreDbStore> {
  const store = await EventStoreDbStore.connect({ url, answerTimeout });
  ends.push(() => store.close());
  return store;
}

/** Whether the log has exactly what was returned, once. */
async function isThereOnce(store: EventStoreDbStore, answer: Appended): Promise<void> {
  const events = await all(store.readStream('note/a'));
  expect(events).toHaveLength(1);
  expect(await all(store.readLog(0n))).toEqual(events);
  expect(answer).toEqual({ ok: true, revision: 0, position: events[0]?.position });
}

describe('an append to a server that misbehaves', () => {
  const tried: readonly [string, (server: EventStoreDouble) => void][] = [
    ['takes and never answers, though nothing of it took effect', ({ faults }) => (faults.hang = 1)],
    ['writes and never answers', ({ faults }) => (faults.dropAnswer = 1)],
    ['writes and breaks off', ({ faults }) => (faults.breakOff = 1)],
    ['refuses since it only starts', ({ faults }) => (faults.unavailable = 2)],
    [
      'writes without an answer, and passes over in silence when it is repeated too soon',
      ({ faults }) => Object.assign(faults, { dropAnswer: 1, notReady: 2 }),
    ],
    [
      'does not hear, since it is away for a moment',
      (server) => {
        server.refuse();
        setTimeout(() => void server.listen(), 50);
      },
    ],
  ];
  for (const [cause, does] of tried)
    it(`is recorded once and acknowledged with its position: ${cause}`, async () => {
      const server = await aServer();
      const store = await aStore(server.url, 600);
      does(server);
      await isThereOnce(store, await store.append('note/a', 'none', [anEvent()]));
    });

  it('is found by a retry if the server answers too late each time', async () => {
    const server = await aServer();
    const store = await aStore(server.url, 100);
    const event = anEvent();
    server.faults.slow = 1500;
    await expect(store.append('note/a', 'none', [event])).rejects.toMatchObject({
      code: 'event-store-unanswered',
      retryAfter: 5,
    });
    server.faults.slow = 0;
    await isThereOnce(store, await store.append('note/a', 'none', [event]));
  });

  it('fails with the address, the cause and a remedy, without credentials, if the server never gets it', async () => {
    const server = await aServer();
    const store = await aStore(server.url.replace('//', '//admin:changeit@'));
    server.stop();
    const fault = await store.append('note/a', 'none', [anEvent()]).catch((error: unknown) => error as Error);
    expect(fault).toMatchObject({ code: 'event-store-unanswered', retryAfter: 5 });
    expect((fault as Error).message).toContain(`the event store at 127.0.0.1:${server.port} did not append to note/a`);
    expect((fault as Error).message).toContain('try again');
    expect((fault as Error).message).not.toContain('changeit');
  });

  it.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])(
    'is recorded once and ends no process if its connection is given up %d turns later',
    async (turns) => {
      const server = await aServer();
      const store = await aStore(server.url, 600);
      const { client } = (store as unknown as { connection: EventStoreConnection }).connection;
      const inside = client as unknown as {
        getGRPCClient: (of: unknown, name: string) => Promise<unknown>;
        handleError: (of: unknown, error: unknown) => Promise<void>;
      };
      const before = await inside.getGRPCClient(StreamsClient, 'given up');
      const answer = store.append('note/a', 'none', [anEvent()]);
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      await inside.handleError(before, Object.assign(new Error('gone'), { code: 14, details: 'gone' }));
      await isThereOnce(store, await answer);
    },
  );

  it("is accepted like any other if the server's clock is a minute off", async () => {
    for (const skew of [-60_000, 60_000]) {
      const server = await aServer();
      server.faults.skew = skew;
      const store = await aStore(server.url);
      await isThereOnce(store, await store.append('note/a', 'none', [anEvent()]));
      const [event] = await all(store.readLog(0n));
      const apart = Date.parse(event?.metadata.recordedAt ?? '') - Date.now();
      expect(Math.abs(apart - skew)).toBeLessThan(10_000);
    }
  });
});

describe('the event store on a cluster with faults', () => {
  it('asks the leader whichever node the url names, also after the leader has changed', async () => {
    const first = await aServer();
    const second = await aServer(first.log);
    second.faults.leader = { host: '127.0.0.1', port: first.port };
    const store = await aStore(second.url);
    expect(await store.append('note/a', 'none', [anEvent()])).toMatchObject({ ok: true, revision: 0 });
    second.faults.leader = null;
    first.faults.leader = { host: '127.0.0.1', port: second.port };
    // A follower may be far behind.
    expect(await store.revisionOf('note/a')).toBe(0);
    expect(await store.append('note/a', 0, [anEvent()])).toMatchObject({ ok: true, revision: 1 });
    expect(await all(store.readStream('note/a'))).toHaveLength(2);
    expect(await all(store.readLog(0n))).toHaveLength(2);
  });

  it('learns the leader from gossip', async () => {
    const leader = await aServer();
    const follower = await aServer(leader.log);
    follower.faults.leader = { host: '127.0.0.1', port: leader.port };
    const store = await aStore(follower.clusterUrl);
    await isThereOnce(store, await store.append('note/a', 'none', [anEvent()]));
  });
});

describe('gRPC status 8', () => {
  it('means a message that is too large only with those words, and else "try again"', async () => {
    const rpc = new Rpc('here', 50);
    const failing = (words: string) =>
      rpc.ask('append', () => Promise.reject(Object.assign(new Error(words), { code: 8 })));
    for (const words of [
      'Received message larger than max (2 vs. 1)',
      'Received message exceeds the maximum configured',
    ])
      await expect(failing(words)).rejects.toMatchObject({ code: 'too-large' });
    await expect(failing('Bandwidth exhausted or memory limit exceeded')).rejects.toMatchObject({
      code: 'event-store-unanswered',
      retryAfter: 5,
    });
  });
});

describe('a connection to the event store', () => {
  it('is refused with the version if the server is older than 22.6', async () => {
    const server = await aServer();
    for (const version of ['22.5.9.0', '21.10.11.0', '5.0.11', 'unknown']) {
      server.faults.version = version;
      await expect(EventStoreDbStore.connect({ url: server.url })).rejects.toThrow(
        `is of version ${version}: Entente needs EventStoreDB 22.6 or newer; upgrade the server`,
      );
    }
    for (const version of ['22.6.0.0', '23.10.1', '26.0.0']) {
      server.faults.version = version;
      await (await EventStoreDbStore.connect({ url: server.url })).close();
    }
  });

  it('names the address that it tried if it cannot be made, and never the credentials', async () => {
    const server = await aServer();
    server.stop();
    const tried: readonly [string, string][] = [
      [`esdb://admin:changeit@127.0.0.1:${server.port}?tls=false`, `at 127.0.0.1:${server.port} does not answer`],
      ['postgres://admin:changeit@db.example:5432', '(db.example:5432) cannot be read'],
      ['admin:change@it@db.example', '(db.example) cannot be read'],
    ];
    for (const [url, cause] of tried) {
      const error = await EventStoreDbStore.connect({ url, answerTimeout: 300 }).catch(
        (failed: unknown) => failed as Error,
      );
      expect((error as Error).message).toContain(cause);
      expect((error as Error).message).not.toContain('change');
    }
  });

  it('that breaks in another part of the process affects no append of this one', async () => {
    const server = await aServer();
    const other = await aServer();
    const store = await aStore(server.url, 2000);
    const theirs = EventStoreDBClient.connectionString(other.url);
    ends.push(() => theirs.dispose());
    const event = jsonEvent({ type: 'Theirs', data: {} });
    await theirs.appendToStream('theirs', event);
    server.faults.slow = 200;
    const ours = store.append('note/a', 'none', [anEvent()]);
    other.faults.hang = 1;
    const broken = theirs.appendToStream('theirs', event);
    const expected = expect(broken).rejects.toThrow();
    setTimeout(() => other.stop(), 50);
    await expected;
    await isThereOnce(store, await ours);
  });
});

describe('the timeout of a call', () => {
  it('does not count time in which the process itself was suspended', async () => {
    const calls = new Rpc('an address', 200);
    const answer = calls.once(() => new Promise((resolve) => setTimeout(() => resolve('heard'), 250)));
    for (const end = Date.now() + 500; Date.now() < end;);
    expect(await answer).toBe('heard');
    await expect(calls.once(() => new Promise(() => undefined))).rejects.toThrow('no answer within 0.2 s');
  });
});

describe('a search of the server', () => {
  it('may take longer than the call timeout while the server answers other calls, and not otherwise', async () => {
    const calls = new Rpc('an address', 100);
    let probes = 0;
    calls.probe = () => calls.once(() => Promise.resolve((probes += 1)));
    const answer = calls.search(() => new Promise((resolve) => setTimeout(() => resolve('found'), 450)));
    expect(await answer).toBe('found');
    expect(probes).toBeGreaterThan(2);
    calls.probe = () => calls.once(() => new Promise(() => undefined));
    await expect(calls.search(() => new Promise(() => undefined))).rejects.toThrow('no answer within 0.1 s');
  });

  it('is given up with every other call if a node of a cluster answers none of them', async () => {
    const calls = new Rpc('an address', 1000);
    let left = 0;
    calls.onSilence = () => (left += 1);
    calls.probe = () => calls.once(() => new Promise(() => undefined));
    const begun = performance.now();
    const never = () => calls.search(() => new Promise(() => undefined));
    const ends = await Promise.allSettled([never(), never()]);
    expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect([left, performance.now() - begun < 950]).toEqual([1, true]);
  });
});

describe('a read from the event store', () => {
  it('is tried again if the server hangs, starts or is away', async () => {
    const server = await aServer();
    const store = await aStore(server.url);
    await store.append('note/a', 'none', [anEvent()]);
    for (const fault of ['hangReads', 'unavailableReads'] as const) {
      server.faults[fault] = 1;
      expect(await all(store.readLog(0n))).toHaveLength(1);
      server.faults[fault] = 1;
      expect(await store.revisionOf('note/a')).toBe(0);
    }
    server.refuse();
    setTimeout(() => void server.listen(), 5);
    expect(await all(store.readStream('note/a'))).toHaveLength(1);
  });

  it('does not time out while data arrives, however long it takes', async () => {
    const server = await aServer();
    const store = await aStore(server.url);
    await store.append(
      'note/a',
      'none',
      Array.from({ length: 12 }, () => anEvent()),
    );
    server.faults.slowReads = 30;
    const before = server.reads.sent;
    expect(await all(store.readStream('note/a'))).toHaveLength(12);
    // One read for all; the end of the log is looked at in between.
    expect(server.reads.sent - before).toBeLessThan(36);
  });

  it('refuses events of a transaction of an old client, with their positions', async () => {
    const server = await aServer();
    const store = await aStore(server.url);
    server.faults.apart = 50n;
    await store.append('note/a', 'none', [anEvent()]).catch(() => undefined);
    await expect(all(store.readLog(0n))).rejects.toMatchObject({ code: 'transaction' });
  });

  it('still notices new events if its subscription goes silent', async () => {
    const server = await aServer();
    const store = await aStore(server.url);
    const other = await aStore(server.url);
    let notified = 0n;
    store.onCommit((position) => (notified = position));
    server.faults.muteSubscriptions = true;
    const answer = await other.append('note/a', 'none', [anEvent()]);
    for (let tried = 0; tried < 200 && answer.ok && notified < answer.position; tried += 1)
      await new Promise((resolve) => setTimeout(resolve, 10));
    expect(answer).toMatchObject({ ok: true, position: notified });
    expect(await store.append('note/a', 0, [anEvent()])).toMatchObject({ ok: true, revision: 1 });
  });

  it('polls once for all waiting readers while its subscription is silent', async () => {
    const server = await aServer();
    const store = await aStore(server.url, 5000);
    server.faults.muteSubscriptions = true;
    await store.append('note/first', 'none', [anEvent()]);
    const before = server.reads.sent;
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, i) => store.append(`note/${i}`, 'none', [anEvent()])),
    );
    expect(answers.every(({ ok }) => ok)).toBe(true);
    expect(server.reads.sent - before).toBeLessThan(10);
  });

  it('still notices new events after its subscription broke off', async () => {
    const server = await aServer();
    server.faults.endSubscriptions = 2;
    const store = await aStore(server.url, 5000);
    const other = await aStore(server.url, 5000);
    let notified = 0n;
    store.onCommit((position) => (notified = position));
    for (let i = 0; i < 5; i += 1) {
      const answer = await other.append(`note/${i}`, 'none', [anEvent()]);
      for (let tried = 0; tried < 200 && answer.ok && notified < answer.position; tried += 1)
        await new Promise((resolve) => setTimeout(resolve, 10));
      expect(answer).toMatchObject({ ok: true, position: notified });
    }
  });
});
