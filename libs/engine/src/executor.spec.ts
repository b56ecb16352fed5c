import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type AnyDecider, type Actor, type DecisionContext, append, pick, refuse } from '@entente/kernel';
import { SqliteEventStore } from '@entente/sqlite';
import { all } from '../../../test/contracts/event-store.js';
import { Executor, type Kinds, ExecuteCommand } from './executor.js';
import { UNOBSERVED } from './observer.js';
import type { RefusedCommand } from './refusal-log.js';
import { Pseudonymizer, commandHash, commandKey, eventId } from './identity.js';

/** A counter that counts, ignores zero, and refuses to go below zero. It may consult its twin. */
const counter = {
  kind: 'counter',
  ids: 'prefixed',
  pseudonymous: ['Whisper'],
  initial: 0,
  evolve: (state: number, event: { data: { by: number } }) => state + event.data.by,
  consults: (command: { data: { seen?: string } }) =>
    command.data.seen ? [{ kind: 'counter', id: command.data.seen }] : [],
  decide: (command: { data: { by: number } }, state: number, { actor }: DecisionContext) => {
    if (actor.role === 'auditor') return refuse('auditor-counts', 'an auditor counts nothing');
    if (state + command.data.by < 0) return refuse('below-zero', 'the counter stays at zero or above');
    return command.data.by === 0 ? [] : [{ type: 'Counted', data: command.data }];
  },
} as unknown as AnyDecider;
const kinds: Kinds = { decider: (kind) => (kind === 'counter' ? counter : undefined), version: () => 1 };
const norland: Actor = { organisation: 'norland', role: 'donor' };

