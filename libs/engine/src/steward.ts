import { Backoff, Wakeup, messageOf, pause, supervise } from '@entente/async';
import {
  type CommandMetadata,
  type Consequence,
  type DueItem,
  type DuePolicy,
  type EventPolicy,
  type PolicyContext,
  type ReceivedCommand,
  type RecordedEvent,
  parseStream,
} from '@entente/kernel';
import { hash } from 'node:crypto';
import { type NamedConsequence, STEWARD, consequencesOf } from './consequences.js';
import type { EventLog } from './event-store.js';
import { ExecuteCommand, type Executor } from './executor.js';
import type { ReadModelStore, ResultRow } from './read-model-store.js';
import { waitForPosition } from './read-your-writes.js';

/** The read model of due dates. */
const DUE_DATES = 'due-dates';

/** The number of due dates per query. */
const PAGE = 200;

const DAY_MS = 86_400_000;
/** How far back a command may have occurred, less a margin of one day, in milliseconds. */
const OLDEST_MS = 365 * DAY_MS;

/**
 * The command that records that a due date has passed. Its id is the same for the same date.
 * Undefined if no policy reacts.
 */
export function dueConsequence(policies: readonly DuePolicy[], one: DueItem): NamedConsequence | undefined {
  const stream = parseStream(one.stream);
  const policy = policies.find(({ kind, duties }) => kind === stream?.kind && duties.includes(one.duty));
  if (stream === null || policy === undefined) return undefined;
  const day = hash('sha256', `${one.stream}\n${one.duty}\n${one.item}\n${one.due}`, 'hex').slice(0, 32);
  const consequence = { stream, command: policy.record(one) };
  return { policy: policy.name, commandId: `due:${policy.name}:${day}`, consequence };
}

/**
 * The moment at which a due date had passed, or the earliest moment that a command may state. It is
 * never before the end of the day on which the date was set.
 */
export const passedAt = (due: string, setOn: string, now: string): string =>
  new Date(Math.max(Date.parse(setOn > due ? setOn : due) + DAY_MS, Date.parse(now) - OLDEST_MS)).toISOString();

/** The ids and the time of a consequence's command. */
type ConsequenceIds = Pick<CommandMetadata, 'commandId' | 'correlationId' | 'causationId' | 'occurredAt'>;

/** The command that the steward sends for a consequence. */
export const sentBySteward = (
  { stream, command, for: organisation }: Consequence,
  ids: ConsequenceIds,
): ReceivedCommand => ({
  stream,
  command,
  metadata: {
    ...ids,
    actor: organisation === undefined ? STEWARD : { ...STEWARD, for: organisation },
    evidence: [],
    legalBasis: null,
  },
  ifMatch: null,
  body: command.data,
});

/**
 * When a consequence of an event happened, or the earliest moment that a command may state; null:
 * now.
 */
export const followedAt = ({ occurredAt }: Pick<Consequence, 'occurredAt'>, now: string): string | null =>
  occurredAt === undefined || occurredAt > now
    ? null
    : new Date(Math.max(Date.parse(occurredAt), Date.parse(now) - OLDEST_MS)).toISOString();

/** Stores the position up to which the policies have handled the log. */
export abstract class StewardCheckpoint {
  /**
   * The position up to which every consequence was sent; 0 if it is not known, as for a restored
   * log. Then all consequences are sent again under the same ids, and each is recorded once.
   */
  abstract load(): Promise<bigint>;
  abstract save(position: bigint): Promise<void>;
  abstract close(): Promise<void>;
}

/** Every policy of the deployment. */
export interface Policies {
  readonly events: readonly EventPolicy[];
  readonly dueDates: readonly DuePolicy[];
}

/** The dependencies of a steward. */
export interface StewardParts {
  readonly log: EventLog;
  readonly executor: Pick<Executor, 'execute'>;
  readonly rows: ReadModelStore;
  readonly checkpoint: StewardCheckpoint;
  readonly policies: Policies;
  /** Creates names that readers of a consequence cannot trace to their origin. */
  readonly opaque: PolicyContext['opaque'];
  /** The time, ISO 8601 in UTC. */
  readonly now: () => string;
}

