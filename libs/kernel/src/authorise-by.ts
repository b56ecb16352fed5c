import type { Command } from './event.js';
import type { DecisionContext } from './decider.js';
import { type Refusal, refuse } from './refusal.js';

/** One relation to a stream. Returns why the sender does not have it; null if it does. */
export type RelationCheck<C extends Command, State> = (
  state: State,
  context: DecisionContext,
  command: C,
) => Refusal | null;

/** The relation of the system, which records that a due date has passed. */
export const bySystem: RelationCheck<Command, unknown> = (_, { actor }) =>
  actor.role === 'system' ? null : refuse('not-the-system', 'the system does this, when the day has come');

/**
 * The `authorise` of a decider, from its relations. An operator may act for any sender. A sender
 * that has none of several relations gets the refusal of the one named like its role, or of the
 * first.
 */
export const authoriseBy =
  <C extends Command, State, By extends string>(relations: Readonly<Record<By, RelationCheck<C, State>>>) =>
  (by: readonly By[], command: C, state: State, context: DecisionContext): Refusal | null => {
    if (context.actor.role === 'operator') return null;
    const refusals = by.map((relation) => relations[relation](state, context, command));
    if (refusals.includes(null)) return null;
    return refusals[by.findIndex((relation) => relation === context.actor.role)] ?? refusals[0] ?? null;
  };
