import type { AssistanceCaseEvent, LineAmendment, LineModification, WorksOnLine } from '@entente/contracts';
import type { Projection } from '@entente/kernel';
import { DELIVERY_POINTS, OWN_OR_REPORTED } from './codes.js';
import { amount, amountOrNull, count, day, dayOrNull, json, oneOf, text, textOrNull } from './columns.js';
import { BASIS, LEGAL_BASIS } from './plausibility.js';
import { ANSWERS_UNCHANGED, rowBy, unchanged } from './row-by.js';

/** A line of a case: quantities in its unit, days YYYY-MM-DD. */
export interface LineOfCase {
  readonly item: string;
  readonly unit: string;
  readonly quantity: number;
  readonly delivered: number;
  readonly first_due: string;
  readonly due: string;
  readonly works: 'started' | 'completed' | 'accepted' | null;
  /** Whether the offer prepared last names it. */
  readonly offered: boolean;
  /** Whether its offer was accepted, or executed by an exception, or an amendment added it. */
  readonly in_force: boolean;
}

const AWAITED = ['offer', 'supplement', 'acceptance', 'amendment'];

/** An assistance case: from the letter of request to its closing. */
export class CaseRow {
  @text("the case's id") assistance_case!: string;
  @textOrNull('the programme under which it is given, if any') programme!: string | null;
  @text("the donor's id") donor!: string;
  @text('the recipient') recipient!: string;
  @oneOf([
    'requested',
    'returned',
    'prepared',
    'offered',
    'lapsed',
    'accepted',
    'implemented',
    'reconciled',
    'closed',
    'cancelled',
  ])
  status!: string;
  @text(BASIS, OWN_OR_REPORTED) basis!: string;
  @textOrNull(LEGAL_BASIS) legal_basis!: string | null;
  @textOrNull('the code of the reason for which it is held, while it is; its status stays')
  held_for!: string | null;
  @dayOrNull('while it is held: the day from which it is') held_on!: string | null;
  @textOrNull('what is waited for: offer, by the donor; supplement, acceptance or amendment, by the recipient', AWAITED)
  awaits!: string | null;
  @day('the day of the request') requested_on!: string;
  @dayOrNull('the last day on which the offer can be accepted') offer_valid_until!: string | null;
  @dayOrNull('the first day on which the offer prepared last may be made: the notice to the legislature ends then')
  offer_from!: string | null;
  @dayOrNull('the day of acceptance') accepted_on!: string | null;
  @dayOrNull('the day on which it ended: it was reconciled, or else closed or cancelled, and not taken up again since')
  ended_on!: string | null;
  @textOrNull('where assistance counts as delivered: origin, hub, title or receipt', DELIVERY_POINTS) delivery_point!:
    string | null;
  @textOrNull("the ISO 4217 code of the offer's currency") currency!: string | null;
  @amountOrNull(
    'the value of the offer, prepared, made or accepted, amendments and modifications included, in minor units; null before one is prepared',
  )
  value!: number | null;
  @amountOrNull(
    'the value that was accepted, or executed by an exception, amendments and modifications included, in minor units; null before, and of a cancelled case',
  )
  agreed_value!: number | null;
  @amountOrNull('the final value by the reconciliation, in minor units; null before it') final_value!: number | null;
  @textOrNull('the offer that was made or accepted last') offer!: string | null;
  @amountOrNull('what is paid before execution, in minor units; null before an offer') initial_deposit!: number | null;
  @amount('what was received of it, corrections included, in minor units') deposited!: number;
  @count('lines drafted or in force') lines!: number;
  @count('lines of which the whole quantity was delivered') lines_delivered!: number;
  @count('consignments that were at the delivery point before it was implemented') arrived_before!: number;
  @count('how often it noted what a consignment is to bring, or has brought') schedules_noted!: number;
  @count('deliveries') deliveries!: number;
  @textOrNull(
    'the lines in force, with commas between them: their offer or amendment was accepted, or the case executed by an emergency exception',
  )
  lines_in_force!: string | null;
  @json(
    "by line: its item, its quantities in the line's unit, its days, the last step of its works, and whether it is offered and in force",
  )
  by_line!: Readonly<Record<string, LineOfCase>>;
}

const NOT_HELD = { held_for: null, held_on: null };
const TAKEN_UP_AGAIN = { status: 'implemented', final_value: null, ended_on: null };

type CaseLines = Pick<CaseRow, 'by_line'>;

const withLine = ({ by_line }: CaseLines, name: string, change: (line: LineOfCase) => LineOfCase): CaseLines => {
  const line = Object.hasOwn(by_line, name) ? by_line[name] : undefined;
  return { by_line: line === undefined ? by_line : { ...by_line, [name]: change(line) } };
};

/** A line after a delivery or its correction. */
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

/** The lines after a change of each, by its name. */
const withEach = (
  { by_line }: CaseLines,
  change: (line: LineOfCase, name: string) => Partial<LineOfCase>,
): CaseLines => ({
  by_line: Object.fromEntries(
    Object.entries(by_line).map(([name, line]) => [name, { ...line, ...change(line, name) }]),
  ),
});
const offeredComeIntoForce = (row: CaseLines): CaseLines =>
  withEach(row, ({ offered, in_force }) => ({ in_force: in_force || offered }));

