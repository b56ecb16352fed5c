import { ROLES, type Actor, type Role } from '@entente/kernel';
import type { FieldError } from './structure.js';

/** What a sender says beside a command's body: as it must be, and how that is told. */
interface Shape {
  readonly pattern: RegExp;
  readonly must: string;
}

/** The shapes of all that is said beside a command's body, whichever way it comes. */
export const PATTERNS = {
  streamId: { pattern: /^[a-z0-9][a-z0-9._~-]{0,127}$/, must: 'must be a stream id (a-z, 0-9, . _ ~ -)' },
  /** The id of a command, a correlation or a cause. */
  token: { pattern: /^[A-Za-z0-9._~:/-]{1,128}$/, must: 'must be 1 to 128 letters, digits or . _ ~ : / -' },
  revision: { pattern: /^(?:0|[1-9][0-9]{0,14})$/, must: 'must be a revision' },
  organisation: { pattern: /^[a-z0-9][a-z0-9_~-]{0,62}$/, must: "must be an organisation's id (a-z, 0-9, _ ~ -)" },
  /** W3C Trace Context. */
  traceparent: { pattern: /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/, must: 'must be a trace context' },
  person: { pattern: /^[A-Za-z0-9._~-]{1,64}$/, must: 'must be a reference (letters, digits, . _ ~ -)' },
} as const satisfies Record<string, Shape>;

/** The wrong field that a text is; none where it has its shape, or was left out. */
export const errorUnless = ({ pattern, must }: Shape, path: string, said: string | undefined): readonly FieldError[] =>
  said === undefined || pattern.test(said) ? [] : [{ path, message: must }];

/** Who sends a command, as told part by part. */
export interface ActorParts {
  readonly organisation: string;
  readonly role: string | undefined;
  readonly person: string | undefined;
  readonly for: string | undefined;
}

/**
 * The actor that the parts name, and every part that is wrong, under the path by which its sender
 * knows it.
 */
export function actorOf(
  { organisation, role, person, for: speaksFor }: ActorParts,
  pathOf: (part: keyof ActorParts) => string,
): { readonly actor: Actor; readonly wrong: readonly FieldError[] } {
  const isRole = ROLES.includes(role as Role);
  const wrong = [
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
  return { actor, wrong };
}
