import {
  type Command,
  type DecisionContext,
  type Refusal,
  type RelationCheck,
  actsFor,
  bySystem,
  refuse,
} from '@entente/kernel';
import { cannotImplementFor } from '../parties/registration.js';

/** The two sides of a case. */
interface Parties {
  readonly donor: string;
  readonly recipient: string;
  /** Whether the case repeats what another system decided. */
  readonly reported?: boolean;
}

type HoldsRelation = (parties: Parties, context: DecisionContext) => boolean;
const isDonor: HoldsRelation = ({ donor }, { actor }) => actsFor(actor) === donor;
const isRecipient: HoldsRelation = ({ recipient }, { actor }) => actsFor(actor) === recipient;

/** The relations to a case and its consignments, and the refusal for other senders. */
const RELATIONS = {
  recipient: [
    isRecipient,
    ({ recipient }) =>
      refuse('not-the-recipient', 'the recipient, or its representative, does this', null, { recipient }),
  ],
  donor: [
    isDonor,
    ({ donor }) => refuse('not-the-donor', 'the donor, or another on its behalf, does this', null, { donor }),
  ],
  /** So that no organisation accepts what it delivered itself. */
  deliverer: [
    (parties, context) =>
      isDonor(parties, context) || (context.actor.role === 'implementer' && !isRecipient(parties, context)),
    ({ donor }) => refuse('not-a-deliverer', 'the donor or an implementer does this', null, { donor }),
  ],
  party: [
    (parties, context) => isDonor(parties, context) || isRecipient(parties, context),
    ({ donor, recipient }) => refuse('not-a-party', 'the donor or the recipient does this', null, { donor, recipient }),
  ],
} as const satisfies Record<string, readonly [HoldsRelation, (parties: Parties) => Refusal]>;

/** One of the relations to a case and its consignments. */
type CaseRelation = keyof typeof RELATIONS;

/**
 * Why this actor does not have the relation; null if it has. An operator may act for any sender.
 * R29: a deliverer other than the donor is registered as an implementer.
 */
export function notSentBy(relation: CaseRelation, parties: Parties, context: DecisionContext): Refusal | null {
  if (context.actor.role === 'operator') return null;
  const [holds, refusal] = RELATIONS[relation];
  if (!holds(parties, context)) return refusal(parties);
  const byAnother = relation === 'deliverer' && !isDonor(parties, context);
  return byAnother ? cannotImplementFor(parties.reported === true, context) : null;
}

/**
 * The relations to a stream whose parties `of` finds; without parties, the rules give the reason.
 */
export function relationsTo<C extends Command, State>(
  of: (state: State, context: DecisionContext, command: C) => Parties | null,
): Record<CaseRelation | 'system', RelationCheck<C, State>> {
  const check =
    (relation: CaseRelation): RelationCheck<C, State> =>
    (...asked) => {
      const parties = of(...asked);
      const [, context] = asked;
      return parties === null ? null : notSentBy(relation, parties, context);
    };
  return {
    recipient: check('recipient'),
    donor: check('donor'),
    deliverer: check('deliverer'),
    party: check('party'),
    system: bySystem,
  };
}
