import type { ColumnValues, ViewOptions } from '@entente/kernel';
import { CaseLineRow } from './case-lines.js';
import { CaseRow } from './cases.js';
import { daysLate, overdue } from './columns.js';
import { consignedLines } from './consigned-items.js';
import { DiscrepancyRow } from './discrepancies.js';
import { DueDateRow } from './due-dates.js';
import { CheckResultRow, EndUseCheckRow } from './end-use-checks.js';
import type { From, Query, RowsView } from './from.js';
import { ItemRow } from './items.js';
import { MisuseRow } from './misuse-register.js';
import { RecordedFactRow } from './recorded-facts.js';
import { UnionOf, columnsAs, rowsAs } from './union.js';
import { amount, day, integer, oneOf, text } from './view-columns.js';

const COLUMNS = [
  'recipient',
  'task',
  'what',
  'stream',
  'part',
  'item',
  'quantity',
  'unit',
  'amount',
  'currency',
  'period',
  'due',
  'donor',
  'programme',
  'assistance_case',
] as const;
const TASKS = new UnionOf<(typeof COLUMNS)[number]>(COLUMNS, ['quantity', 'amount']);

const PARTIES = ['recipient', 'donor', 'programme', 'assistance_case'] as const;

/** Consignments that are on their way: their receipt is confirmed. */
const toConfirm = (from: From): Query =>
  TASKS.part(rowsAs(consignedLines(from), 'n').where(`n.status = 'under-way'`), {
    ...columnsAs('n', ...PARTIES, 'item', 'unit', 'due'),
    task: `'confirm'`,
    what: `'receipt'`,
    stream: 'n.item_stream',
    part: 'n.line',
    quantity: 'n.scheduled',
  });

/**
 * What another organisation recorded about it, and it neither confirmed nor disputed. Of what was
 * corrected to nothing, nothing is left to confirm.
 */
function factToConfirm(from: From): Query {
  const lines = from(CaseLineRow, 'n')
    .select('n.stream', 'stream')
    .addSelect('n.line', 'line')
    .addSelect('n.item', 'item')
    .addSelect('n.unit', 'unit');
  const facts = from(RecordedFactRow, 'f')
    .leftJoin(`(${lines.getQuery()})`, 'l', 'l.stream = f.stream AND l.line = f.line')
    .where(`f.status = 'unanswered' AND COALESCE(f.amount, CASE WHEN f.line IS NOT NULL THEN f.quantity END, 1) <> 0`)
    .setParameters(lines.getParameters());
  return TASKS.part(facts, {
    ...columnsAs('f', 'stream', 'donor', 'programme', 'assistance_case', 'amount', 'currency', 'period'),
    ...columnsAs('l', 'unit'),
    item: 'COALESCE(l.item, f.item)',
    quantity: 'CAST(f.quantity AS BIGINT)',
    recipient: 'f.concerned',
    task: `'confirm'`,
    what: 'f.fact',
    part: 'f.fact_event',
  });
}

/** The codes of a report of what did not come, and of what came beyond the plan. */
const OF_SHORTAGE = `'shortage'`;
const OF_SURPLUS = `'surplus', 'overage'`;

/**
 * What came in another quantity than scheduled, less what was reported of it. Reports of something
 * else, such as damage, take nothing off the difference.
 */
function toDispute(from: From, { sums }: ViewOptions): Query {
  const reported = (types: string) => sums.sum(`CASE WHEN q.type IN (${types}) THEN q.quantity ELSE 0 END`);
  const reports = from(DiscrepancyRow, 'q')
    .select('q.stream', 'stream')
    .addSelect('q.line', 'line')
    .addSelect(reported(OF_SHORTAGE), 'shortage')
    .addSelect(reported(OF_SURPLUS), 'surplus')
    .groupBy('q.stream')
    .addGroupBy('q.line');
  const less = (column: string) => sums.clamped(sums.orZero(`d.${column}`));
  const left = `CASE WHEN n.received < n.scheduled THEN n.scheduled - n.received - ${less('shortage')}
    ELSE n.received - n.scheduled - ${less('surplus')} END`;
  const lines = rowsAs(consignedLines(from), 'n')
    .leftJoin(`(${reports.getQuery()})`, 'd', 'd.stream = n.item_stream AND d.line = n.line')
    .where(`n.received_on IS NOT NULL AND n.received <> n.scheduled AND ${left} > 0`)
    .setParameters(reports.getParameters());
  return TASKS.part(lines, {
    ...columnsAs('n', ...PARTIES, 'item', 'unit'),
    task: `'dispute'`,
    what: `CASE WHEN n.received < n.scheduled THEN 'shortage' ELSE 'surplus' END`,
    stream: 'n.item_stream',
    part: 'n.line',
    quantity: `CAST(${left} AS BIGINT)`,
  });
}

