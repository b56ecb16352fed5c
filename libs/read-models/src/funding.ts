import type { FundingAccountEvent, Stage } from '@entente/domain';
import { type Projection, type RecordedEvent, never } from '@entente/kernel';
import { Column } from 'typeorm';

/** The money of an account in one period, by stage, in minor units of the account's currency. */
export class FundingRow {
  /** The account's id. */
  @Column('text')
  account!: string;

  @Column('text')
  donor!: string;

  @Column('text')
  recipient!: string;

  @Column('text', { nullable: true })
  programme!: string | null;

  @Column('text', { nullable: true })
  assistance_case!: string | null;

  /** The source's name of the fund. */
  @Column('text')
  fund!: string;

  /** The account's own word for a fiscal period, exactly as it was said. */
  @Column('text')
  period!: string;

  @Column('text')
  currency!: string;

  /** `own`, or `reported`: it repeats what another system decided. */
  @Column('text')
  basis!: string;

  @Column('boolean')
  on_budget!: boolean;

  @Column('text', { nullable: true })
  budget_line!: string | null;

  /** The last day on which it may be committed or obligated. */
  @Column('text', { nullable: true })
  available_until!: string | null;

  @Column('bigint')
  pledged!: number;

  @Column('bigint')
  committed!: number;

  @Column('bigint')
  obligated!: number;

  @Column('bigint')
  disbursed!: number;

  @Column('bigint')
  spent!: number;

  /** What is planned to be disbursed in the period. */
  @Column('bigint')
  disbursement_planned!: number;

  /** How many movements of money it is made of. */
  @Column('integer')
  movements!: number;
}

/** Adds to a stage, and counts the movement. */
const moved = (row: FundingRow, stage: Stage, by: number): FundingRow => ({
  ...row,
  [stage]: row[stage] + by,
  movements: row.movements + 1,
});

function evolve(
  before: FundingRow | null,
  event: RecordedEvent<FundingAccountEvent>,
  key: string,
  head: FundingRow | null,
): FundingRow | null {
  if (event.type === 'FundingAccountOpened') {
    const {
      donor,
      recipient,
      programme = null,
      case: assistance_case = null,
      fund,
      currency,
      basis,
      onBudget,
    } = event.data;
    const account = event.stream.slice(event.stream.indexOf('/') + 1);
    const { budgetLine = null, availableUntil = null } = event.data;
    const nothing = {
      pledged: 0,
      committed: 0,
      obligated: 0,
      disbursed: 0,
      spent: 0,
      disbursement_planned: 0,
      movements: 0,
    };
    const terms = { on_budget: onBudget, budget_line: budgetLine, available_until: availableUntil };
    return {
      account,
      donor,
      recipient,
      programme,
      assistance_case,
      fund,
      period: '',
      currency,
      basis,
      ...terms,
      ...nothing,
    };
  }
  const row = before ?? (head === null ? null : { ...head, period: key });
  if (row === null) return null;
  switch (event.type) {
    case 'FundsPledged':
    case 'ContributionPooled':
      return moved(row, 'pledged', event.data.amount);
    case 'PledgeReduced':
      return moved(row, 'pledged', -event.data.amount);
    case 'FundsCommitted':
      return moved(row, 'committed', event.data.amount);
    case 'FundsDecommitted':
      return moved(row, 'committed', -event.data.amount);
    case 'FundsObligated':
      return moved(row, 'obligated', event.data.amount);
    case 'FundsDeobligated':
      return moved(row, 'obligated', -event.data.amount);
    case 'FundsDisbursed':
      return moved(row, 'disbursed', event.data.amount);
    case 'FundsReimbursed':
      return moved(row, 'disbursed', -event.data.amount);
    case 'ExpenditureReported':
      return moved(row, 'spent', event.data.amount);
    case 'ExpenditureCorrected':
      return moved(row, 'spent', -event.data.amount);
    case 'FundsReallocatedOut':
      return moved(row, event.data.stage, -event.data.amount);
    case 'FundsReallocatedIn':
      return moved(row, event.data.stage, event.data.amount);
    case 'DisbursementPlanned':
      return { ...row, disbursement_planned: row.disbursement_planned + event.data.amount };
    case 'ExchangeRateFixed':
    case 'FundingAccountClosed':
      return row;
    default:
      return never(event);
  }
}

export const funding: Projection<FundingAccountEvent, FundingRow> = {
  name: 'funding',
  version: 1,
  kinds: ['funding-account'],
  about: 'the money of a funding account in one period: each stage in the original currency, in minor units',
  entity: FundingRow,
  totals: {
    counts: 'accounts and periods',
    by: ['currency'],
    sums: ['pledged', 'committed', 'obligated', 'disbursed', 'spent'],
  },
  head: true,
  touches: (event) =>
    'period' in event.data ? [event.data.period] : event.type === 'FundingAccountOpened' ? [''] : [],
  evolve,
};
