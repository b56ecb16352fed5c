import { ConsignmentRow } from './consignments.js';
import type { ColumnValues, ViewOptions } from '@entente/kernel';
import { CaseLineRow } from './case-lines.js';
import { CaseRow } from './cases.js';
import { daysLate, overdue, codesOf } from './columns.js';
import { consignedLines } from './consigned-items.js';
import { deliverableLines } from './deliverables.js';
import { DiscrepancyRow } from './discrepancies.js';
import type { From, Query, RowsView } from './from.js';
import { MisuseRow } from './misuse-register.js';
import { ProgrammeRow } from './programmes.js';
import { firstStop, onHoldMeaning, stopsOn } from './on-hold.js';
import { TrancheRow } from './tranches.js';
import { UnionOf, columnsAs, rowsAs } from './union.js';
import { amount, day, integer, oneOf, text } from './view-columns.js';

const COLUMNS = [
  'item_kind',
  'stream',
  'part',
  'recipient',
  'donor',
  'programme',
  'assistance_case',
  'item',
  'quantity',
  'unit',
  'amount',
  'currency',
  'status',
  'awaits',
  'waits_for',
  'first_due',
  'due',
  'line_first_due',
  'line_due',
] as const;
const ITEMS = new UnionOf<(typeof COLUMNS)[number]>(COLUMNS, ['quantity', 'amount']);

/** What of a case's lines is promised and in no consignment yet. */
const unscheduled = (from: From, options: ViewOptions): Query =>
  ITEMS.part(rowsAs(deliverableLines(from, options), 'l').where(`l.state = 'open' AND l.unscheduled > 0`), {
    ...columnsAs('l', 'recipient', 'donor', 'programme', 'assistance_case', 'item', 'unit', 'first_due', 'due'),
    item_kind: `'case-line'`,
    line_first_due: 'l.first_due',
    line_due: 'l.due',
    stream: 'l.item_stream',
    part: 'l.line',
    quantity: 'l.unscheduled',
    status: `'not-scheduled'`,
    awaits: `'schedule'`,
    waits_for: `'donor'`,
  });

/** What consignments bring that have not arrived. */
const coming = (from: From): Query =>
  ITEMS.part(rowsAs(consignedLines(from), 'n').where(`n.status <> 'cancelled' AND n.received_on IS NULL`), {
    ...columnsAs(
      'n',
      'recipient',
      'donor',
      'programme',
      'assistance_case',
      'item',
      'unit',
      'status',
      'first_due',
      'due',
      'line_first_due',
      'line_due',
    ),
    item_kind: `'consignment'`,
    stream: 'n.item_stream',
    part: 'n.line',
    quantity: 'n.scheduled',
    awaits: `CASE WHEN n.status = 'under-way' THEN 'receipt' WHEN n.held_unit IS NOT NULL THEN 'clearance' WHEN n.status = 'held' THEN 'release' ELSE 'shipment' END`,
    waits_for: `CASE WHEN n.status = 'under-way' THEN 'recipient' ELSE 'donor' END`,
  });

/** Discrepancy reports that wait for the donor's answer; the unit is that of the case's line. */
function disputed(from: From): Query {
  const line = from(CaseLineRow, 'l').select('l.assistance_case', 'assistance_case').addSelect('l.line', 'line');
  line.addSelect('l.unit', 'unit');
  const reports = from(DiscrepancyRow, 'q').where('q.outcome IS NULL').setParameters(line.getParameters());
  reports.leftJoin(`(${line.getQuery()})`, 'l', 'l.assistance_case = q.assistance_case AND l.line = q.line');
  return ITEMS.part(reports, {
    ...columnsAs('q', 'stream', 'recipient', 'donor', 'programme', 'assistance_case', 'quantity'),
    ...columnsAs('l', 'unit'),
    item_kind: `'discrepancy'`,
    part: 'q.discrepancy',
    item: 'q.type',
    status: `'reported'`,
    awaits: `'answer'`,
    waits_for: `'donor'`,
    first_due: 'q.reported_on',
  });
}

/** Money that was announced and has not, or not fully, arrived. */
const announced = (from: From): Query =>
  ITEMS.part(from(TrancheRow, 'd').where(`d.status NOT IN ('disbursed', 'withdrawn')`), {
    ...columnsAs('d', 'stream', 'recipient', 'donor', 'programme', 'assistance_case', 'currency', 'status', 'due'),
    item_kind: `'tranche'`,
    part: 'd.tranche',
    amount: 'd.planned - d.disbursed',
    awaits: `'disbursement'`,
    waits_for: `'donor'`,
    first_due: 'd.due',
  });