/** Checks that the holder makes by its own report. */
const toReport = (from: From): Query =>
  TASKS.part(from(EndUseCheckRow, 'c').where(`c.status = 'scheduled' AND c.manner = 'self-report'`), {
    ...columnsAs('c', 'stream', 'donor', 'programme', 'assistance_case', 'item', 'due'),
    recipient: 'c.holder',
    task: `'report'`,
    what: `'self-report'`,
    quantity: 'c.items',
  });

/** Items that a visit did not see, that no later one saw, and whose loss was not reported. */
function lossToReport(from: From): Query {
  const results = from(CheckResultRow, 'r')
    .select(`r.donor || '.' || r.item`, 'item_type')
    .addSelect('r.serial', 'serial')
    .addSelect('MAX(r.visited_on)', 'visited_on')
    .where('r.not_seen = 1 AND r.serial IS NOT NULL')
    .groupBy('r.donor')
    .addGroupBy('r.item')
    .addGroupBy('r.serial');
  const duties = from(DueDateRow, 'q').select('q.stream', 'stream').addSelect('q.due', 'due');
  duties.where(`q.duty = 'loss-report' AND q.status IN ('open', 'overdue')`);
  const unseen = from(ItemRow, 'i')
    .innerJoin(`(${results.getQuery()})`, 'v', 'v.serial = i.serial AND v.item_type = i.item_type')
    .leftJoin(`(${duties.getQuery()})`, 'd', 'd.stream = i.stream')
    .where(`i.status = 'held' AND v.visited_on >= i.received_on`)
    .andWhere('(i.last_checked_on IS NULL OR i.last_checked_on < v.visited_on)')
    .setParameters({ ...results.getParameters(), ...duties.getParameters() });
  return TASKS.part(unseen, {
    ...columnsAs('i', 'stream', 'donor', 'programme', 'assistance_case'),
    recipient: 'i.holder',
    task: `'report'`,
    what: `'loss'`,
    part: 'i.serial',
    item: 'i.item_type',
    quantity: 'CAST(1 AS BIGINT)',
    due: 'd.due',
  });
}

/** What waits for the recipient, besides the loss that an item shows. */
const TO_DO = `d.waits_for = 'recipient' AND d.status IN ('open', 'overdue') AND d.duty <> 'loss-report'`;

/** What the recipient answers or does by a day. */
const toDo = (from: From): Query =>
  TASKS.part(from(DueDateRow, 'd').where(TO_DO), {
    ...columnsAs('d', 'stream', 'donor', 'programme', 'assistance_case', 'due'),
    recipient: 'd.organisation',
    task: `CASE WHEN d.duty = 'acceptance' THEN 'answer' ELSE 'do' END`,
    what: 'd.duty',
    part: 'd.item',
  });

/** Questions of a case that have no last day. */
const toAnswer = (from: From): Query =>
  TASKS.part(from(CaseRow, 'a').where(`a.awaits IN ('supplement', 'amendment')`), {
    ...columnsAs('a', 'stream', ...PARTIES),
    task: `'answer'`,
    what: 'a.awaits',
  });

/** Allegations to which an organisation can reply: the recipient comes first, then the accused. */
const toReply = (from: From, who: string, alone: string): Query =>
  TASKS.part(from(MisuseRow, 'm').where(`m.awaits_reply_of IN (${who}, m.recipient || ',' || m.accused)${alone}`), {
    ...columnsAs('m', 'stream', ...PARTIES),
    recipient: who,
    task: `'answer'`,
    what: `'reply'`,
    item: 'm.allegation',
    due: 'm.reply_by',
  });
