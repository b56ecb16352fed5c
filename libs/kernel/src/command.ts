import type { Actor } from './actor.js';
import type { Command, Evidence, StreamRef } from './event.js';

/** What a sender sends with a command, as it was received. */
export interface CommandMetadata {
  readonly actor: Actor;
  readonly commandId: string;
  readonly correlationId: string;
  readonly causationId: string | null;
  /** The trace in which it was sent (W3C Trace Context); absent if there was none. */
  readonly traceparent?: string;
  /** When it happened. Null: at the time of the decision. */
  readonly occurredAt: string | null;
  readonly evidence: readonly Evidence[];
  readonly legalBasis: string | null;
}

/**
 * The revisions at which a command may be decided: one, one of several, any (the stream exists), or
 * none (it does not).
 */
export type RevisionCondition = number | readonly number[] | 'any' | 'none';

/** Whether a stream of a revision, -1 without events, meets a condition. */
export function meetsCondition(condition: RevisionCondition, revision: number): boolean {
  if (condition === 'any') return revision >= 0;
  if (condition === 'none') return revision < 0;
  return typeof condition === 'number' ? condition === revision : condition.includes(revision);
}

/** A command of the catalogue, valid in form, with all its metadata. */
export interface ReceivedCommand {
  readonly stream: StreamRef;
  readonly command: Command;
  readonly metadata: CommandMetadata;
  /** The revision that the stream must have, if the sender requires one. */
  readonly ifMatch: RevisionCondition | null;
  /**
   * The body as received, from which the command's hash is computed: with the optional fields that
   * every command has.
   */
  readonly body: unknown;
}
