/**
 * The capacities in which an organisation takes part. One organisation may hold several; a command
 * is sent in exactly one.
 */
export const ROLES = [
  'donor',
  'recipient',
  'implementer',
  'monitor',
  'vetter',
  'investigator',
  'evaluator',
  'mediator',
  'auditor',
  'public',
  'system',
  'operator',
] as const;

/** One of {@link ROLES}. */
export type Role = (typeof ROLES)[number];

/**
 * Who sends a command: an organisation, in a role, by a person known only by a reference, and on
 * whose behalf.
 */
export interface Actor {
  /** The sending organisation's id (no dot in it), or a pseudonym where the command is sealed. */
  readonly organisation: string;
  readonly role: Role;
  /** A reference to a person in the sender's own register, never a name. */
  readonly person?: string;
  /** The organisation spoken for, where it is not the sender itself. */
  readonly for?: string;
}

/** The organisation in whose name the actor acts: the one it speaks for, else itself. */
export const actsFor = (actor: Actor): string => actor.for ?? actor.organisation;
