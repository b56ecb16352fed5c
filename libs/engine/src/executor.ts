import { Backoff, pause } from '@entente/async';
import {
  COMMAND_NOTED,
  type Actor,
  type AnyDecider,
  type CommandMetadata,
  type Consulted,
  type ReceivedCommand,
  type ConsultedStreams,
  type Refusal,
  type StreamRef,
  streamName,
  type RecordedEvent,
} from '@entente/kernel';
import { LRUCache } from 'lru-cache';
import { CommandQueue } from './command-queue.js';
import type { EventStore, NewEvent } from './event-store.js';
import { AnsweredTooLate, Contention, Fault, DeciderFailed, NotReplicated } from './faults.js';
import { type Pseudonymizer, PSEUDONYM_PREFIX, commandHash, commandKey } from './identity.js';
import { type Observer, UNOBSERVED } from './observer.js';
import type { RefusalLog } from './refusal-log.js';
import { CONFIRMATION, type Confirmation, confirmTakenBack } from './taken-back.js';
import {
  type FoldedStream,
  type CommandRecord,
  handleCommand,
  applyEvent,
  consultedStreams,
  emptyStream,
} from './handle-command.js';

/** A command to be decided, and the time of the decision. */
export class ExecuteCommand {
  constructor(
    readonly received: ReceivedCommand,
    /** The time of the decision; ISO 8601, UTC. */
    readonly now: string,
    /** If true, the command is decided and nothing is recorded. */
    readonly dryRun: boolean = false,
  ) {}
}

/** The events that a command recorded. It is always the same, however often the sender asks. */
export interface Receipt {
  readonly commandId: string;
  readonly stream: string;
  readonly revision: number;
  readonly position: bigint;
  readonly events: readonly { readonly id: string; readonly type: string; readonly revision: number }[];
}

/** The answer to a command. */
export type CommandResult =
  | { readonly type: 'accepted'; readonly receipt: Receipt; readonly repeated: boolean }
  /** A dry run: the events that would be recorded; none if the command is `repeated`. */
  | {
      readonly type: 'dry-run';
      readonly events: readonly NewEvent[];
      readonly revision: number;
      readonly repeated: boolean;
    }
  | { readonly type: 'refused'; readonly refusal: Refusal }
  | { readonly type: 'id-reused' }
  | { readonly type: 'revision-mismatch'; readonly revision: number };

/** The deciders of the kinds, and the newest version of each event type. */
export interface Kinds {
  decider(kind: string): AnyDecider | undefined;
  version(kind: string, type: string): number;
}

const MAX_ATTEMPTS = 5;

/**
 * The wait after a stream refuses an append without an event that explains it: the pauses between
 * retries, in milliseconds. The retries stop after a fraction of `maxWaitMs`.
 */
const UNSEEN_PAUSE = { firstMs: 20, maxMs: 500 };
const UNSEEN_PART = 0.5;

/** The methods of a store that the executor uses. */
export type DecidingStore = Pick<
  EventStore,
  'append' | 'readStream' | 'revisionOf' | 'outage' | 'checkNotTakenBack' | 'setTakenBack'
>;

/** The limits of an executor. */
export interface ExecutorOptions {
  /** The size of the cache of folded streams, as a number of events. */
  readonly maxCachedEvents?: number;
  /** The maximum time that a command may take, including its wait in the queue, in milliseconds. */
  readonly maxWaitMs?: number;
  /** How it is confirmed that a stream has become shorter. */
  readonly confirmation?: Confirmation;
}

/**
 * The only code that records commands: it folds the stream, decides and appends. After a lost race
 * it decides again. Commands on one stream run one at a time within the process. Folded streams are
 * cached by exact revision. The number of their events limits the cache.
 */
export class Executor {
  private readonly cache: LRUCache<string, FoldedStream>;
  private readonly queue: CommandQueue;
  private readonly confirmation: Confirmation;
  private readonly running = new Map<string, Promise<CommandResult>>();