/** What follows from the lines: which are in force, and how many were delivered. */
function derived({ by_line }: CaseRow): Partial<CaseRow> {
  const lines = Object.values(by_line);
  const inForce = Object.keys(by_line).filter((name) => by_line[name]?.in_force === true);
  const done = lines.filter(({ quantity, delivered: of }) => of >= quantity && quantity > 0);
  const lines_in_force = inForce.length === 0 ? null : inForce.sort().join(',');
  return { lines: lines.length, lines_delivered: done.length, lines_in_force };
}

export const cases: Projection<AssistanceCaseEvent, CaseRow> = {
  name: 'cases',
  topic: 'Recipients',
  version: 12,
  kinds: ['assistance-case'],
  about: 'an assistance case: its offer, its deposit, and how much of each line was delivered at the delivery point',
  occurred: { days: ['ended_on'], undated: ['status'] },
  totals: { counts: 'cases', by: ['currency'], sums: ['agreed_value', 'final_value', 'deposited'] },
  ...rowBy<CaseRow, AssistanceCaseEvent>(CaseRow)(
    'AssistanceRequested',
    ({ donor, recipient, programme, basis = 'own' }, { id, day: requested_on, event }) => ({
      assistance_case: id,
      programme,
      donor,
      recipient,
      basis,
      legal_basis: event.metadata.legalBasis,
      status: 'requested',
      awaits: 'offer',
      requested_on,
      by_line: {},
    }),
    {
      RequestReturnedIncomplete: () => ({ status: 'returned', awaits: 'supplement' }),
      RequestSupplemented: () => ({ status: 'requested', awaits: 'offer' }),
      CaseLineAdded: ({ line, item, unit, quantity, due }, { by_line }) => ({
        by_line: {
          ...by_line,
          [line]: {
            item,
            unit,
            quantity,
            delivered: 0,
            first_due: due,
            due,
            works: null,
            offered: false,
            in_force: false,
          },
        },
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
      OfferPrepared: ({ value, currency, initialDeposit, validUntil, deliveryPoint, lines }, row) => ({
        ...withEach(row, (_, name) => ({ offered: lines.includes(name) })),
        status: 'prepared',
        awaits: 'offer',
        value,
        currency,
        initial_deposit: initialDeposit,
        offer_valid_until: validUntil,
        offer_from: null,
        delivery_point: deliveryPoint,
      }),
      LegislatureNotifiedOfOffer: ({ until }) => ({ offer_from: until }),
      OfferMade: ({ offer, validUntil }) => ({
        status: 'offered',
        awaits: 'acceptance',
        offer,
        offer_valid_until: validUntil,
      }),
      OfferAccepted: ({ offer }, row, { day: accepted_on }) => ({
        ...offeredComeIntoForce(row),
        status: 'accepted',
        awaits: null,
        offer,
        accepted_on,
        agreed_value: row.value,
      }),
      OfferLapsed: () => ({ status: 'lapsed', awaits: null }),
      InitialDepositReceived: ({ amount: received }, { deposited }) => ({ deposited: deposited + received }),
      InitialDepositCorrected: ({ difference }, { deposited }) => ({ deposited: deposited + difference }),
      ArrivalNoted: (_, { arrived_before }) => ({ arrived_before: arrived_before + 1 }),
      CaseImplemented: (_, row) => ({
        ...offeredComeIntoForce(row),
        status: 'implemented',
        agreed_value: row.value,
      }),
      AmendmentOffered: () => ({ awaits: 'amendment' }),
      AmendmentAccepted: ({ changes, adds, value }, row) => ({
        ...withEach(changed(row, changes), ({ in_force }, name) => ({ in_force: in_force || adds.includes(name) })),
        awaits: null,
        value,
        agreed_value: value,
      }),
      CaseModified: ({ changes, value }, row) => ({ ...changed(row, changes), value, agreed_value: value }),
      WorksStarted: worked('started'),
      WorksCompleted: worked('completed'),
      WorksAccepted: worked('accepted'),
      WorksDayCorrected: unchanged,
      AssistanceDelivered: ({ line, quantity }, row) => ({
        ...delivered(row, line, quantity),
        deliveries: row.deliveries + 1,
      }),
      ScheduleNoted: (_, { schedules_noted }) => ({ schedules_noted: schedules_noted + 1 }),
      DeliveryCorrected: ({ line, quantityBy }, row) => ({
        ...delivered(row, line, quantityBy),
        ...(row.status === 'reconciled' && quantityBy !== 0 ? TAKEN_UP_AGAIN : {}),
      }),
      // Held again for a further misuse case, it is held from the first day.
      CaseHeld: ({ reason }, { held_on }, { day: on }) => ({ held_for: reason, held_on: held_on ?? on }),
      CaseReleased: () => NOT_HELD,
      CaseReconciled: ({ finalValue }, _, { day: ended_on }) => ({
        status: 'reconciled',
        final_value: finalValue,
        ended_on,
      }),
      ReconciliationCorrected: ({ finalValue: final_value }) => ({ final_value }),
      CaseClosed: (_, { ended_on }, { day: on }) => ({
        status: 'closed',
        awaits: null,
        ended_on: ended_on ?? on,
        ...NOT_HELD,
      }),
      ...ANSWERS_UNCHANGED,
      CaseCancelled: (_, __, { day: ended_on }) => ({
        status: 'cancelled',
        awaits: null,
        agreed_value: null,
        ended_on,
        ...NOT_HELD,
      }),
    },
    derived,
  ),
};
