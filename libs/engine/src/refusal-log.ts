/** A command that the rules refused. It is not in the log, since nothing was decided. */
export interface RefusedCommand {
  /** When it was refused; ISO 8601, UTC. */
  readonly at: string;
  /**
   * The organisation that sent it, as the log would name it: the pseudonym if the command is
   * pseudonymous.
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
  /** Only those with a number below this one. */
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
 * Refused commands, for the auditor. The list is bounded: the oldest are removed, and if refusals
 * come faster than they can be stored, `leftOut` counts the rest. `note` neither waits nor fails: a
 * refusal is answered whether or not it can be stored. A crash may lose the last second.
 */
export abstract class RefusalLog {
  abstract note(refused: RefusedCommand): void;
  abstract list(
    query: RefusalQuery,
  ): Promise<{ readonly refusals: readonly NumberedRefusal[]; readonly leftOut: number }>;
  abstract close(): Promise<void>;
}
