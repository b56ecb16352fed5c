import type { ConsignmentEvent, DeliveryPoint } from '@entente/contracts';
import type { DataOf, Projection } from '@entente/kernel';
import { OWN_OR_REPORTED } from './codes.js';
import { count, day, dayOrNull, daysLate, oneOf, overdue, text, textOrNull } from './columns.js';
import { BASIS, earlier, implausible, implausibleFor, promisedInThePast } from './plausibility.js';
import { type Origin, rowBy, unchanged } from './row-by.js';

/** A consignment and its four separate facts. */
export class ConsignmentRow {
  @text('the consignment') consignment!: string;
  @text('the case under which it is delivered') assistance_case!: string;
  @textOrNull('the programme of the case, if any') programme!: string | null;
  @text("the donor's id") donor!: string;
  @text('the recipient') recipient!: string;
  @text(BASIS, OWN_OR_REPORTED) basis!: string;
  @oneOf(['scheduled', 'held', 'under-way', 'received', 'cancelled']) status!: string;
  @textOrNull('what is waited for: receipt, by the recipient; discrepancy, by the donor', ['receipt', 'discrepancy'])
  awaits!: string | null;
  @dayOrNull('the day of the request of its case; null if it was scheduled before that was recorded')
  requested_on!: string | null;
  @day("the day on which it was scheduled, by the sender's word") scheduled_on!: string;
  @day('the day first promised') first_due!: string;
  @day('the day planned now') due!: string;
  @count('how often the day was replanned') reschedules!: number;
  @textOrNull('the code of the last cause for replanning') last_cause!: string | null;
  @dayOrNull('the day of shipment from its origin') shipped_on!: string | null;
  @textOrNull('the unit that it is for, as planned, or by its shipment; null if that was not known') unit!:
    string | null;
  @dayOrNull('the day of arrival at a hub') hub_on!: string | null;
  @dayOrNull('the day on which title passed') title_on!: string | null;
  @dayOrNull('the day of receipt, as the recipient confirmed it') received_on!: string | null;
  @dayOrNull("the day on which it was cancelled, by the sender's word") cancelled_on!: string | null;
  @count('the serials that were registered before shipment, corrections included') serials_registered!: number;
  @count('discrepancy reports without an answer') discrepancies_open!: number;
  @textOrNull('the code of the reason for which it is held, while it is') held_for!: string | null;
  @dayOrNull('while it is held: the day from which it is') held_on!: string | null;
  @textOrNull('the unit whose clearance it is held for; null if it is held by hand, or not at all') held_unit!:
    string | null;
  @implausibleFor('promised-in-the-past', 'before-the-request', 'out-of-order') implausible!: string | null;
}

const FACT = {
  origin: 'shipped_on',
  hub: 'hub_on',
  title: 'title_on',
  receipt: 'received_on',
} as const satisfies Record<DeliveryPoint, keyof ConsignmentRow>;

/** What is implausible about its days; title may pass at any time. */
function doubted(row: ConsignmentRow): string | null {
  const { basis, requested_on, scheduled_on, first_due, shipped_on, hub_on, title_on, received_on } = row;
  const facts = [shipped_on, hub_on, title_on, received_on];
  return implausible({
    'promised-in-the-past': promisedInThePast(basis, { on: scheduled_on, due: first_due }),
    'before-the-request': basis === 'own' && facts.some((on) => earlier(requested_on, on)),
    'out-of-order': earlier(shipped_on, hub_on) || earlier(shipped_on, received_on) || earlier(hub_on, received_on),
  });
}

/** What all rows of a consignment share. */
export const ofConsignment = (
  { case: assistance_case, programme, donor, recipient }: DataOf<ConsignmentEvent, 'DeliveryScheduled'>,
  { id: consignment }: Pick<Origin, 'id'>,
) => ({ consignment, assistance_case, programme, donor, recipient });

const NOT_HELD = { held_for: null, held_on: null, held_unit: null };

/**
 * What follows from the facts: the status, what it waits for, what it is held for, what is
 * implausible.
 */
function derived(row: ConsignmentRow): Partial<ConsignmentRow> {
  const doubts = { implausible: doubted(row) };
  if (row.status === 'cancelled') return { ...doubts, awaits: null, ...NOT_HELD };
  const under = row.shipped_on ?? row.hub_on ?? row.title_on;
  const here = row.received_on;
  const status =
    here !== null ? 'received' : row.held_for !== null ? 'held' : under !== null ? 'under-way' : 'scheduled';
  return {
    ...doubts,
    status,
    ...(status === 'held' ? {} : NOT_HELD),
    awaits: row.discrepancies_open > 0 ? 'discrepancy' : status === 'under-way' ? 'receipt' : null,
  };
}

