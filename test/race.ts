import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import fc from 'fast-check';
import {
  Contention,
  Executor,
  type CommandResult,
  Pseudonymizer,
  type ExecuteCommand,
  UNOBSERVED,
} from '@entente/engine';
import type { RecordedEvent } from '@entente/kernel';
import { SqliteEventStore } from '@entente/sqlite';
import { kinds } from '@entente/workers';
import { all } from './contracts/event-store.js';
import { stands } from './invariants.js';
import { BOOK, Left, type Told, plainly, submit as submitTold } from './told.js';

/** A process's worth: an executor with caches of its own. */
export const process = (store: SqliteEventStore, conflict: () => void = () => undefined): Executor =>
  new Executor(
    store,
    kinds,
    new Pseudonymizer(Buffer.alloc(32, 7)),
    { note: () => undefined },
    { ...UNOBSERVED, conflict },
  );

/** Sends until it is no lost race any more, as a client does. */
export async function sent(executor: Executor, command: ExecuteCommand): Promise<CommandResult> {
  for (let tries = 1; ; tries += 1)
    try {
      return await executor.execute(command);
    } catch (error) {
      if (!(error instanceof Contention) || tries === 20) throw error;
    }
}

/** The stream of a kind of which the book tells most. */
export function busiest(kind: string): string {
  const streams = Map.groupBy(
    BOOK.filter((step) => step.kind === kind),
    ({ id }) => id,
  );
  const [[id] = []] = [...streams].sort(([, a], [, b]) => b.length - a.length);
  if (id === undefined) throw new Error(`the book tells nothing of the kind ${kind}`);
  return id;
}

/**
 * How a step comes to two clients: to one of them or both, by one id or two, a little earlier or
 * later, after a pause, with another figure.
 */
export interface Turn {
  readonly to: readonly number[];
  readonly same: boolean;
  readonly shift: number;
  readonly pause: number;
  readonly figure: number | undefined;
}
export const turn: fc.Arbitrary<Turn> = fc.record({
  to: fc.constantFrom([0], [1], [0, 1], [1, 0], [0, 1, 1]),
  same: fc.boolean(),
  shift: fc.integer({ min: -2, max: 2 }),
  pause: fc.nat(2),
  figure: fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined, freq: 5 }),
});

/** Whether a step of the book is of a stream. */
export const isOf = (kind: string, id: string) => (step: (typeof BOOK)[number] | undefined) =>
  step?.kind === kind && step.id === id;

/**
 * The book from the first step of a stream to its last, cut where its steps end and again into
 * rounds of so many: each of these is raced for, what lies between is told by one alone.
 */
export function rounds(kind: string, id: string, sizes: readonly number[]): { raced: boolean; steps: number[] }[] {
  const cut: { raced: boolean; steps: number[] }[] = [];
  const own = isOf(kind, id);
  for (let step = BOOK.findIndex(own); step <= BOOK.findLastIndex(own); step += 1) {
    const raced = own(BOOK[step]);
    const round = cut.at(-1);
    const full = raced && (round?.steps.length ?? 0) >= (sizes[cut.length % sizes.length] as number);
    if (round === undefined || full || round.raced !== raced) cut.push({ raced, steps: [step] });
    else round.steps.push(step);
  }
  return cut;
}

const command = (told: Told, commandId: string, left: Left): ExecuteCommand | null =>
  submitTold(told, commandId, told.step, left, BOOK[told.step]?.id);

/** A log in which the book is told up to the first step of a stream. */
export async function before(kind: string, id: string): Promise<{ folder: string; left: Left }> {
  const folder = mkdtempSync(join(tmpdir(), 'entente-race-'));
  const store = new SqliteEventStore({ folder });
  const left = new Left();
  const teller = process(store);
  for (let step = 0; step < BOOK.findIndex(isOf(kind, id)); step += 1) {
    const outcome = await teller.execute(command(plainly(step), `s${step}`, left) as ExecuteCommand);
    if (outcome.as === 'accepted') left.by(plainly(step), outcome.receipt.events);
  }
  await store.close();
  return { folder, left };
}

