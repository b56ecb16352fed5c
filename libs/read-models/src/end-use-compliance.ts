import { CHECK_TYPES } from './codes.js';
import type { ViewOptions } from '@entente/kernel';
import { EndUseCheckRow } from './end-use-checks.js';
import type { From, Query, RowsView } from './from.js';
import { amountSum, decimal, integer, integerSum, oneOf, text } from './view-columns.js';

/** Due by the day of the answer, or made before: not if waived or cancelled by its last day. */
const JUDGED = `(c.overdue OR c.ended_late OR c.status IN ('inspected', 'checked', 'access denied'))`;
const IN_TIME = `(c.status = 'inspected' AND c.days_late <= 0)`;

const sumOf = (when: string): string => `SUM(CASE WHEN ${when} THEN 1 ELSE 0 END)`;

/** The checks that were due, over the rows of each of these columns. */
function judged(from: From, columns: Readonly<Record<string, string>>): Query {
  const query = from(EndUseCheckRow, 'c').select([]).where(JUDGED);
  for (const [name, column] of Object.entries(columns)) query.addSelect(`c.${column}`, name).addGroupBy(`c.${column}`);
  return query
    .addSelect('COUNT(*)', 'due')
    .addSelect(sumOf(IN_TIME), 'in_time')
    .addSelect(`ROUND(100.0 * ${sumOf(IN_TIME)} / COUNT(*), 1)`, 'in_time_percent');
}

const COMPLIANCE = {
  donor: 'donor',
  recipient: 'recipient',
  holder: 'holder',
  programme: 'programme',
  item: 'item',
  type: 'type',
  currency: 'currency',
};

/** A part of what was due, in percent; numbers with a fraction cannot overflow. */
const percent = (column: string): string =>
  `ROUND(100.0 * SUM(CASE WHEN ${IN_TIME} THEN 1.0 * (c.${column} - c.${column}_not_seen) WHEN c.${column} IS NULL THEN NULL ELSE 0.0 END) / NULLIF(SUM(1.0 * c.${column}), 0), 1)`;

function compliance(from: From, { sums }: ViewOptions): Query {
  const query = judged(from, COMPLIANCE)
    .addSelect(sumOf(`c.status = 'inspected' AND c.days_late > 0`), 'late')
    .addSelect(sumOf(`c.ended_late OR c.status IN ('checked', 'access denied')`), 'not_inspected')
    .addSelect(sumOf('c.overdue'), 'overdue')
    .addSelect('MAX(CASE WHEN c.overdue THEN c.days_late END)', 'most_days_late');
  // A value that is not known stays null in each of the three.
  const part = (column: string, when: string, of = `c.${column}`): string =>
    sums.sum(`CASE WHEN c.${column} IS NULL THEN NULL WHEN ${when} THEN ${of} ELSE 0 END`);
  for (const column of ['items', 'value'] as const)
    query
      .addSelect(sums.sum(`c.${column}`), `${column}_due`)
      .addSelect(part(column, IN_TIME, `c.${column} - c.${column}_not_seen`), `${column}_in_time`)
      .addSelect(sums.sum(`c.${column}_not_seen`), `${column}_not_seen`)
      .addSelect(part(column, 'c.overdue'), `${column}_overdue`)
      .addSelect(percent(column), `${column}_in_time_percent`);
  return query;
}

const OF_ITEMS = {
  donor: text('the donor of the items'),
  recipient: text('the recipient'),
  holder: text('the organisation that has the duty to count the items, also after a transfer (R13)'),
};
const CHECKS_DUE =
  'checks that were due by the day of the answer, made before or denied; none that was waived or cancelled by its last day, or that never had anything to check';
const OF_THEM = 'of those';