  constructor(
    private readonly store: DecidingStore,
    private readonly kinds: Kinds,
    private readonly pseudonymizer: Pseudonymizer,
    private readonly refusals: Pick<RefusalLog, 'note'>,
    private readonly observer: Observer = UNOBSERVED,
    { maxCachedEvents = 200_000, maxWaitMs = 30_000, confirmation = CONFIRMATION }: ExecutorOptions = {},
  ) {
    this.confirmation = confirmation;
    this.queue = new CommandQueue(maxWaitMs, () => new AnsweredTooLate(maxWaitMs, store.outage()));
    this.cache = new LRUCache({ maxSize: maxCachedEvents, sizeCalculation: (f) => f.types.size + 1 });
  }

  /**
   * Decides a command and records the events. Rejects with a `Fault`, at the latest after
   * `maxWaitMs`. Every other result is returned.
   */
  async execute(request: ExecuteCommand): Promise<CommandResult> {
    this.store.checkNotTakenBack();
    const { stream, command, metadata, body, ifMatch } = request.received;
    const hash = commandHash({ type: command.type, data: body });
    const recordedAs = this.recordedAs(request.received);
    const sameCommand = `${commandKey(recordedAs, stream, metadata.commandId)}\n${hash}\n${request.dryRun}\n${JSON.stringify(ifMatch)}\n${JSON.stringify(metadata.actor)}`;
    const running = this.running.get(sameCommand);
    if (running !== undefined)
      return running.then((result) => (result.type === 'accepted' ? { ...result, repeated: true } : result));
    const startedAt = performance.now();
    const outcome = this.queue.runExclusive(streamName(stream), (inTime) =>
      this.decideAndRecord(request, hash, recordedAs, inTime),
    );
    this.running.set(sameCommand, outcome);
    try {
      const answer = await outcome;
      this.report(request, recordedAs, answer, performance.now() - startedAt);
      return answer;
    } catch (error) {
      this.observer.commandHandled('fault', error instanceof Fault ? error.code : null, performance.now() - startedAt);
      throw error;
    } finally {
      this.running.delete(sameCommand);
    }
  }

  /** Notifies the observer, and notes a refusal for the auditor unless it was a dry run. */
  private report({ received, now, dryRun }: ExecuteCommand, recordedAs: string, outcome: CommandResult, ms: number) {
    const why = refusalOf(outcome);
    const as = outcome.type === 'accepted' && outcome.repeated ? 'repeated' : outcome.type;
    this.observer.commandHandled(as, why?.code ?? null, ms);
    if (why === null || dryRun) return;
    const { stream, command } = received;
    const { commandId, correlationId, actor } = this.recordedMetadata(received, recordedAs);
    const who = { organisation: recordedAs, role: actor.role };
    this.refusals.note({
      at: now,
      ...who,
      stream: streamName(stream),
      command: command.type,
      commandId,
      correlationId,
      ...why,
    });
  }

  /**
   * The receipt of an earlier command of this organisation; null if the command recorded nothing on
   * this stream.
   */
  async receipt(actor: Actor, stream: StreamRef, commandId: string): Promise<Receipt | null> {
    const decider = this.kinds.decider(stream.kind);
    if (decider === undefined) return null;
    const keys = this.keysOf(actor, stream, commandId);
    const recordIn = ({ commands }: FoldedStream): CommandRecord | undefined =>
      keys.flatMap((key) => commands.get(key) ?? [])[0];
    const name = streamName(stream);
    this.store.checkNotTakenBack();
    const record = await this.queue.runExclusive(name, async () => {
      const folded = await this.folded(decider, stream);
      const revision = await this.newestRevision(name, folded.revision);
      if (recordIn(folded) === undefined && revision !== folded.revision) {
        // Another process may have recorded it.
        this.cache.delete(name);
        return recordIn(await this.folded(decider, stream));
      }
      return recordIn(folded);
    });
    return record === undefined ? null : receiptOf(commandId, stream, record);
  }