/** What was told, as no clock matters for it. */
const untimed = ({ metadata, ...event }: RecordedEvent): unknown => ({
  ...event,
  metadata: { ...metadata, recordedAt: '' },
});

/** Two processes on one log, and what they were told. */
export class Race {
  private readonly folder = mkdtempSync(join(tmpdir(), 'entente-race-'));
  private readonly store: SqliteEventStore;
  private readonly clients: readonly Executor[];
  private readonly other: Executor;
  private readonly taken = new Map<string, ExecuteCommand>();
  private readonly left: Left;

  constructor(
    private readonly from: { readonly folder: string; readonly left: Left },
    /** How many commands were accepted, refused and decided again. */
    private readonly count: { accepted: number; refused: number; lost: number },
  ) {
    this.store = this.copy('both');
    this.clients = [0, 1].map(() => process(this.store, () => (this.count.lost += 1)));
    this.other = process(this.store);
    this.left = new Left(from.left);
  }

  private copy(name: string): SqliteEventStore {
    cpSync(this.from.folder, join(this.folder, name), { recursive: true });
    return new SqliteEventStore({ folder: join(this.folder, name) });
  }

  private async tell(executor: Executor, told: Told, submit: ExecuteCommand): Promise<void> {
    const outcome = await sent(executor, submit);
    if (outcome.as !== 'accepted') {
      expect(outcome.as).toBe('refused');
      this.count.refused += 1;
      return;
    }
    if (!outcome.repeated) this.count.accepted += 1;
    this.taken.set(submit.received.metadata.commandId, submit);
    this.left.by(told, outcome.receipt.events);
  }

  /** What nobody races for. */
  async alone(steps: readonly number[]): Promise<void> {
    for (const step of steps)
      await this.tell(this.other, plainly(step), command(plainly(step), `s${step}`, this.left) as ExecuteCommand);
  }

  /** What both race for. */
  async raced(steps: readonly number[], turns: readonly Turn[]): Promise<void> {
    const queues: { at: number; told: Told; submit: ExecuteCommand; pause: number }[][] = [[], []];
    for (const [n, step] of steps.entries()) {
      const { to, same, shift, pause, figure } = turns[n] as Turn;
      const told = { ...plainly(step), figure };
      for (const [i, client] of to.entries()) {
        const submit = command(told, same ? `s${step}` : `s${step}.${i}`, this.left);
        if (submit !== null) queues[client]?.push({ at: step + shift, told, submit, pause });
      }
    }
    const client = async (queue: (typeof queues)[number], executor: Executor): Promise<void> => {
      for (const { told, submit, pause } of queue.toSorted((a, b) => a.at - b.at)) {
        for (let n = 0; n < pause; n += 1) await new Promise(setImmediate);
        await this.tell(executor, told, submit);
      }
    };
    await Promise.all(this.clients.map((executor, c) => client(queues[c] ?? [], executor)));
  }

  /** One alone is told what was accepted, in the order of the log, and leaves the same one. */
  async isSerial(): Promise<void> {
    const log = await all(this.store.readLog(0n));
    const alone = this.copy('alone');
    const begun = await alone.head();
    const told = log.filter(({ position }) => position > begun);
    const order = new Set(told.map(({ metadata }) => metadata.commandId));
    expect([...order].sort()).toEqual([...this.taken.keys()].sort());
    const serial = process(alone);
    for (const id of order)
      expect(await serial.execute(this.taken.get(id) as ExecuteCommand)).toMatchObject({
        as: 'accepted',
        repeated: false,
      });
    expect((await all(alone.readLog(0n))).map(untimed)).toEqual(log.map(untimed));
    await alone.close();
    stands(kinds, log);
  }

  /** Lets go of all of it. */
  async end(): Promise<void> {
    await this.store.close();
    rmSync(this.folder, { recursive: true });
  }
}
