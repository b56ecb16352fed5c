import type { FundingAccountEvent, Stage } from '@entente/contracts';
import type { Projection, SumOfRows } from '@entente/kernel';
import { fundAfter } from './accounts.js';
import { OWN_OR_REPORTED, STAGES } from './codes.js';
import { amount, amountOrNull, count, dayOrNull, flag, text, textOrNull } from './columns.js';
import { BASIS } from './plausibility.js';
import { ANSWERS_UNCHANGED, rowBy, unchanged } from './row-by.js';

/** The money of an account in one period, by stage. */
export class FundingRow {
  @text('the account') account!: string;
  @text("the donor's id") donor!: string;
  @text('the recipient') recipient!: string;
  @textOrNull('the programme that it pays for, if any') programme!: string | null;
  @textOrNull('the case that it pays for, if any') assistance_case!: string | null;
  @text("the source's name for the fund") fund!: string;
  @text("the fiscal period, in the account's own words") period!: string;
  @text("the ISO 4217 code of the account's currency") currency!: string;
  @text(BASIS, OWN_OR_REPORTED) basis!: string;
  @flag("whether the money runs through the recipient's own budget") on_budget!: boolean;
  @textOrNull("the line of the recipient's budget") budget_line!: string | null;
  @dayOrNull('the last day on which it may be committed or obligated') available_until!: string | null;
  @amountOrNull('what is pledged, in minor units; null if the account does not have this stage') pledged!:
    number | null;
  @amountOrNull('what is committed, in minor units; null if the account does not have this stage') committed!:
    number | null;
  @amountOrNull('what is obligated, in minor units; null if the account does not have this stage') obligated!:
    number | null;
  @amountOrNull('what is disbursed, in minor units; null if the account does not have this stage') disbursed!:
    number | null;
  @amountOrNull('what is spent, in minor units; null if the account does not have this stage') spent!: number | null;
  @textOrNull(
    'the stages that are below zero, with commas between them: the period took back more than it raised, of money of other periods; null if none is, and with occurred-by',
  )
  below_zero!: string | null;
  @amount('what is planned to be disbursed in the period, in minor units') disbursement_planned!: number;
  @amountOrNull(
    'what was entered at all stages, forward and back alike, less what of it was corrected, in minor units: 0, and nothing planned, if the period was entered wrongly; null with occurred-by',
  )
  entered!: number | null;
  @count('movements of money that it is made of') movements!: number;
}

/** Adds to a stage and to what was entered, and counts the movement. */
const moved = (row: FundingRow, stage: Stage, by: number, entered = Math.abs(by)): Partial<FundingRow> => ({
  [stage]: (row[stage] ?? 0) + by,
  entered: (row.entered ?? 0) + entered,
  movements: row.movements + 1,
});

const raised = (stage: Stage) => (data: { readonly amount: number }, row: FundingRow) => moved(row, stage, data.amount);
/** What names the movement that was wrong takes back what was entered. */
const lowered =
  (stage: Stage) =>
  ({ amount: by, corrects }: { readonly amount: number; readonly corrects?: string }, row: FundingRow) =>
    moved(row, stage, -by, corrects === undefined ? by : -by);

/** The money of an account, as if it had one period. */
const ofAccount = rowBy<FundingRow, FundingAccountEvent>(FundingRow)(
  'FundingAccountOpened',
  (data, { id }) => ({
    account: id,
    donor: data.donor,
    recipient: data.recipient,
    programme: data.programme,
    assistance_case: data.case,
    fund: data.fund,
    period: '',
    currency: data.currency,
    basis: data.basis,
    on_budget: data.onBudget,
    budget_line: data.budgetLine,
    available_until: data.availableUntil,
    entered: 0,
    ...Object.fromEntries(data.stages.map((stage) => [stage, 0])),
  }),
  {
    AccountCorrected: fundAfter,
    FundsPledged: raised('pledged'),
    ContributionPooled: raised('pledged'),
    PledgeReduced: lowered('pledged'),
    FundsCommitted: raised('committed'),
    FundsDecommitted: lowered('committed'),
    FundsObligated: raised('obligated'),
    FundsDeobligated: lowered('obligated'),
    TrancheBecameOverdue: unchanged,
    TrancheWithdrawn: unchanged,
    FundsDisbursed: raised('disbursed'),
    FundsReimbursed: lowered('disbursed'),
    ExpenditureReported: raised('spent'),
    ExpenditureCorrected: lowered('spent'),
    // What left for another account lowers the stage, too: earlier events of it state no more.
    MovementCorrected: ({ stage, amountBy, lowers, to }, row) =>
      moved(row, stage, amountBy, lowers === true || to !== undefined ? -amountBy : amountBy),
    FundsReallocatedOut: (data, row) => moved(row, data.stage, -data.amount),
    FundsReallocatedIn: (data, row) => moved(row, data.stage, data.amount),
    DisbursementPlanned: (data, row) => ({ disbursement_planned: row.disbursement_planned + data.amount }),
    TrancheCorrected: (data, row) => ({ disbursement_planned: row.disbursement_planned + data.amountBy }),
    ExchangeRateFixed: unchanged,
    ExchangeRateCorrected: unchanged,
    ...ANSWERS_UNCHANGED,
    FundingAccountClosed: unchanged,
  },
  (row) => ({ below_zero: STAGES.filter((stage) => (row[stage] ?? 0) < 0).join(',') || null }),
);

/** What a row shares with the movements and the tranches of its account and period. */
const OF_PERIOD = { stream: 'stream', period: 'period' };
const movementsOf = (sum: string | null, where: Readonly<Record<string, string>> = {}): SumOfRows => ({
  rows: 'movements',
  on: 'occurred_on',
  sum,
  shared: OF_PERIOD,
  where,
});

export const funding: Projection<FundingAccountEvent, FundingRow> = {
  name: 'funding',
  topic: 'Donors',
  version: 7,
  kinds: ['funding-account'],
  about: 'the money of a funding account in one period: each stage in the original currency, in minor units',
  ...ofAccount,
  totals: {
    counts: 'accounts and periods',
    by: ['currency'],
    sums: STAGES,
  },
  occurred: {
    undated: ['below_zero', 'entered'],
    sums: {
      ...Object.fromEntries(STAGES.map((stage) => [stage, movementsOf('amount', { stage })])),
      movements: movementsOf(null),
      disbursement_planned: { rows: 'tranches', on: 'planned_on', sum: 'planned', shared: OF_PERIOD },
    },
  },
  occurredBy: null,
  head: true,
  touches: ({ type, data }) => {
    if (type === 'AccountCorrected') return ['', ...data.periods];
    return 'period' in data ? [data.period] : type === 'FundingAccountOpened' ? [''] : [];
  },
  // A period's first row is a copy of the account's, without money.
  evolve: (row, event, period, head) =>
    ofAccount.evolve(row ?? (head === null ? null : { ...head, period }), event, period, head),
};
