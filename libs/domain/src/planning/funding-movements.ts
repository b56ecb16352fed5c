import type { FundingAccountEvent, Money, OpenFundingAccount, Stage } from '@entente/contracts';
import type { Answerable } from '../fact-answers.js';
import { type DecisionContext, type Refusal, pick, refuse } from '@entente/kernel';
import type { Correctable } from '../corrections.js';

/** A tranche: what is planned and what was disbursed under its name, in minor units. */
export interface Tranche {
  readonly due: string;
  readonly planned: number;
  readonly disbursed: number;
  /** The same by the day on which it counts. */
  readonly paid: Readonly<Record<string, number>>;
  /** Whether it was recorded that its day passed. */
  readonly overdue: boolean;
}

/** The state of a funding account. */
export interface FundingAccount
  extends
    Correctable,
    Answerable,
    Pick<
      OpenFundingAccount,
      'donor' | 'recipient' | 'programme' | 'case' | 'currency' | 'stages' | 'basis' | 'availableUntil'
    > {
  /** The balance of each stage, over all periods, in minor units. */
  readonly balances: Readonly<Record<Stage, number>>;
  /**
   * The sum of all movements at each stage, forward and back, and of all that was planned. No part
   * of it, by period or by tranche, is larger, so every row can hold its part.
   */
  readonly turnover: Readonly<Record<Stage | 'planned', number>>;
  readonly tranches: Readonly<Record<string, Tranche>>;
  /** Money that was moved to other accounts, by event id: the other account's event rests on it. */
  readonly reallocatedOut: Readonly<
    Record<string, { readonly amount: number; readonly stage: Stage; readonly to: string; readonly on: string }>
  >;
  /** Reallocations from other accounts that were recorded here. */
  readonly reallocatedIn: readonly string[];
  /** By recovery after misuse, the event with which it was reimbursed. */
  readonly recovered: Readonly<Record<string, string>>;
  readonly closed: boolean;
}

/** The balances of a new account, by stage, in the order in which stages can come. */
export const NOTHING: FundingAccount['balances'] = { pledged: 0, committed: 0, obligated: 0, disbursed: 0, spent: 0 };

/** All stages, in the order in which they can come. */
export const STAGES = Object.keys(NOTHING) as readonly Stage[];

/** How each movement changes the balances: the stage and the sign. */
export const MOVES = {
  FundsPledged: ['pledged', 1],
  PledgeReduced: ['pledged', -1],
  FundsCommitted: ['committed', 1],
  FundsDecommitted: ['committed', -1],
  FundsObligated: ['obligated', 1],
  FundsDeobligated: ['obligated', -1],
  FundsDisbursed: ['disbursed', 1],
  FundsReimbursed: ['disbursed', -1],
  ExpenditureReported: ['spent', 1],
  ExpenditureCorrected: ['spent', -1],
  ContributionPooled: ['pledged', 1],
} as const satisfies Partial<Record<FundingAccountEvent['type'], readonly [Stage, 1 | -1]>>;

/** The stage of this account that bounds another: the nearest before it, never a pledge (R15). */
const before = (state: FundingAccount, stage: Stage): Stage | undefined =>
  STAGES.slice(0, STAGES.indexOf(stage)).findLast((s) => s !== 'pledged' && state.stages.includes(s));
const after = (state: FundingAccount, stage: Stage): Stage | undefined =>
  stage === 'pledged' ? undefined : STAGES.slice(STAGES.indexOf(stage) + 1).find((s) => state.stages.includes(s));

/**
 * The sum of all movements of money, at all stages, stays within what a row can hold; so does that
 * of what is planned.
 */
export const beyondRange = (
  { turnover }: FundingAccount,
  stage: keyof FundingAccount['turnover'],
  by: number,
): Refusal | null => {
  const alike = stage === 'planned' ? ([stage] as const) : STAGES;
  const before = alike.reduce((sum, one) => sum + turnover[one], 0);
  return Number.isSafeInteger(before + by)
    ? null
    : refuse('amount-beyond-range', 'the sum of all movements of the account stays within what a row can hold', null, {
        stage,
        left: Number.MAX_SAFE_INTEGER - before,
      });
};

