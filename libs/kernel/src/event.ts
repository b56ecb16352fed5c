import type { Actor } from './actor.js';

/** Anything that JSON can hold. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * A decision: a type in the past tense and its facts. The names are the storage format and stay for
 * ever.
 */
export interface Event<Type extends string = string, Data = unknown> {
  readonly type: Type;
  readonly data: Data;
}

/**
 * The engine's own event: a command was decided and changed nothing. With it, a later retry has no
 * effect either.
 */
export const COMMAND_NOTED = 'CommandNoted';

/** A request: a type in the imperative and its fields. */
export interface Command<Type extends string = string, Data = unknown> {
  readonly type: Type;
  readonly data: Data;
}

/** The data of one member of a union of events or commands. */
export type DataOf<Union extends { type: string; data: unknown }, Type extends Union['type']> = Extract<
  Union,
  { type: Type }
>['data'];

/** A stream; its name is `<kind>/<id>`. */
export interface StreamRef {
  readonly kind: string;
  readonly id: string;
}

/** Writes a stream's name. */
export const streamName = (stream: StreamRef): string => `${stream.kind}/${stream.id}`;

/**
 * The most characters of the id of a new stream. They leave room for the kind of a scope before it:
 * a hold's id names the scope that it is on.
 */
export const MAX_NEW_ID_LENGTH = 112;

/** Parses a stream's name; null if it is not one. */
export function parseStream(name: string): StreamRef | null {
  const at = name.indexOf('/');
  return at < 1 || at === name.length - 1 ? null : { kind: name.slice(0, at), id: name.slice(at + 1) };
}

/** The kind of an event's stream. */
export const kindOf = ({ stream }: { readonly stream: string }): string => stream.slice(0, stream.indexOf('/'));

/** The id of an event's stream. */
export const idOf = ({ stream }: { readonly stream: string }): string => stream.slice(stream.indexOf('/') + 1);

/** Evidence by reference: the digest of a file that another party keeps, never the file. */
export interface Evidence {
  /** SHA-256 of the file, 64 hexadecimal digits. */
  readonly sha256: string;
  /** How the file's keeper finds it. */
  readonly reference?: string;
}

/** A stream that a decision consulted, and its revision at that moment (-1: it did not exist). */
export interface Consulted {
  readonly stream: string;
  readonly revision: number;
}

/**
 * An event's metadata when it is decided: everything but its position and the time of recording.
 */
export interface ProposedMetadata {
  readonly actor: Actor;
  /** When it happened, as the sender states it; ISO 8601, UTC. */
  readonly occurredAt: string;
  readonly commandId: string;
  /**
   * SHA-256 of the command's type and body as received: it distinguishes a retry from another use
   * of the same id.
   */
  readonly commandHash: string;
  readonly correlationId: string;
  readonly causationId: string | null;
  readonly consulted: readonly Consulted[];
  readonly evidence: readonly Evidence[];
  readonly legalBasis: string | null;
  readonly marking: string | null;
  /**
   * The trace in which the command was sent (W3C Trace Context); absent if there was none or the
   * command is pseudonymous.
   */
  readonly traceparent?: string;
}

/**
 * An event's metadata as stored: what was known at the decision, and when the store recorded it
 * (never going back along the log).
 */
export interface EventMetadata extends ProposedMetadata {
  readonly recordedAt: string;
}

/**
 * An event in its stream, as a decider's `evolve` sees it. It has no position and no time of
 * recording, so no rule can rest on them.
 */
export type StreamEvent<E extends Event = Event> = E & {
  /** A UUID derived from the command, the same whenever the command is sent again. */
  readonly id: string;
  readonly stream: string;
  /** Its revision in the stream, from 0. */
  readonly revision: number;
  readonly version: number;
  readonly metadata: ProposedMetadata;
};

/** An event in the log, as projections, readers and auditors see it. */
export type RecordedEvent<E extends Event = Event> = E & {
  readonly id: string;
  readonly stream: string;
  readonly revision: number;
  /** Its position in the log: rising, possibly with gaps. */
  readonly position: bigint;
  readonly version: number;
  readonly metadata: EventMetadata;
};
