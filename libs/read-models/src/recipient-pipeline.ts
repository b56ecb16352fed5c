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
import { RecordedFactRow } from './recorded-facts.js';
import { firstStop, onHoldMeaning, stopsOn } from './on-hold.js';
import { TechnologyReleaseRow } from './technology-releases.js';
import { ThirdPartyTransferRow } from './third-party-transfers.js';
import { TrainingRow } from './training.js';
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
  'organisation',
  'asked_on',
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
    organisation: 'l.donor',
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
    organisation: `CASE WHEN n.status = 'under-way' THEN n.recipient ELSE n.donor END`,
  });

/** The lines of cases, with item and unit. */
const caseLines = (from: From): Query =>
  from(CaseLineRow, 'l')
    .select('l.assistance_case', 'assistance_case')
    .addSelect('l.line', 'line')
    .addSelect('l.item', 'item')
    .addSelect('l.unit', 'unit');

/** Discrepancy reports that wait for the donor's answer; the unit is that of the case's line. */
function discrepancies(from: From): Query {
  const line = caseLines(from);
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
    organisation: 'q.donor',
    asked_on: 'q.reported_on',
  });
}

/**
 * Recorded facts that are disputed: they wait for the answer of the organisation that recorded
 * them, and after its consent for its correction, if one can follow.
 */
function disputes(from: From): Query {
  const line = caseLines(from);
  const facts = from(RecordedFactRow, 'f')
    .leftJoin(`(${line.getQuery()})`, 'l', 'l.assistance_case = f.assistance_case AND l.line = f.line')
    .where(`f.status = 'disputed' AND (f.outcome IS NULL OR (f.outcome = 'accepted' AND f.correctable))`)
    .setParameters(line.getParameters());
  return ITEMS.part(facts, {
    ...columnsAs('f', 'stream', 'donor', 'programme', 'assistance_case', 'amount', 'currency', 'status'),
    ...columnsAs('l', 'unit'),
    item_kind: `'dispute'`,
    part: 'f.fact_event',
    recipient: 'f.concerned',
    item: 'COALESCE(l.item, f.item)',
    quantity: 'CAST(f.quantity AS BIGINT)',
    awaits: `CASE WHEN f.outcome IS NULL THEN 'answer' ELSE 'correction' END`,
    waits_for: `CASE WHEN f.recorded_by = f.donor THEN 'donor' ELSE 'recorder' END`,
    organisation: 'f.recorded_by',
    asked_on: 'f.answered_on',
  });
}

/** Requests for a transfer, another end use or a disposal that wait for the donor's consent. */
const transfers = (from: From): Query =>
  ITEMS.part(from(ThirdPartyTransferRow, 't').where(`t.status = 'requested'`), {
    ...columnsAs('t', 'stream', 'donor', 'programme', 'assistance_case', 'status'),
    item_kind: 't.transfer_kind',
    recipient: 't.holder',
    item: 't.item_names',
    quantity: 'CAST(t.quantity AS BIGINT)',
    awaits: `'consent'`,
    waits_for: `'donor'`,
    organisation: 't.donor',
    asked_on: 't.requested_on',
  });

/** Requests for a release of technical data that wait for the donor's decision. */
const releases = (from: From): Query =>
  ITEMS.part(from(TechnologyReleaseRow, 'r').where(`r.status = 'requested'`), {
    ...columnsAs('r', 'stream', 'recipient', 'donor', 'programme', 'assistance_case', 'status'),
    item_kind: `'technology-release'`,
    item: 'r.technology',
    awaits: `'approval'`,
    waits_for: `'donor'`,
    organisation: 'r.donor',
    asked_on: 'r.requested_on',
  });

/** Trainings that are to begin, and those that have begun. */
const trainings = (from: From): Query =>
  ITEMS.part(from(TrainingRow, 'g').where(`g.status IN ('planned', 'started')`), {
    ...columnsAs('g', 'stream', 'recipient', 'donor', 'programme', 'assistance_case', 'status'),
    item_kind: `'training'`,
    item: 'g.course',
    quantity: 'CAST(g.planned AS BIGINT)',
    unit: `'person'`,
    awaits: `CASE WHEN g.status = 'planned' THEN 'start' ELSE 'end' END`,
    waits_for: `'donor'`,
    organisation: 'g.donor',
    first_due: `CASE WHEN g.status = 'planned' THEN g.first_starts END`,
    due: `CASE WHEN g.status = 'planned' THEN g.starts ELSE g.ends END`,
  });

