import type { FundingAccountEvent } from '@entente/contracts';
import type { Projection, RecordedEvent } from '@entente/kernel';
import { OWN_OR_REPORTED } from './codes.js';
import { amount, day, dayOrNull, text, textOrNull } from './columns.js';
import { BASIS, implausible, implausibleFor, promisedInThePast } from './plausibility.js';
import { originOf, rowWith } from './row-by.js';

/** A tranche: its plan, and what of it was disbursed. */
export class TrancheRow {
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
  @text(
    'planned, begun (something of it was disbursed), disbursed, or withdrawn: open when the account was closed, or to come, or past its day, when its programme was ended early, or corrected to nothing',
    ['planned', 'begun', 'disbursed', 'withdrawn'],
  )
  status!: string;
  @amount('what is planned, in minor units') planned!: number;
  @amount(
    "what was disbursed under the tranche's name, corrections of wrong entries included, in minor units; what came back later is recorded at the account alone",
  )
  disbursed!: number;
  @day("the day on which it was planned, by the sender's word") planned_on!: string;
  @day('the day on which it is due') due!: string;
  @dayOrNull(
    'the day on which its account was closed, if it was open then; or the day on which its programme was ended early; or the day after its own, if that was recorded later',
  )
  withdrawn_on!: string | null;
  @implausibleFor('promised-in-the-past') implausible!: string | null;
}

/**
 * A tranche after a change; what is open stays withdrawn, and is so in a closed account. The day
 * stays also if it was disbursed since: it was withdrawn until then.
 */
const changed = (row: TrancheRow, change: Partial<TrancheRow>, head: TrancheRow | null): TrancheRow => {
  const { planned, disbursed, ...is } = { ...row, ...change };
  const withdrawn_on = is.withdrawn_on ?? (disbursed < planned ? (head?.withdrawn_on ?? null) : null);
  const open = withdrawn_on !== null || planned === 0 ? 'withdrawn' : disbursed > 0 ? 'begun' : 'planned';
  return {
    ...is,
    planned,
    disbursed,
    withdrawn_on,
    status: disbursed >= planned && disbursed > 0 ? 'disbursed' : open,
  };
};

const trancheWith = rowWith(TrancheRow);

/** What was disbursed after all, by a correction, was not open when it was withdrawn. */
function corrected(row: TrancheRow, amountBy: number, head: TrancheRow | null): TrancheRow {
  const disbursed = row.disbursed + amountBy;
  return changed(row, { disbursed, withdrawn_on: disbursed < row.planned ? row.withdrawn_on : null }, head);
}

function evolve(
  row: TrancheRow | null,
  event: RecordedEvent<FundingAccountEvent>,
  key: string,
  head: TrancheRow | null,
): TrancheRow | null {
  const { id, day: today } = originOf(event);
  switch (event.type) {
    case 'FundingAccountOpened': {
      const { donor, recipient, programme, case: assistance_case, basis, currency } = event.data;
      const of = { account: id, donor, recipient, programme, assistance_case };
      return trancheWith({ ...of, basis, currency, status: 'planned' });
    }
    // It is behind all sums of the account.
    case 'AccountCorrected':
      return head === null ? null : { ...head };
    case 'DisbursementPlanned': {
      if (head === null) return null;
      const { amount: planned, period, due } = event.data;
      const doubts = implausible({ 'promised-in-the-past': promisedInThePast(head.basis, { on: today, due }) });
      const plan = { period, planned, planned_on: today, due, implausible: doubts };
      return changed({ ...head, item: `${event.stream}#${key}`, tranche: key }, plan, head);
    }
    case 'TrancheCorrected': {
      if (row === null) return null;
      const { amount: planned, due } = event.data;
      const days = { on: row.planned_on, due };
      const doubts = implausible({ 'promised-in-the-past': promisedInThePast(row.basis, days) });
      const withdrawn_on = due === row.due ? row.withdrawn_on : null;
      return changed(row, { planned, due, withdrawn_on, implausible: doubts }, head);
    }
    case 'FundsDisbursed':
      return row === null ? null : changed(row, { disbursed: row.disbursed + event.data.amount }, head);
    case 'TrancheWithdrawn':
      return row === null ? null : changed(row, { withdrawn_on: today }, head);
    case 'FundingAccountClosed':
      if (key === '') return head === null ? null : { ...head, withdrawn_on: today };
      return row === null ? null : changed(row, { withdrawn_on: row.withdrawn_on ?? today }, head);
    case 'MovementCorrected':
      return row === null ? null : corrected(row, event.data.amountBy, head);
    case 'FundsReimbursed':
      return row === null ? null : changed(row, { disbursed: row.disbursed - event.data.amount }, head);
    default:
      return row;
  }
}

export const tranches: Projection<FundingAccountEvent, TrancheRow> = {
  name: 'tranches',
  topic: 'Donors',
  version: 7,
  kinds: ['funding-account'],
  about: 'a planned tranche: when it is due, and what of it was disbursed; `disbursements` adds the days',
  entity: TrancheRow,
  totals: { counts: 'tranches', by: ['currency', 'status'], sums: ['planned', 'disbursed'] },
  occurred: { days: ['withdrawn_on'] },
  head: true,
  touches: (event) => {
    if (event.type === 'FundingAccountOpened' || event.type === 'AccountCorrected') return [''];
    if (event.type === 'DisbursementPlanned' || event.type === 'TrancheCorrected') return [event.data.tranche];
    if (event.type === 'TrancheWithdrawn') return [event.data.tranche];
    if (event.type === 'FundingAccountClosed') return ['', ...(event.data.open ?? [])];
    if (event.type !== 'FundsDisbursed' && event.type !== 'FundsReimbursed' && event.type !== 'MovementCorrected')
      return [];
    return event.data.tranche === undefined ? [] : [event.data.tranche];
  },
  evolve,
};