/** Options of a steward; times in milliseconds. */
export interface StewardOptions {
  /** The polling interval when the steward is at the end of the log; `wake` ends the wait. */
  readonly poll?: number;
  readonly wake?: (listener: () => void) => () => void;
  /** The interval between two checks of the due dates. */
  readonly lookEvery?: number;
  /** The maximum time that a check waits for the rows to reach the end of the log. */
  readonly rowsWithin?: number;
  /** The first pause after a fault. It doubles, up to thirty times this value. */
  readonly firstPause?: number;
  /**
   * Called with each consequence that the rules refused: its cause, stream and command, and the
   * code.
   */
  readonly onRefused?: (cause: string, stream: string, command: string, code: string) => void;
}

/** The status of a steward. */
export interface StewardStatus {
  /** The position up to which the consequences of events were sent; null before the first read. */
  readonly position: bigint | null;
  /** The day up to which due dates were checked; null before the first check. */
  readonly day: string | null;
  /** Why nothing is sent now; null while consequences are sent. */
  readonly fault: string | null;
  /** The numbers of consequences that were recorded and refused since the process started. */
  readonly recorded: number;
  readonly refused: number;
}

/**
 * Runs the policies: for events, in the order of the log, and for due dates, in the order in which
 * they pass.
 *
 * Each consequence is a command whose id is derived from its cause. So after a restart, with a
 * second steward, or after a loss of the checkpoint, commands are repeated and each is recorded
 * once. The rules of the stream decide each command as they decide every other command. After a
 * refusal the steward continues. After a fault it tries again.
 */
export class Steward {
  private readonly stopping = new AbortController();
  private running: Promise<unknown> | null = null;
  private position: bigint | null = null;
  private day: string | null = null;
  private readonly faults = new Map<string, string>();
  private recorded = 0;
  private refused = 0;
  private readonly wakeup = new Wakeup();
  /** The command ids that the rules refused today. They are not sent again before tomorrow. */
  private refusedToday = new Set<string>();

  constructor(
    private readonly parts: StewardParts,
    private readonly options: StewardOptions = {},
  ) {}

  start(): void {
    const { wake } = this.options;
    if (this.running !== null) return;
    const unsubscribe = wake?.(() => this.wakeup.wake());
    const loops = [
      this.supervised('events', (onSuccess) => this.follow(onSuccess)),
      this.supervised('due dates', (onSuccess) => this.watch(onSuccess)),
    ];
    this.running = Promise.all(loops).finally(() => unsubscribe?.());
  }

  /** Stops after the command in progress. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.wakeup.wake();
    await this.running;
  }

  status(): StewardStatus {
    const [[what, fault] = [null, null]] = this.faults;
    return {
      position: this.position,
      day: this.day,
      fault: what === null ? null : `${what}: ${fault}`,
      recorded: this.recorded,
      refused: this.refused,
    };
  }

  private async supervised(name: string, work: (onSuccess: () => void) => Promise<void>): Promise<void> {
    const backoff = new Backoff({ firstMs: this.options.firstPause ?? 100 });
    const onSuccess = (): void => {
      this.faults.delete(name);
      backoff.reset();
    };
    const onFailure = (error: unknown): void => void this.faults.set(name, messageOf(error));
    await supervise(() => work(onSuccess), { signal: this.stopping.signal, backoff, onFailure });
  }

  // ---- What follows from events ----

  private async follow(onSuccess: () => void): Promise<void> {
    const { log, checkpoint, policies } = this.parts;
    const kinds = [...new Set(policies.events.map(({ kind }) => kind))];
    const types = [...new Set(policies.events.flatMap(({ reactions }) => Object.keys(reactions)))];
    let saved = await checkpoint.load();
    let at = saved;
    while (!this.isStopped()) {
      this.wakeup.clear();
      const head = await log.head();
      if (at > head) at = saved = 0n;
      for await (const events of log.readLog(at, { kinds, types, upTo: head }))
        for (const event of events) {
          if (this.isStopped()) return;
          if (await this.react(event)) await checkpoint.save((saved = event.position));
          this.position = at = event.position;
          onSuccess();
        }
      this.position = at = head > at ? head : at;
      if (at - saved >= CHECKPOINT_EVERY) await checkpoint.save((saved = at));
      onSuccess();
      await this.wakeup.wait(this.options.poll ?? 1000);
    }
    if (at > saved) await checkpoint.save(at);
  }

  /** Sends the consequences of an event. Returns false if there are none. */
  private async react(event: RecordedEvent): Promise<boolean> {
    const { policies, opaque } = this.parts;
    const consequences = consequencesOf(policies.events, event, { opaque });
    for (const { commandId, consequence } of consequences) {
      const { correlationId } = event.metadata;
      const occurredAt = followedAt(consequence, this.parts.now());
      await this.send(consequence, { commandId, correlationId, causationId: event.id, occurredAt });
    }
    return consequences.length > 0;
  }

