/** A command that the rules refused. It is not in the log, because nothing was decided. */
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

/** A query for refused commands, the newest first. */
export interface RefusalQuery {
  readonly limit: number;
  /** If set, only those with a lower number. */
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
 * Stores refused commands, for the auditor. The list is limited, and the oldest are removed. If
 * refusals arrive faster than they can be stored, `leftOut` counts the others. `note` neither
 * blocks nor throws: a refusal is answered whether or not it can be stored. A crash may lose the
 * refusals of the last second.
 */
export abstract class RefusalLog {
  abstract note(refused: RefusedCommand): void;
  abstract list(
    query: RefusalQuery,
  ): Promise<{ readonly refusals: readonly NumberedRefusal[]; readonly leftOut: number }>;
  abstract close(): Promise<void>;
}