/** What every movement needs, forward or back. */
export function cannotMove(
  state: FundingAccount,
  stage: Stage,
  data: Money,
  by: number,
  { occurredAt }: DecisionContext,
): Refusal | null {
  if (!state.stages.includes(stage))
    return refuse('stage-not-kept', `the account keeps the stage ${stage}`, 'R15', { stages: state.stages });
  if (state.basis === 'reported' && data.reported === undefined)
    return refuse('source-row-missing', 'a reported account names the source and the key of its row');
  if (state.basis === 'own' && data.reported !== undefined)
    return refuse('not-a-reported-account', 'only accounts whose basis is `reported` repeat rows of another system');
  if (state.basis === 'own' && data.amount === 0) return refuse('amount-zero', 'the amount is above zero');
  const beyond = beyondRange(state, stage, Math.abs(by));
  if (beyond !== null) return beyond;
  const expiring = by > 0 && (stage === 'committed' || stage === 'obligated');
  const until = state.basis === 'own' ? state.availableUntil : undefined;
  if (expiring && until !== undefined && occurredAt.slice(0, 10) > until)
    return refuse('funds-expired', 'the funds are still available on that day', 'R15', { until });
  return null;
}

/** R15: a movement forward stays within the balance of the stage before, if one bounds it. */
export function cannotGoForward(
  state: FundingAccount,
  stage: Stage,
  data: Money,
  context: DecisionContext,
): Refusal | null {
  const { amount } = data;
  const bad = cannotMove(state, stage, data, amount, context);
  const bound = before(state, stage);
  if (bad !== null || state.basis === 'reported' || bound === undefined) return bad;
  const left = state.balances[bound] - state.balances[stage];
  if (amount <= left) return null;
  return refuse('exceeds-stage-before', `${stage} stays within ${bound}`, 'R15', { amount, left, bound });
}

/**
 * R15: a movement back never exceeds the balance that has not moved on to the next stage. Reported
 * accounts repeat another system and have no bound.
 *
 * The bound is over all periods. A reversal that corrects nothing counts in the fiscal period in
 * which it was decided, not in that of the money that it takes back, so a period may fall below
 * zero: `funding` marks it. Public accounts do the same. The US Treasury records a downward
 * adjustment of a prior year's obligation in the year of the adjustment (Bureau of the Fiscal
 * Service, "Upward and Downward Adjustments to Prior-Year Obligations", 2018), and the Greenbook
 * has years below zero. What was entered wrongly is reversed in its own period: it is corrected by
 * naming its event (R31).
 */
export function cannotGoBack(
  state: FundingAccount,
  stage: Stage,
  data: Money,
  context: DecisionContext,
): Refusal | null {
  const { amount } = data;
  const bad = cannotMove(state, stage, data, -amount, context);
  if (bad !== null || state.basis === 'reported') return bad;
  const next = after(state, stage);
  const stands = state.balances[stage] - (next === undefined ? 0 : state.balances[next]);
  if (amount <= stands) return null;
  return refuse('exceeds-what-is-left', `at most what is at ${stage} and at no later stage is taken back`, 'R15', {
    amount,
    stands,
  });
}

/**
 * R15: after a correction each stage still stays within the one before it, and no stage is below
 * zero, except in reported accounts.
 */
export function cannotCorrectTo(
  state: FundingAccount,
  stage: Stage,
  differences: readonly { readonly amountBy: number }[],
  data: Pick<Money, 'reported'>,
  context: DecisionContext,
): Refusal | null {
  const by = differences.reduce((sum, { amountBy }) => sum + amountBy, 0);
  const moved = differences.reduce((sum, { amountBy }) => sum + Math.abs(amountBy), 0);
  // The amount is checked for zero only: a correction has a difference.
  const bad = cannotMove(state, stage, { amount: moved, period: '', ...pick(data, 'reported') }, -moved, context);
  if (bad !== null || state.basis === 'reported') return bad;
  const balance = state.balances[stage] + by;
  const bound = before(state, stage);
  if (by > 0 && bound !== undefined && balance > state.balances[bound])
    return refuse('exceeds-stage-before', `${stage} stays within ${bound}`, 'R15', { balance, bound });
  const next = after(state, stage);
  const least = next === undefined ? 0 : state.balances[next];
  if (by >= 0 || balance >= least) return null;
  return refuse('exceeds-what-is-left', `at most what is at ${stage} and at no later stage is taken back`, 'R15', {
    balance,
    least,
  });
}
