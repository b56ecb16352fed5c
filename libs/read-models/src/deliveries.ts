import type { ViewOptions } from '@entente/kernel';
import { DELIVERY_POINTS, OWN_OR_REPORTED } from './codes.js';
import { CaseLineRow } from './case-lines.js';
import { CaseRow } from './cases.js';
import { DeliveryFactRow } from './delivery-facts.js';
import type { From, Query, RowsView } from './from.js';
import { BASIS } from './plausibility.js';
import { day, integer, text } from './view-columns.js';

const FACT = [
  'assistance_case',
  'programme',
  'donor',
  'recipient',
  'basis',
  'requested_on',
  'line',
  'quantity',
  'quantity_left',
  'recorded_on',
  'corrects',
  'implausible',
];

/** A correction counts on the day of the delivery that it corrects, as corrected. */
const DAY = 'COALESCE(o.occurred_on, d.occurred_on)';

function query(from: From, { occurredBy, hasCome }: ViewOptions): Query {
  const lines = from(CaseLineRow, 'l').select('l.stream', 'stream').addSelect('l.line', 'line');
  lines.addSelect('l.item', 'item').addSelect('l.unit', 'unit');
  const cases = from(CaseRow, 'a').select('a.stream', 'stream').addSelect('a.delivery_point', 'delivery_point');
  const corrected = from(DeliveryFactRow, 'c').select('c.stream', 'stream').addSelect('c.delivery', 'delivery');
  corrected.addSelect('c.occurred_on', 'occurred_on');
  const deliveries = from(DeliveryFactRow, 'd')
    .leftJoin(`(${corrected.getQuery()})`, 'o', 'o.stream = d.stream AND o.delivery = d.corrects')
    .innerJoin(`(${lines.getQuery()})`, 'i', 'i.stream = d.stream AND i.line = d.line')
    .innerJoin(`(${cases.getQuery()})`, 'k', 'k.stream = d.stream')
    .setParameters({ ...corrected.getParameters(), ...lines.getParameters(), ...cases.getParameters() })
    .select('d.delivery', 'delivery')
    .addSelect(DAY, 'occurred_on');
  if (occurredBy) deliveries.where(hasCome(DAY));
  for (const column of FACT) deliveries.addSelect(`d.${column}`, column);
  return deliveries
    .addSelect('i.item', 'item')
    .addSelect('i.unit', 'unit')
    .addSelect('k.delivery_point', 'delivery_point');
}

/** A delivery at its delivery point, by the day on which it happened. */
export const deliveries: RowsView = {
  name: 'deliveries',
  topic: 'Recipients',
  version: 5,
  about: 'a delivery of a line of a case at its delivery point, or its correction: what, how much, when it happened',
  key: ['assistance_case', 'delivery'],
  columns: {
    recipient: text('the recipient'),
    donor: text('the donor'),
    occurred_on: day(
      'the day on which the delivery point was reached, as corrected; of a correction, that of the delivery corrected',
    ),
    item: text("the code of the item's description"),
    unit: text('the code of the unit'),
    quantity: integer(
      "what was delivered, in the line's unit; of a correction, the difference, which is 0 if only the day was wrong",
    ),
    quantity_left: integer("what is left of it, its corrections included, in the line's unit; null of a correction"),
    delivery_point: text('where assistance counts as delivered: origin, hub, title or receipt', DELIVERY_POINTS),
    programme: text('the programme of the case, if any'),
    assistance_case: text('the case'),
    line: text("the line's name in the case"),
    recorded_on: day('the day on which it was recorded'),
    basis: text(BASIS, OWN_OR_REPORTED),
    requested_on: day('the day of the request of the case'),
    corrects: text('the id of the event that it corrects, if it corrects one'),
    implausible: text('before-the-request if it happened before the case was requested, else null'),
    delivery: text('the id of the event'),
  },
  totals: { counts: 'deliveries and corrections', by: ['item', 'unit'], sums: ['quantity'] },
  occurredBy: { 'delivery-facts': null, 'case-lines': null, cases: null },
  movedBy: {
    // With the day of a delivery, its corrections move.
    'delivery-facts': { assistance_case: 'assistance_case' },
    'case-lines': null,
    cases: null,
  },
  madeOf: ({ assistance_case, delivery, corrects, line }) => ({
    'delivery-facts': [delivery, ...(corrects === null ? [] : [corrects])].map((one) => ({
      assistance_case,
      delivery: one,
    })),
    'case-lines': { assistance_case, line },
    cases: { assistance_case },
  }),
  query,
};