const RECEIPT = { done: 'received_on', closed: { status: ['cancelled'] } };

export const consignments: Projection<ConsignmentEvent, ConsignmentRow> = {
  name: 'consignments',
  topic: 'Recipients',
  version: 9,
  kinds: ['consignment'],
  about: 'a consignment: when it was promised, shipped, at a hub, when title passed and when it was received',
  totals: { counts: 'consignments', by: ['status', 'overdue'], sums: [] },
  daily: {
    overdue: overdue('whether it is past the day planned now, and neither received nor cancelled', {
      due: 'due',
      ...RECEIPT,
    }),
    days_late_first: daysLate(
      'days from the day first promised to the receipt, negative if early; while it is overdue by that day, to the day of the answer',
      { due: 'first_due', ...RECEIPT },
    ),
    days_late_plan: daysLate(
      'days from the day planned last to the receipt, negative if early; while it is overdue, to the day of the answer',
      { due: 'due', ...RECEIPT },
    ),
  },
  occurred: {
    days: [...Object.values(FACT), 'cancelled_on'],
    // Held or not has no day on which it ended.
    words: {
      status: {
        by: {
          cancelled_on: 'cancelled',
          received_on: 'received',
          shipped_on: 'under-way',
          hub_on: 'under-way',
          title_on: 'under-way',
        },
        otherwise: 'scheduled',
      },
    },
    undated: ['awaits'],
  },
  ...rowBy<ConsignmentRow, ConsignmentEvent>(ConsignmentRow)(
    'DeliveryScheduled',
    (
      { case: assistance_case, programme, donor, recipient, unit, due, requestedOn: requested_on, basis = 'own' },
      { id, day: scheduled_on },
    ) => ({
      consignment: id,
      assistance_case,
      programme,
      donor,
      recipient,
      basis,
      status: 'scheduled',
      requested_on,
      scheduled_on,
      first_due: due,
      due,
      unit,
    }),
    {
      DeliveryRescheduled: ({ due, cause }, row) => ({ due, reschedules: row.reschedules + 1, last_cause: cause }),
      DeliveryBecameOverdue: unchanged,
      SerialsRegistered: ({ serials }, { serials_registered: before }) => ({
        serials_registered: before + serials.length,
      }),
      SerialsCorrected: ({ serialsAdded, serialsRemoved }, { serials_registered: before }) => ({
        serials_registered: before + serialsAdded.length - serialsRemoved.length,
      }),
      ConsignmentShipped: ({ on, unit }, row) => ({ shipped_on: on, unit: unit ?? row.unit }),
      ConsignmentArrivedAtHub: ({ on }) => ({ hub_on: on }),
      TitleTransferred: ({ on }) => ({ title_on: on }),
      ReceiptConfirmed: ({ on }) => ({ received_on: on }),
      ReceiptCorrected: unchanged,
      DateCorrected: ({ fact, on, due }): Partial<ConsignmentRow> => ({
        ...(due !== undefined && { due }),
        ...(fact !== 'promise' && { [fact === 'first-promise' ? 'first_due' : FACT[fact]]: on }),
      }),
      ShipmentCorrected: ({ unit }) => ({ unit }),
      ReceivedGoodsTransferred: unchanged,
      GoodsLossReported: unchanged,
      GoodsLossVerified: unchanged,
      GoodsLossRejected: unchanged,
      GoodsLossCorrected: unchanged,
      GoodsLossWithdrawn: unchanged,
      GoodsLossBecameOverdue: unchanged,
      DiscrepancyReported: (_, row) => ({ discrepancies_open: row.discrepancies_open + 1 }),
      DiscrepancyCorrected: unchanged,
      DiscrepancyResolved: (_, row) => ({ discrepancies_open: row.discrepancies_open - 1 }),
      ShipmentHeld: ({ reason, unit = null }, row, { day: on }) => ({
        held_for: reason,
        held_on: row.held_on ?? on,
        held_unit: unit,
      }),
      ShipmentReleased: () => NOT_HELD,
      ConsignmentCancelled: (_, __, { day: cancelled_on }) => ({ status: 'cancelled', cancelled_on }),
    },
    derived,
  ),
};
