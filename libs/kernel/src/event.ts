import type { Actor } from './actor.js';

/** Anything that JSON can hold. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * What was decided: a type in the past tense and its facts. The names are the storage format and
 * stay for ever.
 */
export interface Event<Type extends string = string, Data = unknown> {
  readonly type: Type;
  readonly data: Data;
}

/** What somebody asks for: a type in the imperative and its fields. */
export interface Command<Type extends string = string, Data = unknown> {
  readonly type: Type;
  readonly data: Data;
}

/** The data of one member of a union of events or commands. */
export type DataOf<Union extends { type: string; data: unknown }, Type extends Union['type']> = Extract<
  Union,
  { type: Type }
>['data'];

/** One stream: `<kind>/<id>` everywhere. */
export interface StreamRef {
  readonly kind: string;
  readonly id: string;
}

/** The one way to write a stream's name. */
export const streamName = (stream: StreamRef): string => `${stream.kind}/${stream.id}`;

/** The stream that a name stands for, or null where it is not one. */
export function parseStream(name: string): StreamRef | null {
  const at = name.indexOf('/');
  return at < 1 || at === name.length - 1 ? null : { kind: name.slice(0, at), id: name.slice(at + 1) };
}

/** Evidence by reference: the digest of a file that somebody keeps, never the file. */
export interface Evidence {
  /** SHA-256 of the file, 64 hexadecimal digits. */
  readonly sha256: string;
  /** Where its keeper finds it. */
  readonly reference?: string;
}

/** A stream that a decision looked at, and the revision at which it did (-1: it did not exist). */
export interface Consulted {
  readonly stream: string;
  readonly revision: number;
}

/**
 * What is known about an event when it is decided: everything but its place in the log and the time
 * of recording.
 */
export interface ProposedMetadata {
  readonly actor: Actor;
  /** When it happened, by the sender's word; ISO 8601, UTC. */
  readonly occurredAt: string;
  readonly commandId: string;
  /**
   * SHA-256 over the command's type and body as received: tells a retry from another use of the
   * same id.
   */
  readonly commandHash: string;
  readonly correlationId: string;
  readonly causationId: string | null;
  readonly consulted: readonly Consulted[];
  readonly evidence: readonly Evidence[];
  readonly legalBasis: string | null;
  readonly marking: string | null;
  /**
   * The trace in which the command was sent (W3C Trace Context), where it was sent in one and is
   * not sealed.
   */
  readonly traceparent?: string;
}

/**
 * An event's metadata as stored: what was known before, and when the store recorded it (never going
 * back along the log).
 */
export interface EventMetadata extends ProposedMetadata {
  readonly recordedAt: string;
}

/**
 * An event in its stream: what `evolve` of a decider may see. It has no position and no time of
 * recording, so no rule can rest on them.
 */
export type StreamEvent<E extends Event = Event> = E & {
  /** A uuid derived from the command, the same whenever the command is sent again. */
  readonly id: string;
  readonly stream: string;
  /** Its place in the stream, from 0. */
  readonly revision: number;
  readonly version: number;
  readonly metadata: ProposedMetadata;
};

/** An event in the log: what projections, readers and auditors see. */
export type RecordedEvent<E extends Event = Event> = E & {
  readonly id: string;
  readonly stream: string;
  readonly revision: number;
  /** Its place in the log: rising, not necessarily without gaps. */
  readonly position: bigint;
  readonly version: number;
  readonly metadata: EventMetadata;
};
