import type { FundingAccountEvent } from '@entente/contracts';
import type { Projection, RecordedEvent } from '@entente/kernel';
import { OWN_OR_REPORTED } from './codes.js';
import { amount, day, dayOrNull, daysLate, overdue, text, textOrNull } from './columns.js';
import { BASIS, implausible, implausibleFor, promisedInThePast } from './plausibility.js';
import { originOf } from './row-by.js';

/** A tranche, plan against actual. */
export class DisbursementRow {
  @text("the tranche among all tranches: the account's stream, a number sign, its own name") item!: string;
  @text('the account') account!: string;
  @text("the donor's id") donor!: string;
  @text('the recipient') recipient!: string;
  @textOrNull('the programme that the account pays for, if any') programme!: string | null;
  @textOrNull('the case that the account pays for, if any') assistance_case!: string | null;
  @text(BASIS, OWN_OR_REPORTED) basis!: string;
  @text("the tranche's name in the account") tranche!: string;
  @text("the fiscal period, in the account's own words") period!: string;
  @text("the ISO 4217 code of the account's currency") currency!: string;
  @text('planned, begun (something of it was disbursed), disbursed, or withdrawn: open when the account was closed', [
    'planned',
    'begun',
    'disbursed',
    'withdrawn',
  ])
  status!: string;
  @amount('what is planned, in minor units') planned!: number;
  @amount(
    "what was disbursed under the tranche's name, corrections of wrong entries included, in minor units; what came back later is recorded at the account alone",
  )
  disbursed!: number;
  @day("the day on which it was planned, by the sender's word") planned_on!: string;
  @day('the day on which it is due') due!: string;
  @dayOrNull('the day of the last disbursement') last_disbursed_on!: string | null;
  @dayOrNull('the day of the latest disbursement when the whole of it had been disbursed') disbursed_on!: string | null;
  @implausibleFor('promised-in-the-past') implausible!: string | null;
}

/** The tranche after more, or less, of it was disbursed. */
function disbursed(row: DisbursementRow, by: number): DisbursementRow {
  const sum = row.disbursed + by;
  if (sum >= row.planned)
    return { ...row, disbursed: sum, status: 'disbursed', disbursed_on: row.disbursed_on ?? row.last_disbursed_on };
  return { ...row, disbursed: sum, status: sum > 0 ? 'begun' : 'planned', disbursed_on: null };
}

function evolve(
  row: DisbursementRow | null,
  event: RecordedEvent<FundingAccountEvent>,
  key: string,
  head: DisbursementRow | null,
): DisbursementRow | null {
  const { id, day: today } = originOf(event);
  switch (event.type) {
    case 'FundingAccountOpened':
      return {
        item: '',
        account: id,
        donor: event.data.donor,
        recipient: event.data.recipient,
        programme: event.data.programme ?? null,
        assistance_case: event.data.case ?? null,
        basis: event.data.basis,
        tranche: '',
        period: '',
        currency: event.data.currency,
        status: 'planned',
        planned: 0,
        disbursed: 0,
        planned_on: '',
        due: '',
        last_disbursed_on: null,
        disbursed_on: null,
        implausible: null,
      };
    case 'DisbursementPlanned': {
      if (head === null) return null;
      const { amount: planned, period, due } = event.data;
      const doubts = implausible({ 'promised-in-the-past': promisedInThePast(head.basis, { on: today, due }) });
      const plan = { period, planned, planned_on: today, due, implausible: doubts };
      return { ...head, item: `${event.stream}#${key}`, tranche: key, ...plan };
    }
    case 'FundsDisbursed': {
      if (row === null) return null;
      const last = row.last_disbursed_on;
      const on = last === null || last < today ? today : last;
      return disbursed({ ...row, last_disbursed_on: on }, event.data.amount);
    }
    case 'FundingAccountClosed':
      return row === null ? null : { ...row, status: 'withdrawn' };
    case 'MovementCorrected':
      return row === null ? null : disbursed(row, event.data.amountBy);
    case 'FundsReimbursed':
      return row === null ? null : disbursed(row, -event.data.amount);
    default:
      return row;
  }
}

const ENDED = { done: 'disbursed_on', closed: { status: ['withdrawn'] } };

export const disbursements: Projection<FundingAccountEvent, DisbursementRow> = {
  name: 'disbursements',
  topic: 'Donors',
  version: 6,
  kinds: ['funding-account'],
  about: 'a planned tranche: when it is due, what of it was disbursed, and how late',
  entity: DisbursementRow,
  totals: { counts: 'tranches', by: ['currency', 'status'], sums: ['planned', 'disbursed'] },
  daily: {
    overdue: overdue('whether it is past its day, not wholly disbursed, and the account is open', {
      due: 'due',
      ...ENDED,
    }),
    days_late: daysLate(
      'days from its day to the day on which the whole of it had been disbursed, negative if early; while it is overdue, to the day of the answer',
      { due: 'due', ...ENDED },
    ),
  },
  head: true,
  touches: (event) => {
    if (event.type === 'FundingAccountOpened') return [''];
    if (event.type === 'DisbursementPlanned') return [event.data.tranche];
    if (event.type === 'FundingAccountClosed') return event.data.open ?? [];
    if (event.type !== 'FundsDisbursed' && event.type !== 'FundsReimbursed' && event.type !== 'MovementCorrected')
      return [];
    return event.data.tranche === undefined ? [] : [event.data.tranche];
  },
  evolve,
};
