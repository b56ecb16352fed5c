import type { GrantableRole } from '@entente/contracts';
import {
  type Actor,
  type Command,
  type Decider,
  type DecisionContext,
  type Event,
  type Refusal,
  type StreamRef,
  actsFor,
  refuse,
} from '@entente/kernel';
import { stakeholder } from './stakeholder.js';

/** An organisation that a command names, and the role in which it does; null if in none. */
export type NamedParty = readonly [organisation: string, role: GrantableRole | null];

/** The streams of these organisations. */
export const partyStreams = (parties: readonly NamedParty[]): readonly StreamRef[] =>
  parties.map(([id]) => ({ kind: stakeholder.kind, id }));

/** R29: each party is registered, not suspended, and holds the role in which it is named. */
export function notRegistered(parties: readonly NamedParty[], { known }: DecisionContext): Refusal | null {
  for (const [organisation, role] of parties) {
    const party = known.of(stakeholder, organisation);
    if (party === null)
      return refuse('party-not-registered', 'each party is registered, or the history is marked as reported', 'R29', {
        organisation,
      });
    if (party.suspended) return refuse('party-suspended', 'no party is suspended', 'R29', { organisation });
    if (role !== null && !party.roles.includes(role))
      return refuse('role-not-held', 'each party holds the role in which it is named', 'R29', { organisation, role });
  }
  return null;
}

/** The organisation that acts, as an implementer. */
const asImplementer = (actor: Actor): readonly NamedParty[] => [[actsFor(actor), 'implementer']];

/** R29: who acts as an implementer is registered as one, unless the history is reported. */
export const cannotImplementFor = (reported: boolean, context: DecisionContext): Refusal | null =>
  reported ? null : notRegistered(asImplementer(context.actor), context);

/** A decider that consults, beside what it does, the registration of a sender who implements. */
export const consultingImplementers = <
  Kind extends string,
  C extends Command,
  E extends Event,
  State,
  By extends string,
>(
  decider: Decider<Kind, C, E, State, By>,
): Decider<Kind, C, E, State, By> => ({
  ...decider,
  consults: (command, state, known, sender, stream) => [
    ...(decider.consults?.(command, state, known, sender, stream) ?? []),
    ...(sender.role === 'implementer' ? partyStreams(asImplementer(sender)) : []),
  ],
});

interface Bilateral {
  readonly donor: string;
  readonly recipient: string;
  readonly basis?: 'own' | 'reported';
  readonly lead?: string;
}

/** The parties of an opening command; none if it repeats history that another system made. */
export const partiesOf = ({ donor, recipient, basis, lead }: Bilateral): readonly NamedParty[] =>
  basis === 'reported'
    ? []
    : [[donor, 'donor'], [recipient, 'recipient'], ...(lead === undefined ? [] : ([[lead, null]] as const))];
