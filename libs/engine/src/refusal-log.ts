/** A command that the rules refused: apart from the log, since nothing was decided. */
export interface RefusedCommand {
  /** When it was refused; ISO 8601, UTC. */
  readonly at: string;
  /**
   * The organisation that sent it, as the log would have named it: its pseudonym where the command
   * is sealed.
   */
  readonly organisation: string;
  readonly role: string;
  readonly stream: string;
  readonly command: string;
  readonly commandId: string;
  readonly correlationId: string;
  readonly code: string;
  readonly rule: string | null;
}

/** Which refused commands to list, the newest first. */
export interface RefusalQuery {
  readonly limit: number;
  /** Only those before this number. */
  readonly before?: number;
  readonly organisation?: string;
  readonly stream?: string;
  readonly code?: string;
}

/** A refused command with its number: the newest has the highest. */
export interface NumberedRefusal extends RefusedCommand {
  readonly number: number;
}

/**
 * Refused commands, for the auditor. Bounded: the oldest go when there are too many, and where they
 * come faster than they can be kept, `left out` counts the rest. `note` neither waits nor fails:
 * what is refused is answered whether or not it can be kept, and a crash may lose the last second
 * of it.
 */
export abstract class RefusalLog {
  abstract note(refused: RefusedCommand): void;
  abstract list(
    query: RefusalQuery,
  ): Promise<{ readonly refusals: readonly NumberedRefusal[]; readonly leftOut: number }>;
  abstract close(): Promise<void>;
}
