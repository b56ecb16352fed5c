import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type CommandResult, ExecuteCommand, Executor, type ExecutorOptions, Pseudonymizer } from '@entente/engine';
import type { AnyDecider } from '@entente/kernel';
import { all, anEvent } from '../../../test/contracts/event-store.js';
import { EventStoreCluster } from '../../../test/doubles/eventstoredb/cluster.js';
import { EventStoreDouble } from '../../../test/doubles/eventstoredb/double.js';
import { EventStoreDbStore } from './eventstoredb-store.js';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const noteTaker = {
  kind: 'note',
  ids: 'prefixed',
  initial: 0,
  evolve: (state: number) => state + 1,
  decide: () => [{ type: 'Noted', data: {} }],
} as unknown as AnyDecider;

async function aStore(url: string, answerTimeout: number): Promise<EventStoreDbStore> {
  const store = await EventStoreDbStore.connect({ url, answerTimeout });
  ends.push(() => store.close());
  return store;
}

/** Sends a command on one stream by its id. */
function sender(store: EventStoreDbStore, options: ExecutorOptions): (commandId: string) => Promise<CommandResult> {
  const kinds = { decider: () => noteTaker, version: () => 1 };
  const executor = new Executor(
    store,
    kinds,
    new Pseudonymizer(Buffer.alloc(32, 7)),
    { note: () => undefined },
    undefined,
    options,
  );
  return (commandId) => {
    const metadata = {
      actor: { organisation: 'norland', role: 'donor' as const },
      commandId,
      correlationId: commandId,
      causationId: null,
      occurredAt: null,
      evidence: [],
      legalBasis: null,
    };
    const stream = { kind: 'note', id: 'norland.a' };
    const received = { stream, command: { type: 'Note', data: {} }, metadata, ifMatch: null, body: {} };
    return executor.execute(new ExecuteCommand(received, new Date().toISOString()));
  };
}

describe('commands during an outage of the event store', () => {
  it('are all answered within the bound if the server is silent, and recorded once when sent again', async () => {
    const server = await EventStoreDouble.start();
    ends.push(() => server.stop());
    const send = sender(await aStore(server.url, 400), { maxWaitMs: 2500 });
    expect(await send('first')).toMatchObject({ type: 'accepted' });
    server.faults.hang = 1000;
    const startedAt = performance.now();
    const ids = Array.from({ length: 8 }, (_, n) => `silent-${n}`);
    const answers = await Promise.allSettled(ids.map(send));
    expect(performance.now() - startedAt).toBeLessThan(4000);
    for (const answer of answers)
      expect(answer).toMatchObject({ status: 'rejected', reason: { code: 'event-store-unanswered', retryAfter: 5 } });
    server.faults.hang = 0;
    for (const id of ids) expect(await send(id)).toMatchObject({ type: 'accepted' });
    for (const id of ids) expect(await send(id)).toMatchObject({ type: 'accepted', repeated: true });
  }, 60_000);

  it('are not refused as contention while the leader has no quorum, and are accepted after it', async () => {
    const cluster = await EventStoreCluster.start({
      times: { election: 300, silence: 1000, resign: 2000, stale: 200 },
    });
    ends.push(() => cluster.stop());
    const store = await aStore(cluster.url, 1000);
    const other = await aStore(cluster.url, 1000);
    const send = sender(store, { maxWaitMs: 20_000 });
    expect(await send('first')).toMatchObject({ type: 'accepted' });
    for (const node of [1, 2]) cluster.kill(node);
    // It is held: the leader cannot replicate it.
    const held = other.append('note/norland.a', 0, [anEvent()]).catch((error: unknown) => error);
    await pause(100);
    const begun = performance.now();
    const ended = send('behind it').then(
      (result) => ({ code: result.type, ms: performance.now() - begun }),
      (error: { code: string }) => ({ code: error.code, ms: performance.now() - begun }),
    );
    await pause(1000);
    for (const node of [1, 2]) await cluster.revive(node);
    const { code, ms } = await ended;
    expect(['accepted', 'event-store-no-leader', 'event-store-unanswered']).toContain(code);
    expect(ms).toBeGreaterThan(500);
    await held;
    for (let result: CommandResult | null = null; result?.type !== 'accepted';)
      result = await send('behind it').catch(() => null);
    const events = await all(store.readStream('note/norland.a'));
    expect(events.filter(({ metadata }) => metadata.commandId === 'behind it')).toHaveLength(1);
  }, 90_000);
});
