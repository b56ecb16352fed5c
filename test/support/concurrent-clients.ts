import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import fc from 'fast-check';
import { type CommandResult, Contention, type ExecuteCommand, type Executor, UNOBSERVED } from '@entente/engine';
import type { RecordedEvent } from '@entente/kernel';
import { SqliteEventStore } from '@entente/sqlite';
import { kinds } from '@entente/workers';
import { all } from '../contracts/event-store.js';
import { newExecutor } from './executor.js';
import { checkInvariants } from './invariants/check-invariants.js';
import { SCENARIO, RecordedIds, type ScenarioVariant, asWritten, toCommand } from './scenario-arbitraries.js';

/** Executes a command, and again after each lost race, as a client would. */
export async function executeWithRetries(executor: Executor, command: ExecuteCommand): Promise<CommandResult> {
  for (let tries = 1; ; tries += 1)
    try {
      return await executor.execute(command);
    } catch (error) {
      if (!(error instanceof Contention) || tries === 20) throw error;
    }
}

/** The stream of a kind with the most steps in the scenario. */
export function longestStream(kind: string): string {
  const streams = Map.groupBy(
    SCENARIO.filter((step) => step.kind === kind),
    ({ id }) => id,
  );
  const [[id] = []] = [...streams].sort(([, a], [, b]) => b.length - a.length);
  if (id === undefined) throw new Error(`the scenario has no stream of kind ${kind}`);
  return id;
}

/**
 * How two clients send a step: one of them or both, under one command id or two, a little earlier
 * or later, after a pause, or with another figure.
 */
export interface Schedule {
  readonly to: readonly number[];
  readonly same: boolean;
  readonly shift: number;
  readonly pause: number;
  readonly figure: number | undefined;
}
export const schedule: fc.Arbitrary<Schedule> = fc.record({
  to: fc.constantFrom([0], [1], [0, 1], [1, 0], [0, 1, 1]),
  same: fc.boolean(),
  shift: fc.integer({ min: -2, max: 2 }),
  pause: fc.nat(2),
  figure: fc.oneof(
    { weight: 4, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 5 }) },
  ),
});
/** Both clients send a step as it is written, at once, each under a command id of its own. */
export const AT_ONCE: Schedule = { to: [0, 1], same: false, shift: 0, pause: 0, figure: undefined };

/** Whether a step of the scenario is of a stream. */
export const isStepOf = (kind: string, id: string) => (step: (typeof SCENARIO)[number] | undefined) =>
  step?.kind === kind && step.id === id;

/**
 * The scenario from the first step of a stream to its last, cut into rounds of these sizes. In a
 * round of the stream's own steps the clients race; the steps between are sent by one client alone.
 */
export function rounds(kind: string, id: string, sizes: readonly number[]): { raced: boolean; steps: number[] }[] {
  const cut: { raced: boolean; steps: number[] }[] = [];
  const own = isStepOf(kind, id);
  for (let step = SCENARIO.findIndex(own); step <= SCENARIO.findLastIndex(own); step += 1) {
    const raced = own(SCENARIO[step]);
    const round = cut.at(-1);
    const full = raced && (round?.steps.length ?? 0) >= (sizes[cut.length % sizes.length] as number);
    if (round === undefined || full || round.raced !== raced) cut.push({ raced, steps: [step] });
    else round.steps.push(step);
  }
  return cut;
}

const command = (variant: ScenarioVariant, commandId: string, recorded: RecordedIds): ExecuteCommand | null =>
  toCommand(variant, commandId, variant.step, recorded, SCENARIO[variant.step]?.id);

/** A log of the scenario up to the first step of a stream. */
export async function logBefore(kind: string, id: string): Promise<{ folder: string; recorded: RecordedIds }> {
  const folder = mkdtempSync(join(tmpdir(), 'entente-race-'));
  const store = new SqliteEventStore({ folder });
  const recorded = new RecordedIds();
  const executor = newExecutor(store);
  for (let step = 0; step < SCENARIO.findIndex(isStepOf(kind, id)); step += 1) {
    const outcome = await executor.execute(command(asWritten(step), `s${step}`, recorded) as ExecuteCommand);
    if (outcome.type === 'accepted') recorded.add(asWritten(step), outcome.receipt.events);
  }
  await store.close();
  return { folder, recorded };
}

/** An event without its time of recording. */
const untimed = ({ metadata, ...event }: RecordedEvent): unknown => ({
  ...event,
  metadata: { ...metadata, recordedAt: '' },
});

