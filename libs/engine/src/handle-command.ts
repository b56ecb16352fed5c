import {
  type AnyDecider,
  COMMAND_NOTED,
  type DecisionContext,
  type Command,
  type Consulted,
  type ConsultedStreams,
  MAX_NEW_ID_LENGTH,
  type RevisionCondition,
  type StreamEvent,
  Refusal,
  actsFor,
  idOf,
  kindOf,
  meetsCondition,
  refuse,
  streamName,
} from '@entente/kernel';
import type { NewEvent } from './event-store.js';
import { commandKey, eventId } from './identity.js';

/** The events that one command recorded in its stream. */
export interface CommandRecord {
  readonly hash: string;
  readonly events: { readonly id: string; readonly type: string; readonly revision: number }[];
  /** The position of its last event; null until the store has returned it. */
  position: bigint | null;
}

/**
 * A stream in the executor's cache: the decider's state, the record of every command, the type of
 * every event, and the day of the events that state one. The executor owns it and updates it.
 */
export interface FoldedStream {
  revision: number;
  /** The event at `revision`; null before the first. */
  last: { readonly id: string; readonly position: bigint | null } | null;
  state: unknown;
  readonly commands: Map<string, CommandRecord>;
  readonly types: Map<string, string>;
  readonly days: Map<string, string>;
}

/** A stream without events. */
export const emptyStream = (decider: AnyDecider): FoldedStream => ({
  revision: -1,
  last: null,
  state: decider.initial,
  commands: new Map(),
  types: new Map(),
  days: new Map(),
});

/** Applies an event to a folded stream, in place. */
export function applyEvent(
  decider: AnyDecider,
  folded: FoldedStream,
  event: StreamEvent & { position?: bigint },
  position?: bigint,
): void {
  const { actor, commandId, commandHash } = event.metadata;
  const key = commandKey(actor.organisation, { kind: kindOf(event), id: idOf(event) }, commandId);
  let record = folded.commands.get(key);
  if (record === undefined) folded.commands.set(key, (record = { hash: commandHash, events: [], position: null }));
  record.events.push({ id: event.id, type: event.type, revision: event.revision });
  record.position = event.position ?? position ?? record.position;
  folded.types.set(event.id, event.type);
  const { on, corrects } = event.data as { readonly on?: unknown; readonly corrects?: unknown };
  if (typeof on === 'string') folded.days.set(typeof corrects === 'string' ? corrects : event.id, on);
  folded.revision = event.revision;
  folded.last = { id: event.id, position: event.position ?? position ?? null };
  if (event.type !== COMMAND_NOTED) folded.state = decider.evolve(folded.state, event);
}

/**
 * The limits of `occurredAt`: a report may be a year late, and a sender's clock may be five minutes
 * ahead.
 */
const OCCURRED = { daysBack: 366, minutesAhead: 5 } as const;

/** The result of deciding a command. */
export type Decision =
  | { readonly type: 'repeated'; readonly record: CommandRecord }
  | { readonly type: 'id-reused' }
  | { readonly type: 'revision-mismatch'; readonly revision: number }
  | { readonly type: 'refused'; readonly refusal: Refusal }
  | { readonly type: 'decided'; readonly events: readonly NewEvent[] };

/** The input of a decision, besides the stream. */
export interface CommandInput {
  readonly command: Command;
  readonly hash: string;
  readonly context: DecisionContext;
  /** The revision that the client saw, if it sent one. */
  readonly ifMatch: RevisionCondition | null;
  readonly consulted: readonly Consulted[];
  /** The newest version of an event type of this kind. */
  version(type: string): number;
}

/**
 * Decides one command, without side effects. It checks for an earlier record, then the client's
 * revision, then the rules.
 */
