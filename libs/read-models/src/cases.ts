import type { AssistanceCaseEvent, LineAmendment, LineModification, WorksOnLine } from '@entente/contracts';
import type { Projection } from '@entente/kernel';
import { amount, amountOrNull, count, day, dayOrNull, json, text, textOrNull } from './columns.js';
import { rowBy, unchanged } from './row-by.js';

/** A line of a case: quantities in its unit, days YYYY-MM-DD. */
export interface LineOfCase {
  readonly item: string;
  readonly unit: string;
  readonly quantity: number;
  readonly delivered: number;
  readonly first_due: string;
  readonly due: string;
  readonly works: 'started' | 'completed' | 'accepted' | null;
}

/** An assistance case: from the letter of request to its closing. */
export class CaseRow {
  @text("the case's id") assistance_case!: string;
  @textOrNull('the programme under which it is given, if any') programme!: string | null;
  @text("the donor's id") donor!: string;
  @text('the recipient') recipient!: string;
  @text('requested, returned, prepared, offered, lapsed, accepted, implemented, reconciled, closed or cancelled')
  status!: string;
  @textOrNull('what is waited for, by the recipient: supplement, acceptance or amendment') awaits!: string | null;
  @day('the day of the request') requested_on!: string;
  @dayOrNull('the last day on which the offer can be accepted') offer_valid_until!: string | null;
  @dayOrNull('the day of acceptance') accepted_on!: string | null;
  @textOrNull('where assistance counts as delivered: origin, hub, title or receipt') delivery_point!: string | null;
  @textOrNull("the ISO 4217 code of the offer's currency") currency!: string | null;
  @amount("the offer's value, amendments and modifications included, in minor units") value!: number;
  @amountOrNull('the final value by the reconciliation, in minor units; null before it') final_value!: number | null;
  @textOrNull('the offer that was made or accepted last') offer!: string | null;
  @amount('what is paid before execution, in minor units') initial_deposit!: number;
  @amount('what was received of it, in minor units') deposited!: number;
  @count('lines drafted or in force') lines!: number;
  @count('lines of which the whole quantity was delivered') lines_delivered!: number;
  @count('deliveries') deliveries!: number;
  @dayOrNull('the day of the last delivery') last_delivered_on!: string | null;
  @json("by line: its item, its quantities in the line's unit, its days, and the last step of its works")
  by_line!: Readonly<Record<string, LineOfCase>>;
}

type CaseLines = Pick<CaseRow, 'by_line'>;

const withLine = ({ by_line }: CaseLines, name: string, change: (line: LineOfCase) => LineOfCase): CaseLines => {
  const line = Object.hasOwn(by_line, name) ? by_line[name] : undefined;
  return { by_line: line === undefined ? by_line : { ...by_line, [name]: change(line) } };
};

const delivered = (row: CaseLines, name: string, by: number): CaseLines =>
  withLine(row, name, (line) => ({ ...line, delivered: line.delivered + by }));

const changed = (row: CaseLines, changes: readonly (LineModification & Partial<LineAmendment>)[]): CaseLines =>
  changes.reduce(
    (after, { line, quantityBy = 0, due }) =>
      withLine(after, line, (was) => ({ ...was, quantity: was.quantity + quantityBy, due: due ?? was.due })),
    row,
  );

const worked =
  (works: LineOfCase['works']) =>
  ({ line }: WorksOnLine, row: CaseRow): CaseLines =>
    withLine(row, line, (was) => ({ ...was, works }));

/** What follows from the lines: their number, and how many of them are delivered. */
function derived({ by_line }: CaseRow): Partial<CaseRow> {
  const lines = Object.values(by_line);
  const done = lines.filter(({ quantity, delivered: of }) => of >= quantity && quantity > 0);
  return { lines: lines.length, lines_delivered: done.length };
}

export const cases: Projection<AssistanceCaseEvent, CaseRow> = {
  name: 'cases',
  version: 2,
  kinds: ['assistance-case'],
  about: 'an assistance case: its offer, its deposit, and how much of each line was delivered at the delivery point',
  entity: CaseRow,
  totals: { counts: 'cases', by: ['currency'], sums: ['value', 'final_value', 'deposited'] },
  touches: () => [''],
  evolve: rowBy<CaseRow, AssistanceCaseEvent>(CaseRow)(
    'AssistanceRequested',
    ({ donor, recipient, programme = null }, { id, day: requested_on }) => ({
      assistance_case: id,
      programme,
      donor,
      recipient,
      status: 'requested',
      requested_on,
      by_line: {},
    }),
    {
      RequestReturnedIncomplete: () => ({ status: 'returned', awaits: 'supplement' }),
      RequestSupplemented: () => ({ status: 'requested', awaits: null }),
      CaseLineAdded: ({ line, item, unit, quantity, due }, { by_line }) => ({
        by_line: { ...by_line, [line]: { item, unit, quantity, delivered: 0, first_due: due, due, works: null } },
      }),
      CaseLineCorrected: ({ line, item, unit, quantity, due }, row) =>
        withLine(row, line, (was) => ({
          ...was,
          item: item ?? was.item,
          unit: unit ?? was.unit,
          quantity: quantity ?? was.quantity,
          first_due: due ?? was.first_due,
          due: due ?? was.due,
        })),
      OfferPrepared: ({ value, currency, initialDeposit, validUntil, deliveryPoint }) => ({
        status: 'prepared',
        awaits: null,
        value,
        currency,
        initial_deposit: initialDeposit,
        offer_valid_until: validUntil,
        delivery_point: deliveryPoint,
      }),
      LegislatureNotifiedOfOffer: unchanged,
      OfferMade: ({ offer, validUntil }) => ({
        status: 'offered',
        awaits: 'acceptance',
        offer,
        offer_valid_until: validUntil,
      }),
      OfferAccepted: ({ offer }, _, { day: accepted_on }) => ({ status: 'accepted', awaits: null, offer, accepted_on }),
      OfferLapsed: () => ({ status: 'lapsed', awaits: null }),
      InitialDepositReceived: ({ amount: received }, { deposited }) => ({ deposited: deposited + received }),
      CaseImplemented: () => ({ status: 'implemented' }),
      AmendmentOffered: () => ({ awaits: 'amendment' }),
      AmendmentAccepted: ({ changes, value }, row) => ({ ...changed(row, changes), awaits: null, value }),
      CaseModified: ({ changes, value }, row) => ({ ...changed(row, changes), value }),
      WorksStarted: worked('started'),
      WorksCompleted: worked('completed'),
      WorksAccepted: worked('accepted'),
      AssistanceDelivered: ({ line, quantity, on }, row) => ({
        ...delivered(row, line, quantity),
        deliveries: row.deliveries + 1,
        last_delivered_on: row.last_delivered_on === null || row.last_delivered_on < on ? on : row.last_delivered_on,
      }),
      DeliveryCorrected: ({ line, quantityBy }, row) => ({
        ...delivered(row, line, quantityBy),
        ...(row.status === 'reconciled' ? { status: 'implemented', final_value: null } : {}),
      }),
      CaseHeld: unchanged,
      CaseReleased: unchanged,
      CaseReconciled: ({ finalValue }) => ({ status: 'reconciled', final_value: finalValue }),
      CaseClosed: () => ({ status: 'closed', awaits: null }),
      CaseCancelled: () => ({ status: 'cancelled', awaits: null }),
    },
    derived,
  ),
};