/** Two executors on one log, and the commands that they accepted. */
export class ConcurrentClients {
  private readonly folder = mkdtempSync(join(tmpdir(), 'entente-race-'));
  private readonly store: SqliteEventStore;
  private readonly clients: readonly Executor[];
  private readonly other: Executor;
  private readonly accepted = new Map<string, ExecuteCommand>();
  /** The command of each event: the id of a pseudonymous command is not in the log. */
  private readonly commandOf = new Map<string, ExecuteCommand>();
  private readonly recorded: RecordedIds;

  constructor(
    private readonly from: { readonly folder: string; readonly recorded: RecordedIds },
    /** Counts the commands that were accepted, refused, and decided again. */
    private readonly count: { accepted: number; refused: number; lost: number },
  ) {
    this.store = this.copy('both');
    const observer = { ...UNOBSERVED, conflict: () => void (this.count.lost += 1) };
    this.clients = [0, 1].map(() => newExecutor(this.store, observer));
    this.other = newExecutor(this.store);
    this.recorded = new RecordedIds(from.recorded);
  }

  private copy(name: string): SqliteEventStore {
    cpSync(this.from.folder, join(this.folder, name), { recursive: true });
    return new SqliteEventStore({ folder: join(this.folder, name) });
  }

  private async send(executor: Executor, variant: ScenarioVariant, submit: ExecuteCommand): Promise<void> {
    const outcome = await executeWithRetries(executor, submit);
    if (outcome.type !== 'accepted') {
      expect(outcome.type).toBe('refused');
      this.count.refused += 1;
      return;
    }
    if (!outcome.repeated) this.count.accepted += 1;
    this.accepted.set(submit.received.metadata.commandId, submit);
    for (const { id } of outcome.receipt.events) this.commandOf.set(id, submit);
    this.recorded.add(variant, outcome.receipt.events);
  }

  /** Steps that one client sends alone. */
  async alone(steps: readonly number[]): Promise<void> {
    for (const step of steps)
      await this.send(
        this.other,
        asWritten(step),
        command(asWritten(step), `s${step}`, this.recorded) as ExecuteCommand,
      );
  }

  /** Steps that both clients race for. */
  async raced(steps: readonly number[], turns: readonly Schedule[]): Promise<void> {
    const queues: { at: number; variant: ScenarioVariant; submit: ExecuteCommand; pause: number }[][] = [[], []];
    for (const [n, step] of steps.entries()) {
      const { to, same, shift, pause, figure } = turns[n] as Schedule;
      const variant = { ...asWritten(step), figure };
      for (const [i, client] of to.entries()) {
        const submit = command(variant, same ? `s${step}` : `s${step}.${i}`, this.recorded);
        if (submit !== null) queues[client]?.push({ at: step + shift, variant, submit, pause });
      }
    }
    const client = async (queue: (typeof queues)[number], executor: Executor): Promise<void> => {
      for (const { variant, submit, pause } of queue.toSorted((a, b) => a.at - b.at)) {
        for (let n = 0; n < pause; n += 1) await new Promise(setImmediate);
        await this.send(executor, variant, submit);
      }
    };
    await Promise.all(this.clients.map((executor, c) => client(queues[c] ?? [], executor)));
  }

  /** The accepted commands, executed by one client in the order of the log, give the same log. */
  async isSerial(): Promise<void> {
    const log = await all(this.store.readLog(0n));
    const alone = this.copy('alone');
    const begun = await alone.head();
    const own = log.filter(({ position }) => position > begun);
    // A command that changed nothing is in no receipt, and is recorded under its id.
    const sent = own.map(({ id, metadata }) => this.commandOf.get(id) ?? this.accepted.get(metadata.commandId));
    const order = new Map(sent.map((submit) => [submit?.received.metadata.commandId, submit]));
    expect([...order.keys()].sort()).toEqual([...this.accepted.keys()].sort());
    const serial = newExecutor(alone);
    for (const submit of order.values())
      expect(await serial.execute(submit as ExecuteCommand)).toMatchObject({ type: 'accepted', repeated: false });
    expect((await all(alone.readLog(0n))).map(untimed)).toEqual(log.map(untimed));
    await alone.close();
    checkInvariants(kinds, log);
  }

  /** Closes the log and removes its folder. */
  async end(): Promise<void> {
    await this.store.close();
    rmSync(this.folder, { recursive: true });
  }
}