  // ---- What becomes of due dates ----

  private async watch(onSuccess: () => void): Promise<void> {
    while (!this.isStopped()) {
      const today = this.parts.now().slice(0, 10);
      if (today !== this.day) this.refusedToday = new Set();
      const looked = await this.look(today);
      if (looked) this.day = today;
      onSuccess();
      const { lookEvery = 60_000, poll = 1000 } = this.options;
      // While rows are being folded, as after a start, the next check follows soon.
      await pause(looked ? lookEvery : Math.min(lookEvery, poll), this.stopping.signal);
    }
  }

  /** Records the due dates that passed before a day. Returns false if the rows are being folded. */
  private async look(today: string): Promise<boolean> {
    const { log, rows, policies } = this.parts;
    if ((await rows.outdated()).includes(DUE_DATES)) return false;
    const position = await log.head();
    await waitForPosition(rows, DUE_DATES, { position, stream: null }, this.options.rowsWithin ?? 30_000);
    const sort = [{ column: 'due', descending: false }];
    const where = [
      { column: 'status', in: ['open'] },
      { column: 'due', before: today },
    ];
    let last: ResultRow | undefined;
    do {
      const after = last === undefined ? {} : { afterRow: { sortValues: last.sortValues, key: last.key } };
      const page = await rows.query(DUE_DATES, { where, sort, limit: PAGE, ...after });
      for (const row of page.rows) {
        if (this.isStopped()) return false;
        await this.recordDue(row, policies.dueDates, today);
      }
      last = page.more ? page.rows.at(-1) : undefined;
    } while (last !== undefined);
    return true;
  }

  private async recordDue(
    { columns, source }: ResultRow,
    policies: readonly DuePolicy[],
    today: string,
  ): Promise<void> {
    if (source === null) return;
    const { duty, item, due, set_on: setOn } = columns as unknown as DueItem & { readonly set_on: string };
    // A duty that was planned after its due date becomes overdue after the day on which it was
    // planned.
    if (setOn >= today) return;
    const { stream } = source;
    const found = dueConsequence(policies, { stream, duty, item, due });
    if (found === undefined || this.refusedToday.has(found.commandId)) return;
    const { commandId, consequence } = found;
    const occurredAt = passedAt(due, setOn, this.parts.now());
    const ids = { commandId, correlationId: commandId, causationId: source.event, occurredAt };
    const recorded = await this.send(consequence, ids);
    if (!recorded) this.refusedToday.add(commandId);
  }

  // ---- Sending ----

  /** Sends a command. Returns false if the rules refuse it. */
  private async send(consequence: Consequence, ids: ConsequenceIds): Promise<boolean> {
    const received = sentBySteward(consequence, ids);
    const { stream, command } = received;
    const result = await this.parts.executor.execute(new ExecuteCommand(received, this.parts.now()));
    if (result.type === 'accepted') {
      if (!result.repeated) this.recorded += 1;
      return true;
    }
    // An earlier version of the policy sent another command for the same cause.
    if (result.type !== 'refused') return true;
    this.refused += 1;
    this.options.onRefused?.(ids.commandId, `${stream.kind}/${stream.id}`, command.type, result.refusal.code);
    return false;
  }

  private isStopped(): boolean {
    return this.stopping.signal.aborted;
  }
}

/** The maximum distance of the position from the checkpoint while events have no consequences. */
const CHECKPOINT_EVERY = 1000n;
