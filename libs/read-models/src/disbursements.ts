import { codesOf, daysLate, overdue } from './columns.js';
import type { From, Query, RowsView } from './from.js';
import { MovementRow } from './movements.js';
import { TrancheRow } from './tranches.js';
import { amount, day, sameAs, text } from './view-columns.js';

const OF_TRANCHE = [
  'item',
  'account',
  'donor',
  'recipient',
  'programme',
  'assistance_case',
  'basis',
  'tranche',
  'period',
  'currency',
] as const;
const PLAN = [...OF_TRANCHE, 'planned', 'planned_on', 'due', 'implausible'];

/** What was disbursed of each tranche on each day; corrections count on the day of the mistake. */
const byDay = (from: From): Query =>
  from(MovementRow, 'f')
    .where(`f.stage = 'disbursed' AND f.tranche IS NOT NULL`)
    .select('f.stream', 'stream')
    .addSelect('f.tranche', 'tranche')
    .addSelect('f.occurred_on', 'occurred_on')
    // An account holds no more than a row can: the sums do not go beyond it.
    .addSelect('SUM(f.amount)', 'amount')
    .groupBy('f.stream')
    .addGroupBy('f.tranche')
    .addGroupBy('f.occurred_on');

/** The same, with what was disbursed up to each day. */
function running(from: From): Query {
  const days = byDay(from);
  return days.connection
    .createQueryBuilder()
    .from(`(${days.getQuery()})`, 'd')
    .setParameters(days.getParameters())
    .select('d.stream', 'stream')
    .addSelect('d.tranche', 'tranche')
    .addSelect('d.occurred_on', 'occurred_on')
    .addSelect('d.amount', 'amount')
    .addSelect('SUM(d.amount) OVER (PARTITION BY d.stream, d.tranche ORDER BY d.occurred_on)', 'until_then');
}

/** Of each tranche what was disbursed, the last day, and the day by which it was the whole. */
function paid(from: From): Query {
  const days = running(from);
  return from(TrancheRow, 'n')
    .innerJoin(`(${days.getQuery()})`, 'r', 'r.stream = n.stream AND r.tranche = n.tranche')
    .setParameters(days.getParameters())
    .select('n.stream', 'stream')
    .addSelect('n.tranche', 'tranche')
    .addSelect('SUM(r.amount)', 'disbursed')
    .addSelect('MAX(CASE WHEN r.amount > 0 THEN r.occurred_on END)', 'last_on')
    .addSelect('MIN(CASE WHEN r.until_then >= n.planned THEN r.occurred_on END)', 'whole_on')
    .groupBy('n.stream')
    .addGroupBy('n.tranche');
}

const DISBURSED = 'COALESCE(p.disbursed, 0)';
const STATUS = `CASE WHEN ${DISBURSED} >= t.planned AND ${DISBURSED} > 0 THEN 'disbursed'
  WHEN t.withdrawn_on IS NOT NULL OR t.planned = 0 THEN 'withdrawn' WHEN ${DISBURSED} > 0 THEN 'begun' ELSE 'planned' END`;

function query(from: From): Query {
  const sums = paid(from);
  const rows = from(TrancheRow, 't')
    .leftJoin(`(${sums.getQuery()})`, 'p', 'p.stream = t.stream AND p.tranche = t.tranche')
    .setParameters(sums.getParameters())
    .select([]);
  for (const column of PLAN) rows.addSelect(`t.${column}`, column);
  return rows
    .addSelect(STATUS, 'status')
    .addSelect(`CAST(${DISBURSED} AS BIGINT)`, 'disbursed')
    .addSelect('p.last_on', 'last_disbursed_on')
    .addSelect(`CASE WHEN ${DISBURSED} >= t.planned THEN p.whole_on END`, 'disbursed_on');
}

const ENDED = { done: 'disbursed_on', closed: { status: ['withdrawn'] } };
const TRANCHE = { account: 'account', tranche: 'tranche' };

/** A tranche, plan against actual. */
export const disbursements: RowsView = {
  name: 'disbursements',
  topic: 'Donors',
  version: 8,
  about: 'a planned tranche: when it is due, what of it was disbursed, and how late',
  key: ['account', 'tranche'],
  columns: {
    ...sameAs(TrancheRow, ...OF_TRANCHE),
    status: text(
      'planned, begun (something of it was disbursed), disbursed, or withdrawn: open when the account was closed, or to come, or past its day, when its programme was ended early, or corrected to nothing; with occurred-by, by what was disbursed and closed by that day',
      codesOf(TrancheRow, 'status'),
    ),
    planned: amount('what is planned, in minor units'),
    disbursed: amount(
      "what was disbursed under the tranche's name, corrections of wrong entries included, in minor units; what came back later is recorded at the account alone; with occurred-by, by that day",
    ),
    planned_on: day("the day on which it was planned, by the sender's word"),
    due: day('the day on which it is due'),
    last_disbursed_on: day(
      'the last day on which something was disbursed that no correction has taken back; with occurred-by, by that day',
    ),
    disbursed_on: day(
      'the day by which the whole of it had been disbursed; null while it is not; with occurred-by, by that day',
    ),
    implausible: text('promised-in-the-past if it was due before it was planned, else null'),
  },
  totals: { counts: 'tranches', by: ['currency', 'status'], sums: ['planned', 'disbursed'] },
  daily: {
    overdue: overdue('whether it is past its day, not wholly disbursed, and the account is open', {
      due: 'due',
      ...ENDED,
    }),
    days_late: daysLate(
      'days from its day to the day by which the whole of it had been disbursed, negative if early; while it is overdue, to the day of the answer',
      { due: 'due', ...ENDED },
    ),
  },
  occurredBy: { tranches: 'planned_on', movements: 'occurred_on' },
  movedBy: { tranches: TRANCHE, movements: TRANCHE },
  query,
};
