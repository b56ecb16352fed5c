import { type FieldError, actorOf } from '@entente/contracts';
import type { Actor } from '@entente/kernel';

/** The actor without the header: the operator of this deployment. */
export const OPERATOR: Actor = { organisation: 'operator', role: 'operator' };

/**
 * Parses `Entente-Actor: <organisation>;role=<role>;person=<reference>;for=<organisation>`. The
 * last two parts are optional. Returns the actor, or the errors by part.
 */
export function readActor(header: string | undefined): Actor | readonly FieldError[] {
  if (header === undefined) return OPERATOR;
  const [organisation = '', ...parts] = header.split(';').map((part) => part.trim());
  const pathOf = (part: string): string => `Entente-Actor.${part}`;
  const unknown: FieldError[] = [];
  const params = new Map<string, string>();
  for (const part of parts) {
    const [name = '', ...value] = part.split('=');
    if (!['role', 'person', 'for'].includes(name) || params.has(name))
      unknown.push({ path: pathOf(name), message: 'must be role, person or for, each once' });
    params.set(name, value.join('='));
  }
  const [role, person, speaksFor] = ['role', 'person', 'for'].map((name) => params.get(name));
  const { actor, errors } = actorOf({ organisation, role, person, for: speaksFor }, pathOf);
  return unknown.length + errors.length > 0 ? [...unknown, ...errors] : actor;
}
