import { ROLES, type Actor, type Role } from '@entente/kernel';
import type { WrongField } from '@entente/contracts';

const ORGANISATION = /^[a-z0-9][a-z0-9_~-]{0,62}$/;
const PERSON = /^[A-Za-z0-9._~-]{1,64}$/;

/** Who acts where nobody is named: the operator of this house. */
export const OPERATOR: Actor = { organisation: 'operator', role: 'operator' };

/**
 * Reads `Entente-Actor: <organisation>;role=<role>;person=<reference>;for=<organisation>` (the last two optional), or tells each part that is wrong.
 */
export function readActor(header: string | undefined): Actor | readonly WrongField[] {
  if (header === undefined) return OPERATOR;
  const [organisation = '', ...parts] = header.split(';').map((part) => part.trim());
  const wrong: WrongField[] = [];
  const bad = (path: string, message: string): void => void wrong.push({ path: `Entente-Actor.${path}`, message });
  if (!ORGANISATION.test(organisation)) bad('organisation', "must be an organisation's id (a-z, 0-9, _ ~ -)");
  const named = new Map<string, string>();
  for (const part of parts) {
    const [name = '', ...value] = part.split('=');
    if (!['role', 'person', 'for'].includes(name) || named.has(name))
      bad(name, 'must be role, person or for, each once');
    named.set(name, value.join('='));
  }
  const role = named.get('role');
  const person = named.get('person');
  const speaksFor = named.get('for');
  if (!ROLES.includes(role as Role)) bad('role', `must be one of ${ROLES.join(', ')}`);
  if (person !== undefined && !PERSON.test(person)) bad('person', 'must be a reference (letters, digits, . _ ~ -)');
  if (speaksFor !== undefined && !ORGANISATION.test(speaksFor)) bad('for', "must be an organisation's id");
  if (wrong.length > 0) return wrong;
  return {
    organisation,
    role: role as Role,
    ...(person === undefined ? {} : { person }),
    ...(speaksFor === undefined ? {} : { for: speaksFor }),
  };
}
