import type { ExactSums, ViewOptions } from '@entente/kernel';
import { CaseLineRow } from './case-lines.js';
import { CaseRow } from './cases.js';
import { daysLate, overdue, codesOf } from './columns.js';
import { ConsignmentLineRow } from './consignment-lines.js';
import { ConsignmentRow } from './consignments.js';
import { DeliveryFactRow } from './delivery-facts.js';
import { AS_KNOWN_NOW, type From, NOT_BY_DAY, type Query, type RowsView } from './from.js';
import { amount, day, integer, integerSum, text } from './view-columns.js';

/** The columns of a case's line that a view repeats. */
const LINE = [
  'recipient',
  'donor',
  'programme',
  'assistance_case',
  'line',
  'item',
  'unit',
  'quantity',
  'value',
  'first_due',
  'due',
  'delivered',
] as const;

/**
 * What consignments bring of each line: what was received, and what is scheduled in those that are
 * neither received nor cancelled.
 */
function brought(from: From, { sum }: ExactSums): Query {
  const lines = from(ConsignmentLineRow, 'n');
  const consignments = from(ConsignmentRow, 'c').select('c.stream', 'stream').addSelect('c.received_on', 'received_on');
  consignments.where(`c.status <> 'cancelled'`);
  return lines
    .innerJoin(`(${consignments.getQuery()})`, 'k', 'k.stream = n.stream')
    .setParameters(consignments.getParameters())
    .select('n.assistance_case', 'assistance_case')
    .addSelect('n.line', 'line')
    .addSelect(sum('CASE WHEN k.received_on IS NULL THEN n.scheduled ELSE 0 END'), 'on_the_way')
    .addSelect(sum('CASE WHEN k.received_on IS NULL THEN 0 ELSE COALESCE(n.received, 0) END'), 'received')
    .addSelect(sum('CASE WHEN k.received_on IS NULL THEN n.scheduled ELSE COALESCE(n.received, 0) END'), 'brought')
    .groupBy('n.assistance_case')
    .addGroupBy('n.line');
}

/** Of each line, the last delivery of which something is left, and what rests on no consignment. */
const delivered = (from: From, { sum }: ExactSums): Query =>
  from(DeliveryFactRow, 'd')
    .where('d.corrects IS NULL')
    .select('d.stream', 'stream')
    .addSelect('d.line', 'line')
    .addSelect('MAX(CASE WHEN d.quantity_left > 0 THEN d.occurred_on END)', 'last_delivered_on')
    .addSelect(sum('d.apart'), 'apart')
    .groupBy('d.stream')
    .addGroupBy('d.line');

/** Whether the whole was delivered: then each delivery of which something is left is part of it. */
const IS_WHOLE = 'l.quantity > 0 AND l.delivered >= l.quantity';

/** Whether a text with commas between its words has a word. */
export const hasWord = (list: string, word: string): string =>
  `REPLACE(',' || ${list} || ',', ',' || ${word} || ',', '') <> ',' || ${list} || ','`;

/** A line in force is open until it is completed, amended to nothing, or its case ends. */
const STATE = `CASE WHEN ${IS_WHOLE} THEN 'completed'
  WHEN k.ended_on IS NOT NULL OR l.quantity = 0 THEN 'ended'
  WHEN ${hasWord('k.lines_in_force', 'l.line')} THEN 'open'
  ELSE 'draft' END`;

/** The lines that are open, under the alias `l`. */
export function openLines(from: From): Query {
  const cases = from(CaseRow, 'a').select('a.stream', 'stream').addSelect('a.ended_on', 'ended_on');
  cases.addSelect('a.lines_in_force', 'lines_in_force');
  return from(CaseLineRow, 'l')
    .innerJoin(`(${cases.getQuery()})`, 'k', 'k.stream = l.stream')
    .setParameters(cases.getParameters())
    .where(`${STATE} = 'open'`);
}

/**
 * What is neither delivered nor in a consignment; `coming` as a number that can be compared: what
 * consignments bring, and what was delivered apart from them.
 */
const unscheduled = (coming: string): string =>
  `CASE WHEN l.quantity <= l.delivered OR l.quantity <= (${coming}) THEN 0
    WHEN l.delivered > (${coming}) THEN l.quantity - l.delivered ELSE l.quantity - (${coming}) END`;

