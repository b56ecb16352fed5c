import { KeyedQueue } from '@entente/async';
import {
  type Actor,
  type AnyDecider,
  type Consulted,
  type ReceivedCommand,
  type ConsultedStreams,
  type Refusal,
  type StreamRef,
  streamName,
  type RecordedEvent,
} from '@entente/kernel';
import { LRUCache } from 'lru-cache';
import type { EventStore, NewEvent } from './event-store.js';
import { Contention, Fault, DeciderFailed } from './faults.js';
import { type Pseudonymizer, commandHash, commandKey } from './identity.js';
import { type Observer, UNOBSERVED } from './observer.js';
import type { RefusalLog } from './refusal-log.js';
import { type FoldedStream, type CommandRecord, handleCommand, applyEvent, emptyStream } from './handle-command.js';

/** A command to be decided, and when. */
export class ExecuteCommand {
  constructor(
    readonly received: ReceivedCommand,
    /** The time of the decision; ISO 8601, UTC. */
    readonly now: string,
    /** Decide, and record nothing. */
    readonly dryRun: boolean = false,
  ) {}
}

/** What a command left: the same for ever, however often it is asked for. */
export interface Receipt {
  readonly commandId: string;
  readonly stream: string;
  readonly revision: number;
  readonly position: bigint;
  readonly events: readonly { readonly id: string; readonly type: string; readonly revision: number }[];
}

/** The answer to a command. */
export type CommandResult =
  | { readonly as: 'accepted'; readonly receipt: Receipt; readonly repeated: boolean }
  | { readonly as: 'would'; readonly events: readonly NewEvent[]; readonly revision: number }
  | { readonly as: 'refused'; readonly refusal: Refusal }
  | { readonly as: 'id-reused' }
  | { readonly as: 'stale'; readonly revision: number };

/**
 * What the executor needs to know of the kinds: their deciders, and the newest version of each
 * event type.
 */
export interface Kinds {
  decider(kind: string): AnyDecider | undefined;
  version(kind: string, type: string): number;
}

const MAX_ATTEMPTS = 5;

/**
 * The one loop by which anything is recorded: fold, settle, append; a lost race is decided again.
 * Commands on one stream take turns within the process. States are kept by exact revision, bounded
 * by the number of their events; a cold stream is folded again.
 */
export class Executor {
  private readonly cache: LRUCache<string, FoldedStream>;
  private readonly queue = new KeyedQueue();
  private readonly running = new Map<string, Promise<CommandResult>>();

  constructor(
    private readonly store: EventStore,
    private readonly kinds: Kinds,
    private readonly pseudonymizer: Pseudonymizer,
    private readonly refusals: Pick<RefusalLog, 'note'>,
    private readonly observer: Observer = UNOBSERVED,
    maxCachedEvents = 200_000,
  ) {
    this.cache = new LRUCache({ maxSize: maxCachedEvents, sizeCalculation: (f) => f.types.size + 1 });
  }

  /**
   * Decides a command and records what was decided. Throws a `Fault`; every other answer is an
   * outcome.
   */
  async execute(submit: ExecuteCommand): Promise<CommandResult> {
    const { stream, command, metadata, body } = submit.received;
    const hash = commandHash({ type: command.type, data: body });
    const recordedAs = this.recordedAs(submit.received);
    const twin = `${commandKey(recordedAs, stream, metadata.commandId)}\n${hash}\n${submit.dryRun}`;
    const running = this.running.get(twin);
    if (running !== undefined) return running.then((o) => (o.as === 'accepted' ? { ...o, repeated: true } : o));
    const begun = performance.now();
    const outcome = this.queue.runExclusive(streamName(stream), () => this.decideAndRecord(submit, hash, recordedAs));
    this.running.set(twin, outcome);
    try {
      const answer = await outcome;
      this.report(submit, recordedAs, answer, performance.now() - begun);
      return answer;
    } catch (error) {
      this.observer.commandHandled('fault', error instanceof Fault ? error.code : null, performance.now() - begun);
      throw error;
    } finally {
      this.running.delete(twin);
    }
  }

