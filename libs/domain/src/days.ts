import { type DecisionContext, type Refusal, refuse } from '@entente/kernel';

// Days of facts, against the day on which a command is decided. Days are YYYY-MM-DD, in UTC.

type Now = Pick<DecisionContext, 'now'>;

/** The day of the decision. */
export const today = ({ now }: Now): string => now.slice(0, 10);

/** The day of the fact, as its sender states it: it may be recorded late. */
export const factDay = ({ occurredAt }: Pick<DecisionContext, 'occurredAt'>): string => occurredAt.slice(0, 10);

/**
 * A last day is not over on the day of the fact that gives it. It may be when that is recorded.
 */
export const overBefore = (
  last: string,
  context: Pick<DecisionContext, 'occurredAt'>,
  rule: string | null = null,
  field: 'until' | 'reviewBy' = 'until',
): Refusal | null =>
  last < factDay(context)
    ? refuse('day-in-past', 'its last day is not over on the day of the fact', rule, { [field]: last })
    : null;

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

/** What is recorded as overdue is the day planned now, and that is past. */
export const notOverdue = (due: string, planned: string, context: Now): Refusal | null =>
  due === planned
    ? notOverYet(due, context)
    : refuse('other-last-day', 'the day is the one planned now', null, { due: planned });