/** End-use compliance by count and by value. */
export const endUseCompliance: RowsView = {
  name: 'end-use-compliance',
  topic: 'Equipment and end use',
  version: 5,
  about:
    'per donor, recipient, holder, programme, item and type of check: how many checks were due, inspected in time and overdue',
  key: Object.keys(COMPLIANCE),
  columns: {
    ...OF_ITEMS,
    programme: text('the programme of the items, if there is one'),
    item: text("the donor's word for the type of the items"),
    type: oneOf(CHECK_TYPES),
    due: integer(CHECKS_DUE),
    in_time: integer(`${OF_THEM}, inspected on the spot by their last day`),
    late: integer(`${OF_THEM}, inspected on the spot after their last day`),
    not_inspected: integer(
      `${OF_THEM}, made remotely or by the recipient's own report, denied, or waived or cancelled after their last day`,
    ),
    overdue: integer(`${OF_THEM}, not made, by the day of the answer`),
    in_time_percent: decimal('inspected in time, percent of those due'),
    most_days_late: integer('the most days by which one is overdue, by the day of the answer; null if none is'),
    items_due: integerSum('the items of the checks due'),
    items_in_time: integerSum(
      'the items that those inspected in time have seen, or of which they saw a sample: all but those not seen',
    ),
    items_not_seen: integerSum('the items that those inspected on the spot did not see, in time or not'),
    items_overdue: integerSum('the items of those overdue'),
    items_in_time_percent: decimal('the items in time, percent of the items of those due'),
    currency: text('the currency of the values, ISO 4217; null if the value is not known'),
    value_due: amountSum('the value of the items of the checks due, in minor units; null if it is not known'),
    value_in_time: amountSum('the value of the items in time, in minor units'),
    value_not_seen: amountSum('the value of the items that were not seen, in minor units'),
    value_overdue: amountSum('the value of the items of those overdue, in minor units'),
    value_in_time_percent: decimal(
      'the value of the items in time, percent of the value of those due; null if it is not known, or is 0',
    ),
  },
  totals: {
    counts: 'rows of donor, recipient, holder, programme, item, type and currency',
    by: ['currency'],
    sums: [
      'items_due',
      'items_in_time',
      'items_not_seen',
      'items_overdue',
      'value_due',
      'value_in_time',
      'value_not_seen',
      'value_overdue',
    ],
  },
  movedBy: { 'end-use-checks': COMPLIANCE },
  query: compliance,
};

const MONTHS = { donor: 'donor', recipient: 'recipient', holder: 'holder', type: 'type', month: 'due_month' };

function delinquency(from: From, { sums }: ViewOptions): Query {
  const delinquent = `NOT ${IN_TIME}`;
  return judged(from, MONTHS)
    .addSelect(sumOf(delinquent), 'delinquent')
    .addSelect(sumOf('c.overdue'), 'overdue')
    .addSelect(sums.sum('c.items'), 'items_due')
    .addSelect(sums.sum(`CASE WHEN ${delinquent} THEN c.items ELSE c.items_not_seen END`), 'items_delinquent');
}

/** Delinquency by month. */
export const checkDelinquency: RowsView = {
  name: 'check-delinquency',
  topic: 'Equipment and end use',
  version: 4,
  about: 'per donor, recipient, holder, type and month of the last day: how many checks due were not inspected in time',
  key: Object.keys(MONTHS),
  columns: {
    month: text('the month of the last day, YYYY-MM'),
    ...OF_ITEMS,
    type: oneOf(CHECK_TYPES),
    due: integer(CHECKS_DUE),
    in_time: integer(`${OF_THEM}, inspected on the spot by their last day`),
    delinquent: integer(`${OF_THEM}, inspected later, or not at all: also if waived or cancelled after their last day`),
    overdue: integer(`${OF_THEM}, not made, by the day of the answer`),
    in_time_percent: decimal('inspected in time, percent of those due'),
    items_due: integerSum('the items of the checks due'),
    items_delinquent: integerSum('the items of the delinquent ones, and those that the others did not see'),
  },
  totals: {
    counts: 'rows of donor, recipient, holder, type and month',
    by: ['type'],
    sums: ['items_due', 'items_delinquent'],
  },
  movedBy: { 'end-use-checks': MONTHS },
  query: delinquency,
};

