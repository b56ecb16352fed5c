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

/** A command of the catalogue, valid in form, with all its metadata. */
export interface ReceivedCommand {
  readonly stream: StreamRef;
  readonly command: Command;
  readonly metadata: CommandMetadata;
  /** The revision that the stream must have, if the sender requires one. */
  readonly ifMatch: number | null;
  /**
   * The body as received, from which the command's hash is computed: with the optional fields that
   * every command has.
   */
  readonly body: unknown;
}