/** Money that was announced and has not, or not fully, arrived. */
const announced = (from: From): Query =>
  ITEMS.part(from(TrancheRow, 'd').where(`d.status NOT IN ('disbursed', 'withdrawn')`), {
    ...columnsAs('d', 'stream', 'recipient', 'donor', 'programme', 'assistance_case', 'currency', 'status', 'due'),
    item_kind: `'tranche'`,
    part: 'd.tranche',
    amount: 'd.planned - d.disbursed',
    awaits: `'disbursement'`,
    waits_for: `'donor'`,
    organisation: 'd.donor',
    first_due: 'd.due',
  });

/** An offer is accepted up to a day, and made from the end of its notice on (R16). */
const ANSWER_BY = `CASE a.awaits WHEN 'acceptance' THEN a.offer_valid_until WHEN 'offer' THEN a.offer_from END`;

/** Cases that wait for the donor's offer, or for an answer of the recipient. */
const waiting = (from: From): Query =>
  ITEMS.part(from(CaseRow, 'a').where('a.awaits IS NOT NULL'), {
    ...columnsAs('a', 'stream', 'recipient', 'donor', 'programme', 'assistance_case', 'status', 'awaits', 'currency'),
    item_kind: `'case'`,
    amount: 'a.value',
    waits_for: `CASE WHEN a.awaits = 'offer' THEN 'donor' ELSE 'recipient' END`,
    organisation: `CASE WHEN a.awaits = 'offer' THEN a.donor ELSE a.recipient END`,
    asked_on: `CASE WHEN a.awaits = 'offer' THEN a.requested_on END`,
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
    organisation: 'm.awaits_reply_of',
    first_due: 'm.reply_by',
    due: 'm.reply_by',
  });

/** The steps that a stop stops (R19): what is under way arrives, questions are answered. */
const STOPPED = `k.awaits IN ('shipment', 'release', 'clearance', 'disbursement', 'start')`;

/** What is cancelled once its programme has ended. */
const SHIPS = `k.awaits IN ('shipment', 'release', 'clearance')`;

/** What a cancelled case no longer brings; what is under way and what is asked still is. */
const ENDS_WITH_CASE = `k.awaits IN ('schedule', 'shipment', 'release', 'clearance', 'offer', 'acceptance', 'amendment', 'supplement', 'disbursement', 'start')`;

/**
 * What a programme that ended no longer brings: what was never owed. After its completion it is
 * still paid.
 */
const ENDS_WITH_PROGRAMME = `(k.awaits IN ('offer', 'acceptance', 'supplement', 'start') OR (k.awaits = 'disbursement' AND p.status = 'terminated'))`;

/** What a line in force, and a consignment, wait for after the end of the programme. */
const AFTER_THE_END = `CASE WHEN k.awaits = 'schedule' THEN 'amendment' WHEN ${SHIPS} THEN 'cancellation' ELSE k.awaits END`;

function query(from: From, options: ViewOptions): Query {
  const parts = [
    unscheduled,
    coming,
    discrepancies,
    disputes,
    announced,
    trainings,
    waiting,
    transfers,
    releases,
    allegations,
  ].map((of) => of(from, options));
  const all = ITEMS.rows(parts, 'k').select([]);
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
    .where(`p.stream = 'programme/' || k.programme AND p.status IN ('completed', 'terminated')`);
  const isOver = `EXISTS (${ended.getQuery()} AND ${ENDS_WITH_PROGRAMME})`;
  const cancelled = from(CaseRow, 'a')
    .select('a.assistance_case')
    .where(`a.stream = 'assistance-case/' || k.assistance_case AND a.status = 'cancelled'`);
  all.where(`NOT ${isOver} AND NOT (${ENDS_WITH_CASE} AND EXISTS (${cancelled.getQuery()}))`);
  for (const column of COLUMNS.filter((name) => name !== 'awaits')) all.addSelect(`k.${column}`, column);
  return all
    .addSelect(`CASE WHEN EXISTS (${ended.getQuery()}) THEN ${AFTER_THE_END} ELSE k.awaits END`, 'awaits')
    .setParameters({ ...ended.getParameters(), ...cancelled.getParameters() })
    .addSelect(
      `CASE WHEN ${STOPPED} AND NOT (${SHIPS} AND EXISTS (${ended.getQuery()})) THEN (${hold.getQuery()}) END`,
      'on_hold',
    )
    .setParameters(hold.getParameters());
}

const TRANSFERS = codesOf(ThirdPartyTransferRow, 'transfer_kind');

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
    dispute: { 'recorded-facts': { fact_event: name }, 'case-lines': { assistance_case } },
    tranche: { tranches: { stream, tranche: name }, ...stops },
    training: { training: { stream }, ...stops },
    case: stops,
    ...Object.fromEntries(TRANSFERS.map((of) => [of, { 'third-party-transfers': { stream } }])),
    'technology-release': { 'technology-releases': { stream } },
    'misuse-case': { 'misuse-register': { stream } },
  };
  return made[kind ?? ''] ?? {};
}

