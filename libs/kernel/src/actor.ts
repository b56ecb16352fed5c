/** The roles that the operator grants: all but its own, the system's and the public's. */
export const GRANTABLE_ROLES = [
  'donor',
  'recipient',
  'implementer',
  'monitor',
  'vetter',
  'investigator',
  'evaluator',
  'mediator',
  'auditor',
] as const;

/**
 * The capacities in which an organisation takes part. One organisation may hold several; a command
 * is sent in exactly one.
 */
export const ROLES = [...GRANTABLE_ROLES, 'public', 'system', 'operator'] as const;

/** One of {@link ROLES}. */
export type Role = (typeof ROLES)[number];

/**
 * The sender of a command: an organisation, in a role, the organisation that it acts for, and a
 * person known only by a reference.
 */
export interface Actor {
  /**
   * The sending organisation's id (without a dot), or its pseudonym if the command is pseudonymous.
   */
  readonly organisation: string;
  readonly role: Role;
  /** A reference to a person in the sender's own register, never a name. */
  readonly person?: string;
  /** The organisation that the actor speaks for, if it is not the sender itself. */
  readonly for?: string;
}

/** The organisation in whose name the actor acts: the one it speaks for, else itself. */
export const actsFor = (actor: Actor): string => actor.for ?? actor.organisation;