/** An offer is accepted up to a day; nothing else of a case has one. */
const ANSWER_BY = `CASE WHEN a.awaits = 'acceptance' THEN a.offer_valid_until END`;

/** Cases that wait for an answer of the recipient. */
const waiting = (from: From): Query =>
  ITEMS.part(from(CaseRow, 'a').where('a.awaits IS NOT NULL'), {
    ...columnsAs('a', 'stream', 'recipient', 'donor', 'programme', 'assistance_case', 'status', 'awaits', 'currency'),
    item_kind: `'case'`,
    amount: 'a.value',
    waits_for: `'recipient'`,
    first_due: ANSWER_BY,
    due: ANSWER_BY,
  });

/** Allegations to which the recipient can reply. */
const allegations = (from: From): Query =>
  ITEMS.part(from(MisuseRow, 'm').where('m.reply_by IS NOT NULL'), {
    ...columnsAs('m', 'stream', 'recipient', 'donor', 'programme', 'assistance_case', 'status'),
    item_kind: `'misuse-case'`,
    item: 'm.allegation',
    awaits: `'reply'`,
    waits_for: `'recipient'`,
    first_due: 'm.reply_by',
    due: 'm.reply_by',
  });

/** What can be stopped: questions and reports go on. */
const STOPPED = `k.item_kind IN ('case-line', 'consignment', 'tranche', 'case')`;

/**
 * What a programme that ended or a cancelled case no longer brings; what is under way and what is
 * asked still is. After its completion a programme is still paid.
 */
const ENDS_WITH_IT = `k.awaits IN ('schedule', 'shipment', 'release', 'clearance', 'acceptance', 'amendment', 'supplement', 'disbursement')`;

function query(from: From, options: ViewOptions): Query {
  const parts = [unscheduled, coming, disputed, announced, waiting, allegations].map((of) => of(from, options));
  const all = ITEMS.rows(parts, 'k');
  const concerned = {
    donor: 'k.donor',
    recipient: 'k.recipient',
    programme: 'k.programme',
    case: 'k.assistance_case',
    consignment: 'k.stream',
  };
  const hold = firstStop(from, concerned);
  // Found by its key, as the stops are.
  const ended = from(ProgrammeRow, 'p')
    .select('p.programme')
    .where(`p.stream = 'programme/' || k.programme`)
    .andWhere(`(p.status = 'terminated' OR (p.status = 'completed' AND k.awaits <> 'disbursement'))`);
  const cancelled = from(CaseRow, 'a')
    .select('a.assistance_case')
    .where(`a.stream = 'assistance-case/' || k.assistance_case AND a.status = 'cancelled'`);
  return all
    .where(`NOT (${ENDS_WITH_IT} AND (EXISTS (${ended.getQuery()}) OR EXISTS (${cancelled.getQuery()})))`)
    .setParameters({ ...ended.getParameters(), ...cancelled.getParameters() })
    .addSelect(`CASE WHEN ${STOPPED} THEN (${hold.getQuery()}) END`, 'on_hold')
    .setParameters(hold.getParameters());
}

/** A consignment changes what of its case's lines is not scheduled. */
const CASE = { assistance_case: 'assistance_case' };

/** The rows that an item of each kind is made of. */
function madeOf({ item_kind: kind, stream, part: name, assistance_case, programme, recipient }: ColumnValues) {
  const stops = stopsOn({ recipient, programme, case: assistance_case });
  const line = { assistance_case, line: name };
  const made: Readonly<Record<string, Readonly<Record<string, ColumnValues | readonly ColumnValues[]>>>> = {
    'case-line': {
      'case-lines': line,
      'consignment-lines': line,
      consignments: { assistance_case },
      ...stops,
    },
    consignment: {
      consignments: { stream },
      'consignment-lines': { stream, line: name },
      'case-lines': line,
      ...stops,
    },
    discrepancy: { discrepancies: { stream, discrepancy: name }, 'case-lines': { assistance_case } },
    tranche: { tranches: { stream, tranche: name }, ...stops },
    case: stops,
    'misuse-case': { 'misuse-register': { stream } },
  };
  return made[kind ?? ''] ?? {};
}