  /** Tells those who watch; a refusal is noted for the auditor, unless it was only asked for. */
  private report(
    { received: { stream, command, metadata }, now, dryRun }: ExecuteCommand,
    recordedAs: string,
    outcome: CommandResult,
    ms: number,
  ) {
    const why = refusalOf(outcome);
    const as = outcome.as === 'accepted' && outcome.repeated ? 'repeated' : outcome.as;
    this.observer.commandHandled(as, why?.code ?? null, ms);
    if (why === null || dryRun) return;
    const { commandId, correlationId, actor } = metadata;
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
   * What a command left earlier, by the organisation that sent it; null where it left nothing on
   * this stream.
   */
  async receipt(actor: Actor, stream: StreamRef, commandId: string): Promise<Receipt | null> {
    const decider = this.kinds.decider(stream.kind);
    if (decider === undefined) return null;
    const organisations = [actor.organisation, this.pseudonymizer.pseudonym(actor.organisation, stream)];
    const keys = organisations.map((organisation) => commandKey(organisation, stream, commandId));
    const left = ({ commands }: FoldedStream): CommandRecord | undefined =>
      keys.flatMap((key) => commands.get(key) ?? [])[0];
    const name = streamName(stream);
    const trace = await this.queue.runExclusive(name, async () => {
      const folded = await this.folded(decider, stream);
      if (left(folded) === undefined && (await this.store.revisionOf(name)) !== folded.revision) {
        // Another process may have recorded it.
        this.cache.delete(name);
        return left(await this.folded(decider, stream));
      }
      return left(folded);
    });
    return trace === undefined ? null : receiptOf(commandId, stream, trace);
  }

  /**
   * A stream's state from its events up to, and not from, the first one that is left out; null
   * where that is none of them, or the kind is not known.
   */
  async stateAt(
    stream: StreamRef,
    includes: (event: RecordedEvent) => boolean,
  ): Promise<{ readonly revision: number; readonly state: unknown } | null> {
    const decider = this.kinds.decider(stream.kind);
    if (decider === undefined) return null;
    const folded = emptyStream(decider);
    for await (const batch of this.store.readStream(streamName(stream)))
      for (const event of batch) {
        if (!includes(event)) return folded.revision < 0 ? null : folded;
        applyEvent(decider, folded, event);
      }
    return folded.revision < 0 ? null : folded;
  }

  private recordedAs({ stream, command, metadata: { actor } }: ReceivedCommand): string {
    const sealed = this.kinds.decider(stream.kind)?.sealed;
    return sealed?.includes(command.type) === true
      ? this.pseudonymizer.pseudonym(actor.organisation, stream)
      : actor.organisation;
  }

  private async decideAndRecord(submit: ExecuteCommand, hash: string, recordedAs: string): Promise<CommandResult> {
    const { stream, command, metadata, ifMatch } = submit.received;
    const decider = this.kinds.decider(stream.kind);
    if (decider === undefined) throw new Error(`no rules for streams of kind ${stream.kind}`);
    const name = streamName(stream);
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
      const begun = performance.now();
      const folded = await this.folded(decider, stream);
      const { known, consulted } = await this.consult(decider, submit.received, folded);
      const context = {
        ...metadata,
        stream,
        recordedAs,
        known,
        now: submit.now,
        occurredAt: metadata.occurredAt ?? submit.now,
      };
      const version = (type: string) => this.kinds.version(stream.kind, type);
      const submission = { command, hash, context, ifMatch, consulted, version };
      const settled = byTheRules(() => handleCommand(decider, folded, submission));
      this.observer.decided(performance.now() - begun);
      if (settled.as === 'repeated')
        return { as: 'accepted', receipt: receiptOf(context.commandId, stream, settled.trace), repeated: true };
      // Only what is appended is held against the newest revision by the store: any other answer
      // must rest on it too, whoever else writes.
      if ((settled.as !== 'decided' || submit.dryRun) && (await this.store.revisionOf(name)) !== folded.revision) {
        this.cache.delete(name);
        continue;
      }
      if (settled.as !== 'decided') return settled;
      if (submit.dryRun) return { as: 'would', events: settled.events, revision: folded.revision };
      if (!(await this.stillSo(consulted))) continue;
      const expected = folded.revision < 0 ? 'none' : folded.revision;
      const appended = await this.store.append(name, expected, settled.events).catch((error: unknown) => {
        // It may be written all the same: the store is asked before anything else is decided on
        // this stream.
        if (!(error instanceof Fault) || error.retryAfter === null) this.cache.delete(name);
        throw error;
      });
      if (!appended.ok) {
        this.observer.conflict();
        this.cache.set(name, { ...(await this.read(decider, name, folded)) });
        continue;
      }
      const first = appended.revision - settled.events.length + 1;
      settled.events.forEach((event, i) =>
        applyEvent(decider, folded, { ...event, stream: name, revision: first + i }, appended.position),
      );
      // A copy, since what is there already would not be weighed again, and it has grown.
      this.cache.set(name, { ...folded });
      const trace = folded.commands.get(commandKey(recordedAs, stream, context.commandId)) as CommandRecord;
      return { as: 'accepted', receipt: receiptOf(context.commandId, stream, trace), repeated: false };
    }
    throw new Contention(name, MAX_ATTEMPTS);
  }

