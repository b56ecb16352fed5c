import { ROLES, type Actor, type Role } from '@entente/kernel';
import type { FieldError } from './structure.js';

/** The form of a metadata field, and the error message. */
interface FieldForm {
  readonly pattern: RegExp;
  readonly must: string;
}

/** The forms of all metadata fields, over HTTP and Kafka. */
export const PATTERNS = {
  streamId: { pattern: /^[a-z0-9][a-z0-9._~-]{0,127}$/, must: 'must be a stream id (a-z, 0-9, . _ ~ -)' },
  /** The id of a command, a correlation or a cause. */
  token: { pattern: /^[A-Za-z0-9._~:/-]{1,128}$/, must: 'must be 1 to 128 letters, digits or . _ ~ : / -' },
  revision: { pattern: /^(?:0|[1-9][0-9]{0,14})$/, must: 'must be a revision' },
  organisation: { pattern: /^[a-z0-9][a-z0-9_~-]{0,62}$/, must: "must be an organisation's id (a-z, 0-9, _ ~ -)" },
  /** W3C Trace Context. */
  traceparent: { pattern: /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/, must: 'must be a trace context' },
  person: { pattern: /^[A-Za-z0-9._~-]{1,64}$/, must: 'must be a reference (letters, digits, . _ ~ -)' },
} as const satisfies Record<string, FieldForm>;

/** The error in a field; none if it matches its form or is absent. */
export const errorUnless = (
  { pattern, must }: FieldForm,
  path: string,
  value: string | undefined,
): readonly FieldError[] => (value === undefined || pattern.test(value) ? [] : [{ path, message: must }]);

/** The sender of a command, in parts. */
export interface ActorParts {
  readonly organisation: string;
  readonly role: string | undefined;
  readonly person: string | undefined;
  readonly for: string | undefined;
}

/** The actor of the parts, and every error, under the sender's name of the part. */
export function actorOf(
  { organisation, role, person, for: speaksFor }: ActorParts,
  pathOf: (part: keyof ActorParts) => string,
): { readonly actor: Actor; readonly errors: readonly FieldError[] } {
  const isRole = ROLES.includes(role as Role);
  const errors = [
    ...errorUnless(PATTERNS.organisation, pathOf('organisation'), organisation),
    ...(isRole ? [] : [{ path: pathOf('role'), message: `must be one of ${ROLES.join(', ')}` }]),
    ...errorUnless(PATTERNS.person, pathOf('person'), person),
    ...errorUnless(PATTERNS.organisation, pathOf('for'), speaksFor),
  ];
  const actor = {
    organisation,
    role: role as Role,
    ...(person === undefined ? {} : { person }),
    ...(speaksFor === undefined ? {} : { for: speaksFor }),
  };
  return { actor, errors };
}
