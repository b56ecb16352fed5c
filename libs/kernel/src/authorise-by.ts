import type { Command } from './event.js';
import type { DecisionContext } from './decider.js';
import { type Refusal, refuse } from './refusal.js';

/** One relation to a stream: why the sender of a command does not stand in it; null if it does. */
export type RelationCheck<C extends Command, State> = (
  state: State,
  context: DecisionContext,
  command: C,
) => Refusal | null;

/** The relation of the system, which records that a day has come. */
export const bySystem: RelationCheck<Command, unknown> = (_, { actor }) =>
  actor.role === 'system' ? null : refuse('not-the-system', 'the system does this, when the day has come');

/**
 * The `authorise` of a decider, from its relations. An operator stands in for anybody. A sender in
 * none of several relations is refused in the words of the first.
 */
export const authoriseBy =
  <C extends Command, State, By extends string>(relations: Readonly<Record<By, RelationCheck<C, State>>>) =>
  (by: readonly By[], command: C, state: State, context: DecisionContext): Refusal | null => {
    if (context.actor.role === 'operator') return null;
    let refused: Refusal | null = null;
    for (const relation of by) {
      const refusal = relations[relation](state, context, command);
      if (refusal === null) return null;
      refused ??= refusal;
    }
    return refused;
  };
