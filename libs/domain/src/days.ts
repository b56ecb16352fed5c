import { type DecisionContext, type Refusal, refuse } from '@entente/kernel';

// Days of facts, against the day on which a command is decided. Days are YYYY-MM-DD, in UTC.

type Now = Pick<DecisionContext, 'now'>;

/** The day of the decision. */
export const today = ({ now }: Now): string => now.slice(0, 10);

/** What is recorded as a fact has happened. */
export const inTheFuture = (on: string, context: Now): Refusal | null =>
  on > today(context) ? refuse('day-in-future', 'the day has come', null, { on }) : null;

/**
 * What is recorded as past its last day is past it. The refusal has that day under the name of its
 * field.
 */
export const notOverYet = (
  last: string,
  context: Now,
  rule: string | null = null,
  field: 'due' | 'until' = 'due',
): Refusal | null =>
  last >= today(context) ? refuse('not-over-yet', 'its last day is over', rule, { [field]: last }) : null;
