import type { Actor } from './actor.js';
import type { Command, Evidence, StreamRef } from './event.js';

/** What a sender says of a command, as it was received. */
export interface CommandMetadata {
  readonly actor: Actor;
  readonly commandId: string;
  readonly correlationId: string;
  readonly causationId: string | null;
  /** The trace in which it was sent (W3C Trace Context); absent if it was sent in none. */
  readonly traceparent?: string;
  /** When it happened; null: when it is decided. */
  readonly occurredAt: string | null;
  readonly evidence: readonly Evidence[];
  readonly legalBasis: string | null;
}

/** A command of the catalogue, valid in its form, with all that its sender says of it. */
export interface ReceivedCommand {
  readonly stream: StreamRef;
  readonly command: Command;
  readonly metadata: CommandMetadata;
  /** The revision that the stream must have, if the sender says one. */
  readonly ifMatch: number | null;
  /**
   * The body as received, over which the command's hash is taken: with the optional fields that
   * every command has.
   */
  readonly body: unknown;
}