/** Each line of each case, with what consignments bring of it. */
export function deliverableLines(from: From, { sums }: ViewOptions): Query {
  const part = brought(from, sums);
  const days = delivered(from, sums);
  const cases = from(CaseRow, 'a').select('a.stream', 'stream').addSelect('a.status', 'status');
  cases.addSelect('a.lines_in_force', 'lines_in_force').addSelect('a.currency', 'currency');
  cases.addSelect('a.ended_on', 'ended_on');
  const query = from(CaseLineRow, 'l')
    .innerJoin(`(${cases.getQuery()})`, 'k', 'k.stream = l.stream')
    .leftJoin(`(${part.getQuery()})`, 'b', 'b.assistance_case = l.assistance_case AND b.line = l.line')
    .leftJoin(`(${days.getQuery()})`, 'f', 'f.stream = l.stream AND f.line = l.line')
    .setParameters({ ...cases.getParameters(), ...part.getParameters(), ...days.getParameters() })
    .select('l.stream', 'item_stream');
  for (const column of LINE) query.addSelect(`l.${column}`, column);
  return query
    .addSelect('f.last_delivered_on', 'last_delivered_on')
    .addSelect(`CASE WHEN ${IS_WHOLE} THEN f.last_delivered_on END`, 'completed_on')
    .addSelect('k.currency', 'currency')
    .addSelect('k.status', 'case_status')
    .addSelect(STATE, 'state')
    .addSelect(sums.orZero('b.on_the_way'), 'on_the_way')
    .addSelect(sums.orZero('b.received'), 'received')
    .addSelect(
      unscheduled(['b.brought', 'f.apart'].map((one) => sums.clamped(sums.orZero(one))).join(' + ')),
      'unscheduled',
    );
}

const DONE = { done: 'completed_on', closed: { state: ['draft', 'ended'] } };

const STATES = ['draft', 'open', 'completed', 'ended'];

/**
 * A case line: what was promised, and what of it is delivered, on the way and not yet scheduled.
 */
export const deliverables: RowsView = {
  name: 'deliverables',
  topic: 'Recipients',
  version: 7,
  about: 'a line of a case: its two promises, and what of it is delivered, on the way and not yet scheduled',
  key: ['assistance_case', 'line'],
  columns: {
    recipient: text('the recipient'),
    donor: text('the donor'),
    programme: text('the programme of the case, if any'),
    assistance_case: text('the case'),
    line: text("the line's name in the case"),
    state: text(
      'draft, if it is not in force; open; completed, if the whole quantity was delivered; ended, if its case ended before, or it was amended to nothing; with occurred-by, what was completed or ended later counts as open, and what is in force now as in force',
      STATES,
    ),
    item: text("the code of the item's description"),
    unit: text('the code of the unit'),
    quantity: integer(`the quantity promised, amendments included, in the line's unit${AS_KNOWN_NOW}`),
    delivered: integer(
      "the quantity delivered at the case's delivery point, in the line's unit; with occurred-by, in deliveries by that day, corrected as known now",
    ),
    received: integerSum(
      "the quantity that the recipient confirmed in consignments, corrections included, in the line's unit; of an ended line also what came after the end of its case, which counts as no delivery; with occurred-by, of those received by that day",
    ),
    on_the_way: integerSum(
      "the quantity in consignments that are neither received nor cancelled, in the line's unit, also after the end of the case; with occurred-by, of those scheduled by then, what was received or cancelled later counts as on the way",
    ),
    unscheduled: integer(
      "the quantity that is neither delivered nor in a consignment, in the line's unit; with occurred-by, by that day",
    ),
    first_due: day('the day first promised'),
    due: day(`the day planned now${AS_KNOWN_NOW}`),
    last_delivered_on: day(
      'the day of the last delivery at the delivery point of which something is left; with occurred-by, of those by that day',
    ),
    completed_on: day(
      'the day by which the whole quantity had been delivered; null before; with occurred-by, by what was delivered by that day',
    ),
    value: amount(`the line's value, in minor units of the case's currency${AS_KNOWN_NOW}`),
    currency: text("the ISO 4217 code of the case's currency; null before an offer"),
    case_status: text(`the status of the case; ${NOT_BY_DAY}`, codesOf(CaseRow, 'status')),
  },
  daily: {
    overdue: overdue('whether the line is open and past the day planned now', { due: 'due', ...DONE }),
    days_late_first: daysLate(
      'days from the day first promised to the completion, negative if early; while it is open and past that day, to the day of the answer',
      { due: 'first_due', ...DONE },
    ),
    days_late_plan: daysLate(
      'days from the day planned last to the completion, negative if early; while it is overdue, to the day of the answer',
      { due: 'due', ...DONE },
    ),
  },
  totals: { counts: 'lines', by: ['state', 'overdue'], sums: [] },
  occurredBy: {
    'case-lines': 'added_on',
    'delivery-facts': 'occurred_on',
    cases: null,
    'consignment-lines': null,
    consignments: 'scheduled_on',
  },
  movedBy: {
    'case-lines': { assistance_case: 'assistance_case', line: 'line' },
    'delivery-facts': { assistance_case: 'assistance_case', line: 'line' },
    cases: { assistance_case: 'assistance_case' },
    'consignment-lines': { assistance_case: 'assistance_case', line: 'line' },
    consignments: { assistance_case: 'assistance_case' },
  },
  query: deliverableLines,
};
