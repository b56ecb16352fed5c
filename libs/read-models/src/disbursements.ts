import type { FundingAccountEvent } from '@entente/domain';
import { type Projection, type RecordedEvent, daysBetween } from '@entente/kernel';
import { Column } from 'typeorm';

/** A tranche, plan against actual: amounts in minor units of the account's currency, days as YYYY-MM-DD. */
export class DisbursementRow {
  /** The tranche among all tranches: the account's stream, a number sign, its own name. */
  @Column('text')
  item!: string;

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

  @Column('text')
  tranche!: string;

  @Column('text')
  period!: string;

  @Column('text')
  currency!: string;

  /** `planned`, `begun` (something of it was disbursed) or `disbursed`. */
  @Column('text')
  status!: string;

  @Column('bigint')
  planned!: number;

  /** What was disbursed under the tranche's name; what came back later stands at the account. */
  @Column('bigint')
  disbursed!: number;

  @Column('text')
  due!: string;

  /** The day on which the whole of it had been disbursed. */
  @Column('text', { nullable: true })
  disbursed_on!: string | null;

  /** Below zero where it was early. */
  @Column('integer', { nullable: true })
  days_late!: number | null;
}

function evolve(
  row: DisbursementRow | null,
  event: RecordedEvent<FundingAccountEvent>,
  key: string,
  head: DisbursementRow | null,
): DisbursementRow | null {
  switch (event.type) {
    case 'FundingAccountOpened': {
      const { donor, recipient, programme = null, case: assistance_case = null, currency } = event.data;
      const account = event.stream.slice(event.stream.indexOf('/') + 1);
      const parties = { account, donor, recipient, programme, assistance_case, currency };
      const plan = { item: '', tranche: '', period: '', planned: 0, due: '' };
      return { ...parties, ...plan, status: 'planned', disbursed: 0, disbursed_on: null, days_late: null };
    }
    case 'DisbursementPlanned': {
      const { amount: planned, period, due } = event.data;
      return head === null ? null : { ...head, item: `${event.stream}#${key}`, tranche: key, period, planned, due };
    }
    case 'FundsDisbursed': {
      if (row === null) return null;
      const disbursed = row.disbursed + event.data.amount;
      if (disbursed < row.planned) return { ...row, disbursed, status: 'begun' };
      const on = row.disbursed_on ?? event.metadata.occurredAt.slice(0, 10);
      return { ...row, disbursed, status: 'disbursed', disbursed_on: on, days_late: daysBetween(row.due, on) };
    }
    default:
      return row;
  }
}

export const disbursements: Projection<FundingAccountEvent, DisbursementRow> = {
  name: 'disbursements',
  version: 1,
  kinds: ['funding-account'],
  about: 'a planned tranche: when it is due, what of it was disbursed, and how late',
  entity: DisbursementRow,
  totals: { counts: 'tranches', by: ['currency', 'status'], sums: ['planned', 'disbursed'] },
  head: true,
  touches: (event) => {
    if (event.type === 'FundingAccountOpened') return [''];
    if (event.type === 'DisbursementPlanned') return [event.data.tranche];
    return event.type === 'FundsDisbursed' && event.data.tranche !== undefined ? [event.data.tranche] : [];
  },
  evolve,
};
