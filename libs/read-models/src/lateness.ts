import type { ViewOptions } from '@entente/kernel';
import { ConsignmentRow } from './consignments.js';
import { deliverableLines } from './deliverables.js';
import { AS_KNOWN_NOW, type From, type Query, type RowsView } from './from.js';
import { MilestoneRow } from './milestones.js';
import { UnionOf, columnsAs, rowsAs } from './union.js';
import { decimal, integer, text } from './view-columns.js';

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

/** How late a line is: wholly delivered, or open and past its day. */
const lineLate = (due: string, { days }: ViewOptions): string =>
  `CASE WHEN l.completed_on IS NOT NULL THEN ${days(due, 'l.completed_on')}
    WHEN ${due} < CAST(:today AS TEXT) THEN ${days(due, ':today')} END`;

/** Lines of cases: no later promise of a consignment takes the place of theirs. */
const lines = (from: From, options: ViewOptions): Query =>
  PROMISES.part(rowsAs(deliverableLines(from, options), 'l').where(`l.state IN ('open', 'completed')`), {
    ...columnsAs('l', ...SHARED),
    promise: `'line'`,
    kept: oneIf(`l.state = 'completed'`),
    overdue: oneIf(`l.state = 'open' AND l.due < CAST(:today AS TEXT)`),
    missed: '0',
    days_late_first: lineLate('l.first_due', options),
    days_late_plan: lineLate('l.due', options),
  });

/** Deliveries, milestones and lines that were promised for a day. */
const promises = (from: From, options: ViewOptions): Query =>
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
      lines(from, options),
    ],
    'k',
  );

const BY = ['donor', 'recipient', 'programme', 'promise', 'cause'] as const;

function query(from: From, options: ViewOptions): Query {
  const all = promises(from, options);
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
  version: 4,
  about:
    'per donor, recipient, programme, kind of promise and cause: promises kept and late, against the first promise and the current plan',
  key: BY,
  columns: {
    donor: text("the donor's id"),
    recipient: text('the recipient'),
    programme: text('the programme, if any'),
    promise: text(
      'delivery (a consignment that is not cancelled; with occurred-by, not cancelled by that day), milestone, or line (one of a case, in force: its own promise, whatever its consignments promise)',
      ['delivery', 'milestone', 'line'],
    ),
    cause: text(
      `the code of the last cause for which the day was replanned; null if it never was, and of a line, which an amendment replans${AS_KNOWN_NOW}, as is the plan`,
    ),
    promised: integer(
      'deliveries, milestones or lines that were promised; with occurred-by, scheduled, planned or added by that day',
    ),
    kept: integer(
      'of those, received, met or wholly delivered; with occurred-by, by that day: what came later counts as open',
    ),
    overdue: integer(
      'of those, past the day planned now, and neither received nor met nor wholly delivered nor recorded as missed',
    ),
    missed: integer('of those, milestones recorded as missed: each counts as late'),
    late_first: integer('of those, kept after the day first promised, open and past it, or missed'),
    mean_days_late_first: decimal(`mean days ${FIRST}; null if there are none`),
    most_days_late_first: integer(`the most days ${FIRST}`),
    late_plan: integer('of those, kept after the day planned last, overdue, or missed'),
    mean_days_late_plan: decimal(`mean days ${PLAN}; null if there are none`),
    most_days_late_plan: integer(`the most days ${PLAN}`),
  },
  totals: {
    counts: 'rows of donor, recipient, programme, kind of promise and cause',
    by: ['promise'],
    sums: ['promised', 'kept', 'overdue', 'missed', 'late_first', 'late_plan'],
  },
  occurredBy: {
    consignments: 'scheduled_on',
    milestones: 'planned_on',
    'case-lines': 'added_on',
    'delivery-facts': 'occurred_on',
    cases: null,
    'consignment-lines': null,
  },
  movedBy: {
    consignments: PARTIES,
    milestones: PARTIES,
    'case-lines': PARTIES,
    'delivery-facts': PARTIES,
    cases: PARTIES,
    'consignment-lines': PARTIES,
  },
  madeOf({ donor, recipient, programme, cause: last_cause, promise }) {
    const of = { donor, recipient, programme };
    if (promise !== 'line') return { [promise === 'delivery' ? 'consignments' : 'milestones']: { ...of, last_cause } };
    return {
      'case-lines': of,
      'delivery-facts': of,
      cases: of,
      'consignment-lines': of,
      consignments: of,
    };
  },
  query,
};