const ITEM_KINDS = [
  'case-line',
  'consignment',
  'discrepancy',
  'dispute',
  'tranche',
  'training',
  'case',
  ...TRANSFERS,
  'technology-release',
  'misuse-case',
];
const STATUSES = [
  ...new Set([
    'not-scheduled',
    'reported',
    'disputed',
    'requested',
    'planned',
    'started',
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
  'correction',
  'disbursement',
  'start',
  'end',
  'offer',
  'consent',
  'approval',
  'supplement',
  'acceptance',
  'amendment',
  'reply',
  'cancellation',
];

/**
 * What a recipient has to expect and to answer: what is promised and not scheduled, what is on its
 * way, which money is announced, which training comes, and which question waits for whose answer.
 */
export const recipientPipeline: RowsView = {
  name: 'recipient-pipeline',
  topic: 'Recipients',
  version: 15,
  about:
    'what is coming to a recipient, training included, how much and when, and what waits for whose answer; of a cancelled case only what is under way, and what is asked, and of a programme that ended what is still owed, too',
  key: ['item_kind', 'stream', 'part'],
  columns: {
    recipient: text('the recipient'),
    item_kind: oneOf(ITEM_KINDS),
    item: text(
      "the code of the item's description; of a discrepancy, of what is wrong; of a dispute, of what the fact is about, as in recorded-facts; of a training, of the course; of a retransfer, change of end use or disposal, those of the types of the goods, with commas between them; of a technology release, of the technology; of a misuse case, of the allegation",
    ),
    quantity: integer(
      'in the unit: of a case line, what is promised and in no consignment yet; of a consignment, what is scheduled; of a discrepancy and of a dispute, what it concerns; of a training, the persons that are planned; of a transfer, the quantity of the goods, if they are of one type',
    ),
    unit: text('the code of the unit of the quantity; person of a training; null of a transfer'),
    amount: amount(
      'in minor units: of a tranche, what is planned and not disbursed; of a case, its value; of a dispute, the money of the fact, as corrected',
    ),
    currency: text('the ISO 4217 code of the currency of the amount'),
    due: day(
      'the day planned now, of a consignment its own; of a training, the first day, and the last one once it has begun; of a case, the last day on which its offer can be accepted, or the first one on which it may be made after the notice to the legislature; of a misuse case, the last day of the reply; else null',
    ),
    status: text(
      'the status of the consignment, tranche, training, request, case or misuse case; not-scheduled for a case line, reported for a discrepancy, disputed for a dispute',
      STATUSES,
    ),
    on_hold: text(
      `${onHoldMeaning('a shipment, a disbursement or the start of a training')}, and of what waits for another step`,
    ),
    awaits: text(
      'what is waited for: schedule, shipment, release, clearance (of the unit), receipt, answer, correction (of a fact, after an accepted dispute), disbursement, start or end (of a training), offer, consent, approval, supplement, acceptance, amendment (of a case line: by the donor, since the programme ended and nothing more of it can be scheduled; the end of its case does, too), reply, or cancellation (of a consignment that was not shipped before its programme ended)',
      AWAITED,
    ),
    waits_for: text('whose turn it is: donor, recipient, or recorder (of a disputed fact, if not the donor)', [
      'donor',
      'recipient',
      'recorder',
    ]),
    organisation: text(
      'the organisation whose turn it is; of a misuse case, each that can reply, with commas between them',
    ),
    asked_on: day('of a request, a discrepancy report and a dispute, its day; else null'),
    donor: text('the donor'),
    first_due: day(
      'the day first promised, of a consignment for itself; of a training that has not begun, the first day; of a case and of a misuse case, the same as due',
    ),
    line_due: day("of a consignment and of a case line, the day planned now for the case's line"),
    line_first_due: day("of a consignment and of a case line, the day first promised for the case's line"),
    assistance_case: text('the case, if any'),
    programme: text('the programme, if any'),
    stream: text('the stream of the case, consignment, account, training, request, recorded fact or misuse case'),
    part: text(
      "the name of the case's line, the tranche or the discrepancy report, or the event of a disputed fact; else null",
    ),
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
    days_waiting: daysLate(
      'days from the request, report or dispute to the day of the answer; null on that day, and without one',
      { due: 'asked_on' },
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
    'recorded-facts': { part: 'fact_event' },
    training: { stream: 'stream' },
    'third-party-transfers': { stream: 'stream' },
    'technology-releases': { stream: 'stream' },
    holds: [{ recipient: 'scope' }, { programme: 'scope' }, { assistance_case: 'scope' }],
  },
  madeOf,
  query,
};
