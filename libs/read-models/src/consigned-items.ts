import { CaseLineRow } from './case-lines.js';
import { daysLate, overdue, codesOf } from './columns.js';
import { ConsignmentLineRow } from './consignment-lines.js';
import { ConsignmentRow } from './consignments.js';
import { AS_KNOWN_NOW, type From, NOT_BY_DAY, NULL_IF_LATER, type Query, type RowsView } from './from.js';
import { day, integer, text } from './view-columns.js';

const OF_CONSIGNMENT = [
  'status',
  'awaits',
  'first_due',
  'due',
  'shipped_on',
  'hub_on',
  'title_on',
  'received_on',
  'held_unit',
] as const;
const OF_LINE = ['consignment', 'assistance_case', 'programme', 'donor', 'recipient', 'line'];

/** Each line of each consignment, with item and unit of the case's line. */
export function consignedLines(from: From): Query {
  const consignments = from(ConsignmentRow, 'c').select('c.stream', 'stream');
  for (const column of OF_CONSIGNMENT) consignments.addSelect(`c.${column}`, column);
  const lines = from(CaseLineRow, 'l').select('l.assistance_case', 'assistance_case').addSelect('l.line', 'line');
  lines.addSelect('l.item', 'item').addSelect('l.unit', 'unit');
  lines.addSelect('l.first_due', 'first_due').addSelect('l.due', 'due');
  const query = from(ConsignmentLineRow, 'n')
    .innerJoin(`(${consignments.getQuery()})`, 'k', 'k.stream = n.stream')
    .leftJoin(`(${lines.getQuery()})`, 'i', 'i.assistance_case = n.assistance_case AND i.line = n.line')
    .setParameters({ ...consignments.getParameters(), ...lines.getParameters() })
    .select('n.stream', 'item_stream');
  for (const column of OF_LINE) query.addSelect(`n.${column}`, column);
  // What was cancelled brings nothing: it adds to no total of what is scheduled.
  query.addSelect(`CASE WHEN k.status <> 'cancelled' THEN n.scheduled END`, 'scheduled');
  query.addSelect(`CASE WHEN k.status = 'cancelled' THEN n.scheduled END`, 'cancelled');
  // By what had occurred by a day, a later receipt is none.
  query.addSelect('CASE WHEN k.received_on IS NOT NULL THEN n.received END', 'received');
  for (const column of OF_CONSIGNMENT) query.addSelect(`k.${column}`, column);
  query.addSelect('i.first_due', 'line_first_due').addSelect('i.due', 'line_due');
  return query.addSelect('i.item', 'item').addSelect('i.unit', 'unit');
}

const RECEIPT = { done: 'received_on', closed: { status: ['cancelled'] } };

/** What was scheduled and received in consignments, by item. */
export const consignedItems: RowsView = {
  name: 'consigned-items',
  topic: 'Recipients',
  version: 4,
  about: 'a line of a consignment: which item, how much of it was scheduled and received, and when',
  key: ['consignment', 'line'],
  columns: {
    recipient: text('the recipient'),
    donor: text('the donor'),
    consignment: text('the consignment'),
    line: text("the name of the case's line"),
    status: text(
      'the status of the consignment; with occurred-by, by its days alone: held does not occur',
      codesOf(ConsignmentRow, 'status'),
    ),
    item: text("the code of the item's description"),
    unit: text('the code of the unit'),
    scheduled: integer("the quantity scheduled, in the line's unit; null once the consignment is cancelled"),
    received: integer(
      "the quantity received, corrections included, in the line's unit; null before a receipt, and with occurred-by if that is later",
    ),
    cancelled: integer("the quantity of a consignment that was cancelled, in the line's unit; else null"),
    first_due: day('the day first promised for the consignment'),
    due: day(`the day planned now for the consignment${AS_KNOWN_NOW}`),
    line_first_due: day("the day first promised for the case's line"),
    line_due: day(`the day planned now for the case's line${AS_KNOWN_NOW}`),
    shipped_on: day(`the day of shipment from its origin${NULL_IF_LATER}`),
    hub_on: day(`the day of arrival at a hub${NULL_IF_LATER}`),
    title_on: day(`the day on which title passed${NULL_IF_LATER}`),
    received_on: day(`the day of receipt, as the recipient confirmed it${NULL_IF_LATER}`),
    programme: text('the programme of the case, if any'),
    assistance_case: text('the case'),
    awaits: text(
      `what the consignment waits for: receipt, by the recipient; discrepancy, by the donor; ${NOT_BY_DAY}`,
      codesOf(ConsignmentRow, 'awaits'),
    ),
  },
  daily: {
    overdue: overdue('whether the consignment is past the day planned now, and neither received nor cancelled', {
      due: 'due',
      ...RECEIPT,
    }),
    days_late_first: daysLate(
      'days from the day first promised for the consignment to the receipt, negative if early; while it is open and past that day, to the day of the answer',
      { due: 'first_due', ...RECEIPT },
    ),
    days_late_plan: daysLate(
      'days from the day planned now for the consignment to the receipt, negative if early; while it is overdue, to the day of the answer',
      { due: 'due', ...RECEIPT },
    ),
  },
  totals: { counts: 'lines of consignments', by: ['item', 'unit'], sums: ['scheduled', 'received', 'cancelled'] },
  occurredBy: { 'consignment-lines': null, consignments: 'scheduled_on', 'case-lines': null },
  movedBy: {
    'consignment-lines': { consignment: 'consignment', line: 'line' },
    consignments: { consignment: 'consignment' },
    'case-lines': { assistance_case: 'assistance_case', line: 'line' },
  },
  query: consignedLines,
};