const ITEM_KINDS = ['case-line', 'consignment', 'discrepancy', 'tranche', 'case', 'misuse-case'];
const STATUSES = [
  ...new Set([
    'not-scheduled',
    'reported',
    ...codesOf(ConsignmentRow, 'status'),
    ...codesOf(TrancheRow, 'status'),
    ...codesOf(CaseRow, 'status'),
    ...codesOf(MisuseRow, 'status'),
  ]),
];

const AWAITED = [
  'schedule',
  'shipment',
  'release',
  'clearance',
  'receipt',
  'answer',
  'disbursement',
  'supplement',
  'acceptance',
  'amendment',
  'reply',
];

/**
 * What a recipient has to expect and to answer: what is promised and not scheduled, what is on its
 * way, which money is announced, and which question waits for whose answer.
 */
export const recipientPipeline: RowsView = {
  name: 'recipient-pipeline',
  topic: 'Recipients',
  version: 11,
  about:
    'what is coming to a recipient, how much and when, and what waits for whose answer; of a programme that ended and of a cancelled case, only what is under way, and what is asked',
  key: ['item_kind', 'stream', 'part'],
  columns: {
    recipient: text('the recipient'),
    item_kind: oneOf(ITEM_KINDS),
    item: text(
      "the code of the item's description; of a discrepancy, of what is wrong; of a misuse case, of the allegation",
    ),
    quantity: integer(
      'in the unit: of a case line, what is promised and in no consignment yet; of a consignment, what is scheduled; of a discrepancy, what it concerns',
    ),
    unit: text('the code of the unit of the quantity'),
    amount: amount('in minor units: of a tranche, what is planned and not disbursed; of a case, its value'),
    currency: text('the ISO 4217 code of the currency of the amount'),
    due: day(
      'the day planned now, of a consignment its own; of a case, the last day on which its offer can be accepted; of a misuse case, the last day of the reply; else null',
    ),
    status: text(
      'the status of the consignment, tranche, case or misuse case; not-scheduled for a case line, reported for a discrepancy',
      STATUSES,
    ),
    on_hold: text(onHoldMeaning('it')),
    awaits: text(
      'what is waited for: schedule, shipment, release, clearance (of the unit), receipt, answer, disbursement, supplement, acceptance, amendment or reply',
      AWAITED,
    ),
    waits_for: text('whose turn it is: donor or recipient', ['donor', 'recipient']),
    donor: text('the donor'),
    first_due: day(
      'the day first promised, of a consignment for itself; of a discrepancy, the day of the report; of a case and of a misuse case, the same as due',
    ),
    line_due: day("of a consignment and of a case line, the day planned now for the case's line"),
    line_first_due: day("of a consignment and of a case line, the day first promised for the case's line"),
    assistance_case: text('the case, if any'),
    programme: text('the programme, if any'),
    stream: text('the stream of the case, consignment, account or misuse case'),
    part: text("the name of the case's line, the tranche or the discrepancy report; null of a case and a misuse case"),
  },
  daily: {
    overdue: overdue('whether it is past the day planned now', { due: 'due' }),
    days_late_plan: daysLate('days by which it is past the day planned now; null if it is not', {
      due: 'due',
    }),
    days_late_first: daysLate('days by which it is past the day first promised; null if it is not', {
      due: 'first_due',
    }),
    days_late_line_plan: daysLate(
      "days by which it is past the day planned now for the case's line; null if it is not",
      {
        due: 'line_due',
      },
    ),
    days_late_line_first: daysLate(
      "days by which it is past the day first promised for the case's line; null if it is not",
      { due: 'line_first_due' },
    ),
  },
  totals: { counts: 'items', by: ['awaits', 'overdue'], sums: [] },
  movedBy: {
    'case-lines': [{ stream: 'stream', part: 'line' }, CASE],
    'consignment-lines': [{ stream: 'stream' }, CASE],
    consignments: [{ stream: 'stream' }, CASE],
    discrepancies: { stream: 'stream' },
    tranches: { stream: 'stream', part: 'tranche' },
    cases: [{ stream: 'stream' }, CASE],
    'delivery-facts': null,
    programmes: { programme: 'programme' },
    'misuse-register': { stream: 'stream' },
    holds: [{ recipient: 'scope' }, { programme: 'scope' }, { assistance_case: 'scope' }],
  },
  madeOf,
  query,
};
