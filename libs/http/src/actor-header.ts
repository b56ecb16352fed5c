import { type FieldError, actorOf } from '@entente/contracts';
import type { Actor } from '@entente/kernel';

/** Who acts where nobody is named: the operator of this deployment. */
export const OPERATOR: Actor = { organisation: 'operator', role: 'operator' };

/**
 * Reads `Entente-Actor: <organisation>;role=<role>;person=<reference>;for=<organisation>` (the last
 * two optional), or tells each part that is wrong.
 */
export function readActor(header: string | undefined): Actor | readonly FieldError[] {
  if (header === undefined) return OPERATOR;
  const [organisation = '', ...parts] = header.split(';').map((part) => part.trim());
  const pathOf = (part: string): string => `Entente-Actor.${part}`;
  const unknown: FieldError[] = [];
  const named = new Map<string, string>();
  for (const part of parts) {
    const [name = '', ...value] = part.split('=');
    if (!['role', 'person', 'for'].includes(name) || named.has(name))
      unknown.push({ path: pathOf(name), message: 'must be role, person or for, each once' });
    named.set(name, value.join('='));
  }
  const [role, person, speaksFor] = ['role', 'person', 'for'].map((name) => named.get(name));
  const { actor, errors } = actorOf({ organisation, role, person, for: speaksFor }, pathOf);
  return unknown.length + errors.length > 0 ? [...unknown, ...errors] : actor;
}