  /**
   * The states of the streams that the decision rests on: at most two rounds, read from the store's
   * own word on their revisions.
   */
  private async consult(
    decider: AnyDecider,
    { stream, command }: ReceivedCommand,
    folded: FoldedStream,
  ): Promise<{ known: ConsultedStreams; consulted: Consulted[] }> {
    const others = new Map<string, FoldedStream>();
    const consultedAs = (name: string): FoldedStream => {
      const found = others.get(name);
      if (found === undefined) throw new Error(`${decider.kind} did not say that it consults ${name}`);
      return found;
    };
    const known: ConsultedStreams = {
      has: (other, id) => others.has(`${other.kind}/${id}`),
      of: <State>(other: { kind: string; initial: State }, id: string): State =>
        consultedAs(`${other.kind}/${id}`).state as State,
      typeOfEvent: (id, name) => (name === undefined ? folded : consultedAs(name)).types.get(id),
    };
    for (let round = 0; round < 2; round += 1) {
      const refs = byTheRules(() => decider.consults?.(command as never, folded.state, known) ?? []);
      const own = streamName(stream);
      const fresh = refs.filter((ref) => !others.has(streamName(ref)) && streamName(ref) !== own);
      if (fresh.length === 0) break;
      for (const ref of fresh) {
        const other = this.kinds.decider(ref.kind);
        others.set(streamName(ref), other === undefined ? nowhere : await this.current(other, ref));
      }
    }
    return { known, consulted: [...others].map(([stream, f]) => ({ stream, revision: f.revision })) };
  }

  /** Looked at again just before the append: what a decision rests on must not have moved. */
  private async stillSo(consulted: readonly Consulted[]): Promise<boolean> {
    for (const { stream, revision } of consulted) if ((await this.store.revisionOf(stream)) !== revision) return false;
    return true;
  }

  /**
   * Another stream's state at its newest revision; a copy of what is cached would do, since only
   * its own turn changes it.
   */
  private async current(decider: AnyDecider, stream: StreamRef): Promise<FoldedStream> {
    const name = streamName(stream);
    const revision = await this.store.revisionOf(name);
    const cached = this.cache.get(name);
    if (cached?.revision === revision) return { ...cached };
    return this.read(decider, name, emptyStream(decider));
  }

  private async folded(decider: AnyDecider, stream: StreamRef): Promise<FoldedStream> {
    const name = streamName(stream);
    const cached = this.cache.get(name);
    if (cached !== undefined) return cached;
    const folded = await this.read(decider, name, emptyStream(decider));
    if (folded.revision >= 0) this.cache.set(name, folded);
    return folded;
  }

  private async read(decider: AnyDecider, name: string, folded: FoldedStream): Promise<FoldedStream> {
    for await (const batch of this.store.readStream(name, { from: folded.revision + 1 }))
      for (const event of batch) byTheRules(() => applyEvent(decider, folded, event));
    return folded;
  }
}

/** Tells what fails in the rules from what fails around them. */
function byTheRules<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new DeciderFailed(error);
  }
}

/** Why a command was not taken, in a word; null where it was. */
const refusalOf = (outcome: CommandResult): { readonly code: string; readonly rule: string | null } | null => {
  if (outcome.as === 'refused') return { code: outcome.refusal.code, rule: outcome.refusal.rule };
  if (outcome.as === 'id-reused') return { code: 'command-id-reused', rule: null };
  return outcome.as === 'stale' ? { code: 'revision-mismatch', rule: null } : null;
};

/** A stream of a kind without rules, which a sender named: nothing happens there. */
const nowhere: FoldedStream = { revision: -1, state: null, commands: new Map(), types: new Map() };

const receiptOf = (commandId: string, stream: StreamRef, trace: CommandRecord): Receipt => {
  const last = trace.events.at(-1);
  if (last === undefined || trace.position === null) throw new Error('a trace without events');
  return {
    commandId,
    stream: streamName(stream),
    revision: last.revision,
    position: trace.position,
    events: trace.events.filter((event) => event.type !== 'CommandNoted'),
  };
};