describe('the executor', () => {
  let conflicts = 0;
  let noted: RefusedCommand[] = [];
  const refusals = { note: (refused: RefusedCommand) => void noted.push(refused) };
  const observer = { ...UNOBSERVED, conflict: () => void (conflicts += 1) };
  let folder: string;
  let store: SqliteEventStore;
  let executor: Executor;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'entente-execute-'));
    store = new SqliteEventStore({ folder });
    conflicts = 0;
    noted = [];
    executor = new Executor(store, kinds, new Pseudonymizer(Buffer.alloc(32, 7)), refusals, observer);
  });
  afterEach(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });

  const count = (
    by: number,
    commandId: string,
    more: {
      type?: string;
      seen?: string;
      ifMatch?: number;
      dry?: boolean;
      on?: string;
      person?: string;
      role?: Actor['role'];
    } = {},
  ) => {
    const data = { by, ...(more.seen ? { seen: more.seen } : {}) };
    const metadata = {
      actor: { ...norland, ...pick(more, 'person', 'role') },
      commandId,
      correlationId: 'story',
      causationId: null,
      occurredAt: null,
      evidence: [],
      legalBasis: null,
    };
    const stream = { kind: 'counter', id: more.on ?? 'norland.one' };
    return executor.execute(
      new ExecuteCommand(
        { stream, command: { type: more.type ?? 'Count', data }, metadata, ifMatch: more.ifMatch ?? null, body: data },
        '2026-06-01T12:00:00.000Z',
        more.dry,
      ),
    );
  };
  const log = () => all(store.readLog(0n));

  it('returns the same receipt for a command id, at once, later, and from another process', async () => {
    const [first, twin] = await Promise.all([count(1, 'a'), count(1, 'a')]);
    await count(1, 'b');
    executor = new Executor(store, kinds, new Pseudonymizer(Buffer.alloc(32, 7)), refusals, observer);
    const later = await count(1, 'a');
    const receipts = [first, twin, later].map((o) => (o.type === 'accepted' ? o.receipt : o));
    expect(receipts[1]).toEqual(receipts[0]);
    expect(receipts[2]).toEqual(receipts[0]);
    expect(await executor.receipt(norland, { kind: 'counter', id: 'norland.one' }, 'a')).toEqual(receipts[0]);
    expect(await log()).toHaveLength(2);
  });

  it('finds the receipt that another process recorded on a cached stream', async () => {
    const mine = executor;
    await count(1, 'a');
    executor = new Executor(store, kinds, new Pseudonymizer(Buffer.alloc(32, 7)), refusals, observer);
    const result = await count(1, 'b');
    const receipt = result.type === 'accepted' ? result.receipt : result;
    expect(await mine.receipt(norland, { kind: 'counter', id: 'norland.one' }, 'b')).toEqual(receipt);
    expect(await mine.receipt(norland, { kind: 'counter', id: 'norland.one' }, 'c')).toBeNull();
  });

  it('refuses another body under a used command id, and records nothing', async () => {
    await count(1, 'a');
    expect(await count(2, 'a')).toEqual({ type: 'id-reused' });
    expect(await log()).toHaveLength(1);
  });

  it('records a note for a command without new events, so that a late retry has no effect', async () => {
    const noted = await count(0, 'a');
    expect(noted).toMatchObject({ type: 'accepted', repeated: false, receipt: { revision: 0, events: [] } });
    expect((await log()).map((e) => e.type)).toEqual(['CommandNoted']);
    expect(await count(0, 'a')).toMatchObject({ type: 'accepted', repeated: true, receipt: { revision: 0 } });
  });

  it('does not remember a refusal: the same command id may succeed later', async () => {
    expect(await count(-1, 'a')).toMatchObject({ type: 'refused', refusal: { code: 'below-zero' } });
    await count(1, 'b');
    expect(await count(-1, 'a')).toMatchObject({ type: 'accepted' });
  });

  it('checks the expected revision of the client after looking for an earlier receipt', async () => {
    await count(1, 'a');
    expect(await count(1, 'b', { ifMatch: 3 })).toEqual({ type: 'revision-mismatch', revision: 0 });
    expect(await count(-9, 'c', { ifMatch: 3 })).toEqual({ type: 'revision-mismatch', revision: 0 });
    expect(await count(1, 'a', { ifMatch: 3 })).toMatchObject({ type: 'accepted', repeated: true });
    expect(await count(1, 'b', { ifMatch: 0 })).toMatchObject({ type: 'accepted' });
  });

  it('decides a dry run without recording', async () => {
    expect(await count(1, 'a', { dry: true })).toMatchObject({
      type: 'dry-run',
      revision: -1,
      events: [{ type: 'Counted' }],
    });
    expect(await log()).toEqual([]);
  });

  it('answers a dry run of a recorded command without its receipt', async () => {
    await count(1, 'a');
    await count(1, 'b');
    expect(await count(1, 'a', { dry: true })).toEqual({ type: 'dry-run', events: [], revision: 1, repeated: true });
    expect(await count(2, 'a', { dry: true })).toEqual({ type: 'id-reused' });
  });

  describe('of a pseudonymous command', () => {
    const stream = { kind: 'counter', id: 'norland.one' };
    const whisper = { type: 'Whisper' };

    it('records no id of its sender or of a gateway before it, and still recognises a retry', async () => {
      const first = await count(1, 'gateway-7', whisper);
      const [event] = await log();
      expect(JSON.stringify({ ...event, stream: '', position: '' })).not.toMatch(/gateway-7|story|norland/);
      expect(event?.metadata).toMatchObject({ correlationId: event?.metadata.commandId, causationId: null });
      expect(first).toMatchObject({ type: 'accepted', receipt: { commandId: 'gateway-7' } });
      expect(await count(1, 'gateway-7', whisper)).toMatchObject({ type: 'accepted', repeated: true });
      expect(await count(2, 'gateway-7', whisper)).toEqual({ type: 'id-reused' });
      await count(-9, 'gateway-8', whisper);
      expect(JSON.stringify({ ...noted.at(-1), stream: '' })).not.toMatch(/gateway-8|story|norland/);
    });

    it('gives the receipt by the id that was sent, and not by the recorded one', async () => {
      await count(1, 'gateway-7', whisper);
      const recorded = (await log())[0]?.metadata.commandId as string;
      expect(await executor.receipt(norland, stream, 'gateway-7')).toMatchObject({ commandId: 'gateway-7' });
      expect(await executor.receipt(norland, stream, recorded)).toBeNull();
      expect(await executor.receipt({ ...norland, organisation: 'estmark' }, stream, 'gateway-7')).toBeNull();
    });

    it('finds one that an earlier version recorded under the id of its sender', async () => {
      await count(1, 'open');
      const pseudonymizer = new Pseudonymizer(Buffer.alloc(32, 7));
      const pseudonym = pseudonymizer.pseudonym('norland', stream);
      // As it was recorded then.
      const earlier = new Executor(
        store,
        { ...kinds, decider: () => ({ ...counter, pseudonymous: [] }) },
        pseudonymizer,
        refusals,
      );
      const metadata = {
        actor: { organisation: pseudonym, role: 'donor' as const },
        commandId: 'old',
        occurredAt: null,
      };
      const common = { correlationId: 'old', causationId: null, evidence: [], legalBasis: null };
      const data = { by: 1 };
      await earlier.execute(
        new ExecuteCommand(
          {
            stream,
            command: { type: 'Whisper', data },
            metadata: { ...metadata, ...common },
            ifMatch: null,
            body: data,
          },
          '2026-06-01T12:00:00.000Z',
        ),
      );
      expect(await log()).toHaveLength(2);
      expect(await count(1, 'old', whisper)).toMatchObject({ type: 'accepted', repeated: true });
      expect(await executor.receipt(norland, stream, 'old')).toMatchObject({ commandId: 'old' });
      expect(await log()).toHaveLength(2);
    });
  });

  it('notes refusals, with the pseudonym of a pseudonymous sender; no dry run and no acceptance', async () => {
    await count(-1, 'a');
    await count(-1, 'b', { type: 'Whisper' });
    await count(-1, 'c', { dry: true });
    await count(1, 'd');
    await count(2, 'd');
    await count(1, 'e', { ifMatch: 7 });
    expect(noted.map(({ command, code, commandId }) => [command, code, commandId])).toEqual([
      ['Count', 'below-zero', 'a'],
      ['Whisper', 'below-zero', expect.stringMatching(/^sealed\./)],
      ['Count', 'command-id-reused', 'd'],
      ['Count', 'revision-mismatch', 'e'],
    ]);
    expect(noted[0]).toMatchObject({ organisation: 'norland', role: 'donor', stream: 'counter/norland.one' });
    expect(noted[1]?.organisation).toMatch(/^sealed\.[0-9a-f]{32}$/);
    expect(JSON.stringify(noted[1]).replace('counter/norland.one', '')).not.toContain('norland');
  });
  it('decides 512 concurrent commands on one stream, and loses none', async () => {
    const outcomes = await Promise.all(Array.from({ length: 512 }, (_, i) => count(1, `c${i}`)));
    expect(outcomes.every((o) => o.type === 'accepted')).toBe(true);
    expect((await log()).map((e) => e.revision)).toEqual(Array.from({ length: 512 }, (_, i) => i));
  });

  it('decides again after a lost race', async () => {
    const other = new Executor(store, kinds, new Pseudonymizer(Buffer.alloc(32, 7)), refusals);
    await count(1, 'a');
    const mine = executor;
    executor = other;
    await count(1, 'b');
    executor = mine;
    expect(await count(1, 'c')).toMatchObject({ type: 'accepted', receipt: { revision: 2 } });
    expect(conflicts).toBe(1);
  });

  it('decides again if a consulted stream has moved, and records its newest revision', async () => {
    const two = { on: 'norland.two' };
    const mine = executor;
    const byAnother = async (commandId: string): Promise<void> => {
      executor = new Executor(store, kinds, new Pseudonymizer(Buffer.alloc(32, 7)), refusals);
      await count(1, commandId, two);
      executor = mine;
    };
    const consulted = async () => (await log()).at(-1)?.metadata.consulted;
    await count(1, 'a', two);
    await byAnother('b');
    // The cached state of the stream is older.
    expect(await count(1, 'c', { seen: 'norland.two' })).toMatchObject({ type: 'accepted' });
    expect(await consulted()).toEqual([{ stream: 'counter/norland.two', revision: 1 }]);
    await count(1, 'd', two);
    const revisionOf = store.revisionOf.bind(store);
    store.revisionOf = async (name) => {
      const at = await revisionOf(name);
      store.revisionOf = revisionOf;
      // Between the decision's read and the append.
      await byAnother('e');
      return at;
    };
    expect(await count(1, 'f', { seen: 'norland.two' })).toMatchObject({ type: 'accepted' });
    expect(await consulted()).toEqual([{ stream: 'counter/norland.two', revision: 3 }]);
  });

  it('answers each of two concurrent commands by its own expected revision and sender', async () => {
    await count(1, 'first');
    const [right, wrong] = await Promise.all([count(1, 'a', { ifMatch: 0 }), count(1, 'a', { ifMatch: 7 })]);
    expect([right, wrong]).toMatchObject([
      { type: 'accepted', repeated: false },
      { type: 'accepted', repeated: true },
    ]);
    const answers = await Promise.all([count(1, 'b', { ifMatch: 7 }), count(1, 'b', { ifMatch: 1 })]);
    expect(answers).toMatchObject([{ type: 'revision-mismatch' }, { type: 'accepted', repeated: false }]);
    const byRole = await Promise.all([count(1, 'c', { role: 'auditor' }), count(1, 'c')]);
    expect(byRole).toMatchObject([{ type: 'refused' }, { type: 'accepted', repeated: false }]);
  });

  it('never sees a part of a consulted state that changes meanwhile, also for a refusal', async () => {
    interface Tally {
      readonly n: number;
      readonly ids: readonly string[];
    }
    const tally = {
      kind: 'tally',
      ids: 'prefixed',
      initial: null,
      evolve: (state: Tally | null, { id }: { id: string }): Tally =>
        state === null ? { n: 1, ids: [id] } : { n: state.n + 1, ids: append(state.ids, id) },
      consults: ({ type }: { type: string }) =>
        type === 'Compare' ? ['norland.a', 'norland.b'].map((id) => ({ kind: 'tally', id })) : [],
      decide: ({ type }: { type: string }, _: unknown, { known }: DecisionContext) => {
        if (type !== 'Compare') return [{ type: 'Tallied', data: {} }];
        const { n, ids } = known.of({ kind: 'tally', initial: null as Tally | null }, 'norland.a') as Tally;
        return refuse(n === ids.length ? 'whole' : 'torn', 'the state is of one moment');
      },
    } as unknown as AnyDecider;
    const tallies: Kinds = { decider: () => tally, version: () => 1 };
    const tallying = new Executor(store, tallies, new Pseudonymizer(Buffer.alloc(32, 7)), refusals, observer);
    const send = (id: string, type: string, commandId: string) => {
      const metadata = {
        actor: norland,
        commandId,
        correlationId: 'x',
        causationId: null,
        occurredAt: null,
        evidence: [],
        legalBasis: null,
      };
      const received = {
        stream: { kind: 'tally', id },
        command: { type, data: {} },
        metadata,
        ifMatch: null,
        body: {},
      };
      return tallying.execute(new ExecuteCommand(received, '2026-06-01T12:00:00.000Z'));
    };
    for (const id of ['norland.a', 'norland.b']) await send(id, 'Tally', `first ${id}`);
    const revisionOf = store.revisionOf.bind(store);
    let changed = 0;
    store.revisionOf = async (name) => {
      const revision = await revisionOf(name);
      // The first of the two was read; it changes before the second has been.
      if (name === 'tally/norland.b') await send('norland.a', 'Tally', `later ${(changed += 1)}`);
      return revision;
    };
    const answer = await send('norland.c', 'Compare', 'compare');
    expect([changed > 0, answer]).toMatchObject([true, { type: 'refused', refusal: { code: 'whole' } }]);
  });

  it('decides equal concurrent commands once', async () => {
    const [one, twin] = await Promise.all([count(-1, 'a'), count(-1, 'a')]);
    expect(twin).toEqual(one);
    expect(noted).toHaveLength(1);
  });

  it('caches no more events than its bound, and reads evicted streams again', async () => {
    let read = 0;
    const readStream = store.readStream.bind(store);
    store.readStream = (...of) => {
      read += 1;
      return readStream(...of);
    };
    for (const [most, reads] of [
      [100, 2],
      [10, 3],
    ] as const) {
      executor = new Executor(store, kinds, new Pseudonymizer(Buffer.alloc(32, 7)), refusals, observer, {
        maxCachedEvents: most,
      });
      read = 0;
      for (const on of ['norland.one', 'norland.two'])
        for (let n = 0; n < 3; n += 1) await count(1, `${most}-${n}`, { on });
      await count(1, `${most}-last`, { on: 'norland.one' });
      expect([most, read]).toEqual([most, reads]);
    }
  });

  it('answers each command within the bound while the store is silent, and records none that is late', async () => {
    await count(1, 'first');
    const bound = { maxWaitMs: 100 };
    executor = new Executor(store, kinds, new Pseudonymizer(Buffer.alloc(32, 7)), refusals, observer, bound);
    const readStream = store.readStream.bind(store);
    const { promise: thawed, resolve: thaw } = Promise.withResolvers<void>();
    store.readStream = async function* (...of) {
      await thawed;
      yield* readStream(...of);
    };
    const startedAt = performance.now();
    const answers = await Promise.allSettled(Array.from({ length: 8 }, (_, n) => count(1, `late-${n}`)));
    expect(performance.now() - startedAt).toBeLessThan(2000);
    const unanswered = { status: 'rejected', reason: { code: 'event-store-unanswered', retryAfter: 5 } };
    expect(answers).toEqual(
      answers.map(() => expect.objectContaining({ ...unanswered, reason: expect.objectContaining(unanswered.reason) })),
    );
    thaw();
    expect(await count(1, 'later')).toMatchObject({ type: 'accepted', receipt: { revision: 1 } });
    expect(await log()).toHaveLength(2);
    const stream = { kind: 'counter', id: 'norland.one' };
    expect(await executor.receipt(norland, stream, 'late-0')).toBeNull();
  });

  it('tries again with pauses while the store refuses an append and shows no reason, as without a quorum', async () => {
    await count(1, 'a');
    const append = store.append.bind(store);
    let refusals = 12;
    let asked = 0;
    // A real server names the revision of the write that is under way, or the one that is readable.
    store.append = (...of) => {
      asked += 1;
      refusals -= 1;
      return refusals < 0 ? append(...of) : Promise.resolve({ ok: false, actual: refusals % 2 });
    };
    expect(await count(1, 'b')).toMatchObject({ type: 'accepted', receipt: { revision: 1 } });
    expect(asked).toBe(13);
  });

  it('fails as not replicated, and not as contention, if the reason stays out of sight', async () => {
    const bound = { maxWaitMs: 400 };
    executor = new Executor(store, kinds, new Pseudonymizer(Buffer.alloc(32, 7)), refusals, observer, bound);
    await count(1, 'a');
    store.append = () => Promise.resolve({ ok: false, actual: 1 });
    const startedAt = performance.now();
    await expect(count(1, 'b')).rejects.toMatchObject({ code: 'event-store-not-replicated', retryAfter: 5 });
    expect(performance.now() - startedAt).toBeGreaterThan(150);
    expect(conflicts).toBeLessThan(30);
  });

  describe('on a log that is set back', () => {
    const confirmation = { forMs: 30, everyMs: 10 };
    const taken = { code: 'log-taken-back', retryAfter: 30 };
    /** The executor has cached the stream at revision 2; the store ends at a lower one. */
    const restoredTo = async (events: number): Promise<void> => {
      for (const id of ['a', 'b', 'c']) await count(1, id);
      const older = new SqliteEventStore({ folder: mkdtempSync(join(folder, 'older-')) });
      for (const event of (await log()).slice(0, events))
        await older.append(event.stream, event.revision === 0 ? 'none' : event.revision - 1, [event]);
      const { append, readStream, revisionOf, close } = store;
      const own = store;
      store.append = (...of) => older.append(...of);
      store.readStream = (...of) => older.readStream(...of);
      store.revisionOf = (...of) => older.revisionOf(...of);
      store.close = async () => {
        Object.assign(own, { append, readStream, revisionOf, close });
        await older.close();
        await own.close();
      };
    };
    beforeEach(() => {
      const pseudonymizer = new Pseudonymizer(Buffer.alloc(32, 7));
      executor = new Executor(store, kinds, pseudonymizer, refusals, observer, { confirmation });
    });

    const asked: readonly [string, () => Promise<unknown>][] = [
      ['a new command', () => count(1, 'd')],
      ['the repeat of a lost command', () => count(1, 'c')],
      ['the repeat of a command that is still there', () => count(1, 'a')],
      ['a command that is refused', () => count(-9, 'd')],
      ['a dry run', () => count(1, 'd', { dry: true })],
      ['a command that consults the stream', () => count(1, 'd', { on: 'norland.two', seen: 'norland.one' })],
      ['the receipt of a lost command', () => executor.receipt(norland, { kind: 'counter', id: 'norland.one' }, 'c')],
    ];
    it.each(asked)('refuses %s, and everything else from then on', async (_, ask) => {
      await restoredTo(1);
      await expect(ask()).rejects.toMatchObject(taken);
      expect(store.takenBack()).toMatchObject({
        message: expect.stringContaining('counter/norland.one ends at revision 0, and had revision 2'),
      });
      await expect(count(1, 'e', { on: 'norland.three' })).rejects.toMatchObject(taken);
      await expect(count(1, 'a')).rejects.toMatchObject(taken);
    });

    it('refuses a command if the stream has grown again past what it knew', async () => {
      await restoredTo(1);
      const other = new Executor(store, kinds, new Pseudonymizer(Buffer.alloc(32, 7)), refusals);
      const mine = executor;
      executor = other;
      for (const id of ['x', 'y', 'z']) expect(await count(1, id)).toMatchObject({ type: 'accepted' });
      executor = mine;
      await expect(count(1, 'd')).rejects.toMatchObject(taken);
    });

    it('continues if the shorter stream was the answer of a node that was behind', async () => {
      for (const id of ['a', 'b', 'c']) await count(1, id);
      const { revisionOf } = store;
      let behind = 2;
      store.revisionOf = async (...of) => (behind-- > 0 ? 0 : revisionOf.apply(store, of));
      expect(await count(-9, 'd')).toMatchObject({ type: 'refused' });
      expect(behind).toBeLessThan(0);
      expect(store.takenBack()).toBeNull();
      expect(await count(1, 'e')).toMatchObject({ type: 'accepted', receipt: { revision: 3 } });
    });
  });

  it('leaves time to others between the batches of a long stream', async () => {
    await count(1, 'first');
    const [first] = await log();
    const more = Array.from({ length: 2000 }, (_, n) => ({ ...first, id: `e${n}` }));
    await store.append('counter/norland.one', 0, more as never);
    executor = new Executor(store, kinds, new Pseudonymizer(Buffer.alloc(32, 7)), refusals, observer);
    let turns = 0;
    const turn = (): void => {
      turns += 1;
      running = setImmediate(turn);
    };
    let running = setImmediate(turn);
    const readStream = store.readStream.bind(store);
    const turnsAtBatches: number[] = [];
    store.readStream = async function* (...args) {
      for await (const batch of readStream(...args)) {
        turnsAtBatches.push(turns);
        yield batch;
      }
    };
    expect(await executor.stateAt({ kind: 'counter', id: 'norland.one' }, () => true)).toMatchObject({ state: 2001 });
    expect(await count(1, 'second')).toMatchObject({ type: 'accepted', receipt: { revision: 2001 } });
    clearImmediate(running);
    // Ten batches of the two readings; one is read ahead in each.
    expect(new Set(turnsAtBatches).size).toBeGreaterThan(6);
  });

  it('records which revisions a decision consulted', async () => {
    await count(1, 'a', { on: 'norland.two' });
    await count(1, 'b', { seen: 'norland.two' });
    expect((await log())[1]?.metadata.consulted).toEqual([{ stream: 'counter/norland.two', revision: 0 }]);
  });

  it('records a pseudonymous sender by a pseudonym that is good for one stream', async () => {
    const answered = await count(1, 'a', { type: 'Whisper' });
    await count(1, 'a', { type: 'Whisper', on: 'norland.two', person: 'n-1' });
    const [one, two] = (await log()).map((e) => e.metadata.actor);
    expect(one?.organisation).toMatch(/^sealed\.[0-9a-f]{32}$/);
    expect(two?.organisation).not.toBe(one?.organisation);
    expect(Object.keys(two ?? {})).toEqual(['organisation', 'role']);
    expect(JSON.stringify((await log()).map((e) => e.metadata))).not.toContain('"norland"');
    expect(await count(1, 'a', { type: 'Whisper' })).toMatchObject({ type: 'accepted', repeated: true });
    expect(await executor.receipt(norland, { kind: 'counter', id: 'norland.one' }, 'a')).toEqual(
      answered.type === 'accepted' ? answered.receipt : null,
    );
  });
});

it('command hashes and event ids equal the golden file', () => {
  const golden = JSON.parse(readFileSync(join(import.meta.dirname, '../../../test/events/identity.json'), 'utf8')) as {
    command: { type: string; data: unknown };
    key: [string, { kind: string; id: string }, string];
    hash: string;
    eventIds: string[];
  };
  const hash = commandHash(golden.command);
  expect(hash).toBe(golden.hash);
  expect([0, 1].map((i) => eventId(commandKey(...golden.key), hash, i))).toEqual(golden.eventIds);
});