  /**
   * The keys under which a sender's command may be recorded. Earlier versions of Entente used other
   * keys.
   */
  private keysOf({ organisation }: Actor, stream: StreamRef, commandId: string): readonly string[] {
    const pseudonym = this.pseudonymizer.pseudonym(organisation, stream);
    const pseudonymousId = this.pseudonymizer.commandId(organisation, stream, commandId);
    const keys = [commandKey(organisation, stream, commandId), commandKey(pseudonym, stream, pseudonymousId)];
    // A pseudonymous id is public, so it does not identify the sender.
    return commandId.startsWith(PSEUDONYM_PREFIX) ? keys : [...keys, commandKey(pseudonym, stream, commandId)];
  }

  /**
   * The metadata of a command in the form in which they are recorded. A pseudonymous command gets a
   * pseudonymous id, so that no id links it to its sender or a gateway. Earlier versions recorded
   * the sender's id, and a retry must still find it.
   */
  private recordedMetadata(
    { stream, metadata }: ReceivedCommand,
    recordedAs: string,
    { commands }: Pick<FoldedStream, 'commands'> = { commands: new Map() },
  ): CommandMetadata {
    const { actor, commandId } = metadata;
    if (recordedAs === actor.organisation || commands.has(commandKey(recordedAs, stream, commandId))) return metadata;
    const pseudonymousId = this.pseudonymizer.commandId(actor.organisation, stream, commandId);
    return { ...metadata, commandId: pseudonymousId, correlationId: pseudonymousId, causationId: null };
  }

  /**
   * The state of a stream, folded up to the first event that `includes` rejects; null if there are
   * no events before it, or the kind is unknown.
   */
  async stateAt(
    stream: StreamRef,
    includes: (event: RecordedEvent) => boolean,
  ): Promise<{ readonly revision: number; readonly state: unknown } | null> {
    const decider = this.kinds.decider(stream.kind);
    if (decider === undefined) return null;
    const folded = emptyStream(decider);
    for await (const batch of yieldBetween(this.store.readStream(streamName(stream))))
      for (const event of batch) {
        if (!includes(event)) return folded.revision < 0 ? null : folded;
        applyEvent(decider, folded, event);
      }
    return folded.revision < 0 ? null : folded;
  }

  /** The name of the sender in the events: the organisation, or its pseudonym on this stream. */
  private recordedAs({ stream, command, metadata: { actor } }: ReceivedCommand): string {
    const pseudonymous = this.kinds.decider(stream.kind)?.pseudonymous;
    return pseudonymous?.includes(command.type) === true
      ? this.pseudonymizer.pseudonym(actor.organisation, stream)
      : actor.organisation;
  }