export function handleCommand(decider: AnyDecider, folded: FoldedStream, input: CommandInput): Decision {
  const { command, hash, context: c, ifMatch } = input;
  const key = commandKey(c.recordedAs, c.stream, c.commandId);
  const record = folded.commands.get(key);
  if (record !== undefined) return record.hash === hash ? { type: 'repeated', record } : { type: 'id-reused' };
  if (ifMatch !== null && !meetsCondition(ifMatch, folded.revision))
    return { type: 'revision-mismatch', revision: folded.revision };
  const outOfTime = occurredAtOutOfRange(decider, command, folded.state, c);
  if (outOfTime !== null) return { type: 'refused', refusal: outOfTime };
  const decided = decider.decide(command as never, folded.state, c);
  if (decided instanceof Refusal) return { type: 'refused', refusal: decided };
  const foreign = folded.revision < 0 && decided.length > 0 ? idNotAllowed(decider, c) : null;
  if (foreign !== null) return { type: 'refused', refusal: foreign };
  const events = decided.length > 0 ? decided : [{ type: COMMAND_NOTED, data: {} }];
  const metadata = {
    actor: recordedActor(c),
    occurredAt: c.occurredAt,
    commandId: c.commandId,
    commandHash: hash,
    correlationId: c.correlationId,
    causationId: c.causationId,
    consulted: input.consulted,
    evidence: c.evidence,
    legalBasis: c.legalBasis,
    marking: null,
    // The trace of a pseudonymous command is not recorded, because it would identify the sender.
    ...(c.traceparent === undefined || c.recordedAs !== c.actor.organisation ? {} : { traceparent: c.traceparent }),
  };
  return {
    type: 'decided',
    events: events.map((event, i) => ({
      id: eventId(key, hash, i),
      type: event.type,
      version: event.type === COMMAND_NOTED ? 1 : input.version(event.type),
      data: event.data,
      metadata,
    })),
  };
}

/** The actor to record. Of a pseudonymous command, only the pseudonym and the role are recorded. */
const recordedActor = (c: DecisionContext) =>
  c.recordedAs === c.actor.organisation ? c.actor : { organisation: c.recordedAs, role: c.actor.role };

function occurredAtOutOfRange(
  decider: AnyDecider,
  command: Command,
  state: unknown,
  c: DecisionContext,
): Refusal | null {
  const now = Date.parse(c.now);
  const at = Date.parse(c.occurredAt);
  if (at > now + OCCURRED.minutesAhead * 60_000)
    return refuse('occurred-in-future', 'it has happened already', null, { occurredAt: c.occurredAt, now: c.now });
  if (at >= now - OCCURRED.daysBack * 86_400_000) return null;
  if (decider.reportsHistory?.(command as never, state, c.known) === true) return null;
  return refuse('occurred-too-long-ago', `it happened within the last ${OCCURRED.daysBack} days`, null, {
    occurredAt: c.occurredAt,
    now: c.now,
  });
}

/**
 * Refuses a new stream whose id does not have the form that the kind requires, such as the prefix
 * of the organisation.
 */
function idNotAllowed(decider: AnyDecider, c: DecisionContext): Refusal | null {
  const { id } = c.stream;
  const organisation = actsFor(c.actor);
  switch (decider.ids) {
    case 'prefixed':
      if (id.length > MAX_NEW_ID_LENGTH)
        return refuse('id-too-long', `the id of a new ${decider.kind} has at most ${MAX_NEW_ID_LENGTH} characters`);
      if (id.startsWith(`${organisation}.`) && id.length > organisation.length + 1) return null;
      return refuse('foreign-id', `the id of a new ${decider.kind} begins with "${organisation}."`, null, { id });
    case 'derived':
      return null;
    case 'organisation':
      if (!id.includes('.')) return null;
      return refuse('foreign-id', 'the id of an organisation has no dot', null, { id });
    case 'opaque':
      if (/^sealed\.[0-9a-f]{32}$/.test(id)) return null;
      return refuse('foreign-id', 'the id is "sealed." and 32 random hexadecimal digits', null, {
        stream: streamName(c.stream),
      });
  }
}

/**
 * The consulted streams as a decider of this kind sees them: `own` is its own stream, and `others`
 * are those that it named, which may grow later. Its calls throw if they ask for another stream.
 */
export function consultedStreams(
  kind: string,
  own: FoldedStream,
  others: ReadonlyMap<string, FoldedStream>,
): ConsultedStreams {
  const stream = (name: string): FoldedStream => {
    const found = others.get(name);
    if (found === undefined) throw new Error(`${kind} did not declare that it consults ${name}`);
    return found;
  };
  return {
    has: (other, id) => others.has(`${other.kind}/${id}`),
    of: <State>(other: { kind: string; initial: State }, id: string): State =>
      stream(`${other.kind}/${id}`).state as State,
    typeOfEvent: (id, name) => (name === undefined ? own : stream(name)).types.get(id),
    dayOfEvent: (id, name) => (name === undefined ? own : stream(name)).days.get(id),
  };
}
