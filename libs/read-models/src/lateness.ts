import { ConsignmentRow } from './consignments.js';
import { AS_KNOWN_NOW, type From, type Query, type RowsView } from './from.js';
import { MilestoneRow } from './milestones.js';
import { UnionOf, columnsAs } from './union.js';

const COLUMNS = [
  'donor',
  'recipient',
  'programme',
  'promise',
  'cause',
  'kept',
  'overdue',
  'missed',
  'days_late_first',
  'days_late_plan',
] as const;
const PROMISES = new UnionOf<(typeof COLUMNS)[number]>(COLUMNS);

const oneIf = (condition: string): string => `CASE WHEN ${condition} THEN 1 ELSE 0 END`;
const SHARED = ['donor', 'recipient', 'programme'] as const;

/** Deliveries and milestones that were promised for a day. */
const promises = (from: From): Query =>
  PROMISES.rows(
    [
      PROMISES.part(from(ConsignmentRow, 'c').where(`c.status <> 'cancelled'`), {
        ...columnsAs('c', ...SHARED, 'days_late_first', 'days_late_plan'),
        promise: `'delivery'`,
        cause: 'c.last_cause',
        kept: oneIf('c.received_on IS NOT NULL'),
        overdue: oneIf('c.overdue'),
        missed: '0',
      }),
      PROMISES.part(from(MilestoneRow, 'm').where(`m.status <> 'withdrawn'`), {
        ...columnsAs('m', ...SHARED),
        promise: `'milestone'`,
        cause: 'm.last_cause',
        kept: oneIf(`m.status = 'met'`),
        overdue: oneIf('m.overdue'),
        missed: oneIf(`m.status = 'missed'`),
        // One that is missed stays late, as one that is open does.
        days_late_first: 'COALESCE(m.days_late_first, m.days_missed_first)',
        days_late_plan: 'COALESCE(m.days_late_plan, m.days_missed_plan)',
      }),
    ],
    'k',
  );

const BY = ['donor', 'recipient', 'programme', 'promise', 'cause'] as const;

function query(from: From): Query {
  const all = promises(from);
  const rows = all.connection
    .createQueryBuilder()
    .from(`(${all.getQuery()})`, 'p')
    .setParameters(all.getParameters())
    .select([]);
  for (const column of BY) rows.addSelect(`p.${column}`, column).addGroupBy(`p.${column}`);
  rows.addSelect('COUNT(*)', 'promised').addSelect('SUM(p.kept)', 'kept').addSelect('SUM(p.overdue)', 'overdue');
  rows.addSelect('SUM(p.missed)', 'missed');
  for (const against of ['first', 'plan'] as const) {
    const days = `p.days_late_${against}`;
    rows
      .addSelect(`SUM(${oneIf(`${days} > 0 OR p.missed = 1`)})`, `late_${against}`)
      .addSelect(`ROUND(1.0 * SUM(${days}) / NULLIF(COUNT(${days}), 0), 1)`, `mean_days_late_${against}`)
      .addSelect(`MAX(${days})`, `most_days_late_${against}`);
  }
  return rows;
}

const FIRST =
  'from the day first promised to that on which it was kept, negative if early; of a late one that is open or missed, to the day of the answer';
const PLAN =
  'from the day planned last to that on which it was kept, negative if early; of an overdue or missed one, to the day of the answer';
const PARTIES = { donor: 'donor', recipient: 'recipient', programme: 'programme' };

/** Plan against actual: how late, against the first promise and the current plan, and why. */
export const lateness: RowsView = {
  name: 'lateness',
  topic: 'Donors',
  version: 2,
  about:
    'per donor, recipient, programme, kind of promise and cause: promises kept and late, against the first promise and the current plan',
  key: BY,
  columns: {
    donor: 'text',
    recipient: 'text',
    programme: 'text',
    promise: 'text',
    cause: 'text',
    promised: 'integer',
    kept: 'integer',
    overdue: 'integer',
    missed: 'integer',
    late_first: 'integer',
    mean_days_late_first: 'decimal',
    most_days_late_first: 'integer',
    late_plan: 'integer',
    mean_days_late_plan: 'decimal',
    most_days_late_plan: 'integer',
  },
  codes: { promise: ['delivery', 'milestone'] },
  meanings: {
    donor: "the donor's id",
    recipient: 'the recipient',
    programme: 'the programme, if any',
    promise: 'delivery (a consignment that is not cancelled; with occurred-by, not cancelled by that day) or milestone',
    cause: `the code of the last cause for which the day was replanned; null if it never was${AS_KNOWN_NOW}, as is the plan`,
    promised: 'deliveries or milestones that were promised; with occurred-by, scheduled or planned by that day',
    kept: 'of those, received or met; with occurred-by, by that day: what came later counts as open',
    overdue: 'of those, past the day planned now, and neither received nor met nor recorded as missed',
    missed: 'of those, milestones recorded as missed: each counts as late',
    late_first: 'of those, kept after the day first promised, open and past it, or missed',
    mean_days_late_first: `mean days ${FIRST}; null if there are none`,
    most_days_late_first: `the most days ${FIRST}`,
    late_plan: 'of those, kept after the day planned last, overdue, or missed',
    mean_days_late_plan: `mean days ${PLAN}; null if there are none`,
    most_days_late_plan: `the most days ${PLAN}`,
  },
  totals: {
    counts: 'rows of donor, recipient, programme, kind of promise and cause',
    by: ['promise'],
    sums: ['promised', 'kept', 'overdue', 'missed', 'late_first', 'late_plan'],
  },
  occurredBy: { consignments: 'scheduled_on', milestones: 'planned_on' },
  movedBy: { consignments: PARTIES, milestones: PARTIES },
  madeOf: ({ donor = null, recipient = null, programme = null, cause: last_cause = null, promise = null }) => ({
    [promise === 'delivery' ? 'consignments' : 'milestones']: { donor, recipient, programme, last_cause },
  }),
  query,
};