  private async decideAndRecord(
    request: ExecuteCommand,
    hash: string,
    recordedAs: string,
    inTime: () => void,
  ): Promise<CommandResult> {
    const { stream, command, metadata, ifMatch } = request.received;
    const decider = this.kinds.decider(stream.kind);
    if (decider === undefined) throw new Error(`no rules for streams of kind ${stream.kind}`);
    const name = streamName(stream);
    const unseen = new Backoff(UNSEEN_PAUSE);
    const unseenUntil = performance.now() + UNSEEN_PART * this.queue.maxWaitMs;
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
      inTime();
      const startedAt = performance.now();
      const folded = await this.folded(decider, stream);
      const { known, others } = await this.consult(decider, request.received, folded);
      // There is no `await` between here and the decision, so these revisions belong to the states
      // that it uses.
      const consulted = [...others].map(([other, { revision }]) => ({ stream: other, revision }));
      const recorded = this.recordedMetadata(request.received, recordedAs, folded);
      const context = {
        ...recorded,
        stream,
        recordedAs,
        known,
        now: request.now,
        occurredAt: metadata.occurredAt ?? request.now,
      };
      const version = (type: string) => this.kinds.version(stream.kind, type);
      const input = { command, hash, context, ifMatch, consulted, version };
      const decision = runRules(() => handleCommand(decider, folded, input));
      this.observer.decided(performance.now() - startedAt);
      const isRepeat = decision.type === 'repeated' && !request.dryRun;
      const isFinal = decision.type === 'decided' && !request.dryRun;
      // The store checks the revision only for an append. Any other answer must be based on the
      // newest revision too, because other processes may write.
      const newest = isFinal ? folded.revision : await this.newestRevision(name, folded.revision);
      if (isRepeat)
        return { type: 'accepted', receipt: receiptOf(metadata.commandId, stream, decision.record), repeated: true };
      if (newest !== folded.revision) {
        this.cache.delete(name);
        continue;
      }
      if (decision.type === 'repeated')
        return { type: 'dry-run', events: [], revision: folded.revision, repeated: true };
      if (decision.type !== 'decided') return decision;
      if (request.dryRun)
        return { type: 'dry-run', events: decision.events, revision: folded.revision, repeated: false };
      if (!(await this.areUnchanged(consulted))) continue;
      const before = folded.revision;
      const expected = before < 0 ? 'none' : before;
      inTime();
      const appended = await this.store.append(name, expected, decision.events).catch((error: unknown) => {
        // The events may have been written. The cache is cleared, so the next decision on this
        // stream reads the store.
        if (!(error instanceof Fault) || error.retryAfter === null) this.cache.delete(name);
        throw error;
      });
      if (!appended.ok) {
        this.observer.conflict();
        await this.newestRevision(name, folded.revision, appended.actual);
        this.remember(name, await this.readOn(decider, name, folded));
        const isSeen = folded.revision > before && folded.revision >= appended.actual;
        if (isSeen) continue;
        // No readable event explains the refusal: the leader has a pending write that is not
        // replicated. That is not contention, so it does not count as an attempt.
        if (performance.now() > unseenUntil) throw new NotReplicated(name);
        await pause(unseen.next());
        attempt -= 1;
        continue;
      }
      const first = appended.revision - decision.events.length + 1;
      decision.events.forEach((event, i) =>
        applyEvent(decider, folded, { ...event, stream: name, revision: first + i }, appended.position),
      );
      this.remember(name, folded);
      const record = folded.commands.get(commandKey(recordedAs, stream, context.commandId)) as CommandRecord;
      return { type: 'accepted', receipt: receiptOf(metadata.commandId, stream, record), repeated: false };
    }
    throw new Contention(name, MAX_ATTEMPTS);
  }

  /**
   * The states of the streams that the decision consults. They are read in at most two rounds, each
   * stream at its newest revision.
   */
  private async consult(
    decider: AnyDecider,
    { stream, command, metadata }: ReceivedCommand,
    folded: FoldedStream,
  ): Promise<{ known: ConsultedStreams; others: ReadonlyMap<string, FoldedStream> }> {
    const others = new Map<string, FoldedStream>();
    const known = consultedStreams(decider.kind, folded, others);
    for (let round = 0; round < 2; round += 1) {
      const refs = runRules(
        () => decider.consults?.(command as never, folded.state, known, metadata.actor, stream) ?? [],
      );
      const own = streamName(stream);
      const fresh = refs.filter((ref) => !others.has(streamName(ref)) && streamName(ref) !== own);
      if (fresh.length === 0) break;
      for (const ref of fresh) {
        const other = this.kinds.decider(ref.kind);
        others.set(streamName(ref), other === undefined ? streamWithoutRules : await this.current(other, ref));
      }
    }
    return { known, others };
  }

  /** Checks just before the append that no consulted stream has changed. */
  private async areUnchanged(consulted: readonly Consulted[]): Promise<boolean> {
    for (const { stream, revision } of consulted) if ((await this.store.revisionOf(stream)) !== revision) return false;
    return true;
  }

  /**
   * Another stream at its newest revision. A cached stream is returned without a copy. Commands on
   * that stream may update it before the decision, which then uses the complete newer state.
   */
  private async current(decider: AnyDecider, stream: StreamRef): Promise<FoldedStream> {
    const name = streamName(stream);
    const cached = this.cache.get(name);
    const revision = await this.newestRevision(name, cached?.revision ?? -1);
    if (cached?.revision === revision) return cached;
    return this.read(decider, name, emptyStream(decider));
  }

  /**
   * Caches a stream after it has grown. It is inserted again, because the cache computes the size
   * of an entry only once.
   */
  private remember(name: string, folded: FoldedStream): void {
    this.cache.delete(name);
    this.cache.set(name, folded);
  }

  private async folded(decider: AnyDecider, stream: StreamRef): Promise<FoldedStream> {
    const name = streamName(stream);
    const cached = this.cache.get(name);
    if (cached !== undefined) return cached;
    const folded = await this.read(decider, name, emptyStream(decider));
    if (folded.revision >= 0) this.cache.set(name, folded);
    return folded;
  }

  /**
   * The newest revision of a stream in the store. A stream never becomes shorter. If its revision
   * stays below the one that this process has read, the log was set back, and this throws
   * `LogTakenBack`.
   */
  private async newestRevision(name: string, known: number, found?: number): Promise<number> {
    let revision = found ?? (await this.store.revisionOf(name));
    if (revision >= known) return revision;
    const hasIt = async (): Promise<boolean> => (revision = await this.store.revisionOf(name)) >= known;
    const evidence = `${name} ends at revision ${revision}, and had revision ${known}`;
    await confirmTakenBack(this.store, hasIt, evidence, this.confirmation);
    return revision;
  }

  /**
   * Folds the events that were appended since. The read starts at the last known event. If another
   * event has that revision now, the log was set back and has grown again; then it throws
   * `LogTakenBack`.
   */
  private async readOn(decider: AnyDecider, name: string, folded: FoldedStream): Promise<FoldedStream> {
    const { revision: known, last } = folded;
    if (last === null) return this.read(decider, name, folded);
    for await (const batch of yieldBetween(this.store.readStream(name, { from: known })))
      for (const event of batch) {
        const isKnown = event.id === last.id && (last.position === null || event.position === last.position);
        if (event.revision === known && !isKnown)
          throw this.store.setTakenBack(`revision ${known} of ${name} is event ${event.id}, and was ${last.id}`);
        if (event.revision > known) runRules(() => applyEvent(decider, folded, event));
      }
    return folded;
  }

  private async read(decider: AnyDecider, name: string, folded: FoldedStream): Promise<FoldedStream> {
    for await (const batch of yieldBetween(this.store.readStream(name, { from: folded.revision + 1 })))
      for (const event of batch) runRules(() => applyEvent(decider, folded, event));
    return folded;
  }
}