const recipientReplies = (from: From): Query => toReply(from, 'm.recipient', '');
const accusedReplies = (from: From): Query => toReply(from, 'm.accused', ' AND m.accused <> m.recipient');

const query = (from: From, options: ViewOptions): Query =>
  TASKS.rows(
    [toConfirm, factToConfirm, toDispute, toReport, lossToReport, toDo, toAnswer, recipientReplies, accusedReplies].map(
      (of) => of(from, options),
    ),
    'k',
  );

const STREAM = { stream: 'stream' };

/** The rows that a task of each kind is made of. */
function madeOf({ task, what, stream, part: name, assistance_case }: ColumnValues) {
  const line = { assistance_case, line: name };
  const consigned = { consignments: { stream }, 'consignment-lines': { stream, line: name }, 'case-lines': line };
  const made: Readonly<Record<string, Readonly<Record<string, ColumnValues>>>> = {
    receipt: consigned,
    shortage: { ...consigned, discrepancies: { stream, line: name } },
    surplus: { ...consigned, discrepancies: { stream, line: name } },
    'self-report': { 'end-use-checks': { stream } },
    loss: { items: { stream }, 'check-results': { serial: name }, 'due-dates': { stream, duty: 'loss-report' } },
    supplement: { cases: { stream } },
    amendment: { cases: { stream } },
    reply: { 'misuse-register': { stream } },
  };
  if (task === 'confirm' && what !== 'receipt')
    return {
      'recorded-facts': { fact_event: name },
      ...(what === 'AssistanceDelivered' && { 'case-lines': { assistance_case } }),
    };
  return made[what ?? ''] ?? { 'due-dates': { stream, duty: what, item: name } };
}

const DUE = { due: 'due' };

/** What a recipient has to confirm, to dispute, to report, to answer and to do. */
export const recipientTasks: RowsView = {
  name: 'recipient-tasks',
  topic: 'Recipients',
  version: 6,
  about: 'what a recipient or holder has to confirm, to dispute, to report, to answer or to do, and until when',
  key: ['task', 'what', 'stream', 'part', 'recipient'],
  columns: {
    recipient: text('the recipient, the organisation that holds the items, or the accused that can reply'),
    task: oneOf(['confirm', 'dispute', 'report', 'answer', 'do']),
    what: text(
      'receipt, or the type of the event of a recorded fact; shortage or surplus, of which a discrepancy of that type was not, or not fully, reported; self-report (a check by the holder) or loss (an item that a visit did not see); acceptance, supplement, amendment or reply; remediate or remediation-step',
    ),
    item: text(
      "the code of the item's description; of a loss and of a check, the type of the items; of a training, its course; of a transfer, the types of the goods, with commas between them; of a reply, the allegation",
    ),
    quantity: integer(
      "of a receipt, what is scheduled, and of a shortage or surplus, the difference less what was reported as shortage, or as surplus or overage, in the line's unit; of a report, in items; of a recorded fact, as the read model recorded-facts has it",
    ),
    unit: text("the code of the line's unit"),
    amount: amount('of money that was recorded, as corrected, in minor units'),
    currency: text('the ISO 4217 code of its currency'),
    period: text('the fiscal period of the money, as corrected'),
    due: day('its last day, or the day planned now for a delivery; null without one'),
    donor: text('the donor'),
    programme: text('the programme, if any'),
    assistance_case: text('the case, if any'),
    stream: text('the stream of the consignment, check, item, case, misuse case, vetting case or recorded fact'),
    part: text(
      "the name of the case's line, of the offer or of the step, the serial number, or the event of a recorded fact; null or empty if there is none",
    ),
  },
  daily: {
    overdue: overdue('whether its last day is over', DUE),
    days_late: daysLate('days from its last day to the day of the answer; null if it is not over', DUE),
  },
  totals: { counts: 'tasks', by: ['task', 'overdue'], sums: [] },
  movedBy: {
    consignments: STREAM,
    'consignment-lines': STREAM,
    'case-lines': { assistance_case: 'assistance_case' },
    discrepancies: STREAM,
    'end-use-checks': STREAM,
    items: STREAM,
    'check-results': { part: 'serial' },
    'recorded-facts': { part: 'fact_event' },
    'due-dates': STREAM,
    cases: STREAM,
    'misuse-register': STREAM,
  },
  madeOf,
  query,
};