/** How many months after that of its last day a check is looked at. */
const MONTHS_AFTER = 120;

/** The numbers from 0 to below ten times as many. */
const NUMBERS = (() => {
  const digits = (count: number, name: string): string =>
    Array.from({ length: count }, (_, n) => `SELECT ${n}${n === 0 ? ` AS ${name}` : ''}`).join(' UNION ALL ');
  return `SELECT t.tens * 10 + o.ones AS n FROM (${digits(MONTHS_AFTER / 10, 'tens')}) t CROSS JOIN (${digits(10, 'ones')}) o`;
})();

/** The number of the month of a day, or of a month. */
const monthOf = (day: string): string =>
  `(CAST(SUBSTR(${day}, 1, 4) AS INTEGER) * 12 + CAST(SUBSTR(${day}, 6, 2) AS INTEGER) - 1)`;
const MONTH = `(${monthOf('c.due')} + m.n)`;
const MONTH_NUMBER = `(${MONTH} % 12 + 1)`;
const MONTH_TEXT = `CAST(${MONTH} / 12 AS TEXT) || '-' || CASE WHEN ${MONTH_NUMBER} < 10 THEN '0' ELSE '' END || CAST(${MONTH_NUMBER} AS TEXT)`;

const OVERDUE = { donor: 'donor', recipient: 'recipient', holder: 'holder', type: 'type', currency: 'currency' };

function overdueAtEnd(from: From, { sums }: ViewOptions): Query {
  const today = 'CAST(:today AS TEXT)';
  const query = from(EndUseCheckRow, 'c')
    .innerJoin(
      `(${NUMBERS})`,
      'm',
      `${MONTH} < ${monthOf(today)} AND (c.ended_on IS NULL OR ${MONTH} < ${monthOf('c.ended_on')})`,
    )
    .select([])
    // Most checks end in time: only the others are looked at by month.
    .where('(c.ended_on IS NULL OR SUBSTR(c.ended_on, 1, 7) > c.due_month)')
    .andWhere(`c.due < ${today}`)
    .addSelect(MONTH_TEXT, 'month')
    .addGroupBy(MONTH_TEXT);
  for (const column of Object.values(OVERDUE)) query.addSelect(`c.${column}`, column).addGroupBy(`c.${column}`);
  return query
    .addSelect('COUNT(*)', 'overdue')
    .addSelect(sumOf(`c.due_month = ${MONTH_TEXT}`), 'newly_overdue')
    .addSelect(sums.sum('c.items'), 'items')
    .addSelect(sums.sum('c.value'), 'value');
}

const AT_ITS_END = 'checks of which the last day was in the month or before, and that had not ended by the end of it';

/** Which checks were overdue at the end of each month. */
export const overdueByMonth: RowsView = {
  name: 'overdue-by-month',
  topic: 'Equipment and end use',
  version: 2,
  about: 'per donor, recipient, holder, type, currency and month that is over: the checks that were overdue at its end',
  key: [...Object.keys(OVERDUE), 'month'],
  columns: {
    month: text('the month, YYYY-MM: over by the day of the answer, and at most 119 months after that of the last day'),
    ...OF_ITEMS,
    type: oneOf(CHECK_TYPES),
    overdue: integer(`${AT_ITS_END}: neither made as scheduled or on the spot, nor denied, waived or cancelled`),
    newly_overdue: integer('of those, with a last day in the month itself'),
    items: integerSum('the items of those overdue'),
    currency: text('the currency of the value, ISO 4217; null if the value is not known'),
    value: amountSum('the value of the items of those overdue, in minor units; null if it is not known'),
  },
  totals: {
    counts: 'rows of donor, recipient, holder, type, currency and month',
    by: ['month', 'currency'],
    sums: ['overdue', 'items', 'value'],
  },
  movedBy: { 'end-use-checks': OVERDUE },
  query: overdueAtEnd,
};