/** The batches of a stream. The event loop runs other work between batches. */
async function* yieldBetween<Batch>(batches: AsyncIterable<Batch>): AsyncIterable<Batch> {
  let isFirst = true;
  for await (const batch of batches) {
    if (!isFirst) await new Promise((resolve) => setImmediate(resolve));
    isFirst = false;
    yield batch;
  }
}

/** Runs the rules. Wraps an error that they throw in `DeciderFailed`. */
function runRules<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new DeciderFailed(error);
  }
}

/** The code and rule of a refusal; null if the command was not refused. */
const refusalOf = (outcome: CommandResult): { readonly code: string; readonly rule: string | null } | null => {
  if (outcome.type === 'refused') return { code: outcome.refusal.code, rule: outcome.refusal.rule };
  if (outcome.type === 'id-reused') return { code: 'command-id-reused', rule: null };
  return outcome.type === 'revision-mismatch' ? { code: 'revision-mismatch', rule: null } : null;
};

/** A stream of an unknown kind that a sender named. It has no events. */
const streamWithoutRules: FoldedStream = {
  revision: -1,
  last: null,
  state: null,
  commands: new Map(),
  types: new Map(),
  days: new Map(),
};

const receiptOf = (commandId: string, stream: StreamRef, record: CommandRecord): Receipt => {
  const last = record.events.at(-1);
  if (last === undefined || record.position === null) throw new Error('a command record without events');
  return {
    commandId,
    stream: streamName(stream),
    revision: last.revision,
    position: record.position,
    events: record.events.filter((event) => event.type !== COMMAND_NOTED),
  };
};
