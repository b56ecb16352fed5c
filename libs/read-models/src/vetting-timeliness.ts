import type { From, Query, RowsView } from './from.js';
import { VettingCaseRow } from './vetting-cases.js';
import { decimal, integer, text } from './view-columns.js';

const BY = ['donor', 'recipient'] as const;
const PARTIES = { donor: 'donor', recipient: 'recipient' };

const countOf = (when: string): string => `SUM(CASE WHEN ${when} THEN 1 ELSE 0 END)`;
const IN_TIME = countOf('v.answered_on IS NOT NULL AND v.days_late <= 0');

function query(from: From): Query {
  // What was given up has no answer, and what is open by its last day has none yet.
  const query = from(VettingCaseRow, 'v').select([]).where('(v.overdue OR v.answered_on IS NOT NULL)');
  for (const column of BY) query.addSelect(`v.${column}`, column).addGroupBy(`v.${column}`);
  return query
    .addSelect('COUNT(*)', 'due')
    .addSelect(IN_TIME, 'in_time')
    .addSelect(countOf('v.answered_on IS NOT NULL AND v.days_late > 0'), 'late')
    .addSelect(countOf('v.overdue'), 'overdue')
    .addSelect(`ROUND(100.0 * ${IN_TIME} / COUNT(*), 1)`, 'in_time_percent')
    .addSelect('MAX(v.days_late)', 'most_days_late');
}

/** Which share of vettings was decided in time. */
export const vettingTimeliness: RowsView = {
  name: 'vetting-timeliness',
  topic: 'Vetting and training',
  version: 1,
  about:
    'per donor and recipient: how many vettings were decided in time, late, or are overdue, by the day of the answer',
  key: BY,
  columns: {
    donor: text("the donor's id"),
    recipient: text('the recipient'),
    due: integer(
      'vettings that were concluded, or whose last day for the answer is over by the day of the answer; none that was given up',
    ),
    in_time: integer(
      'of those, concluded by the last day for the answer: on the day of the conclusion, which counts no earlier than the request was recorded',
    ),
    late: integer('of those, concluded after that day'),
    overdue: integer('of those, not concluded, by the day of the answer'),
    in_time_percent: decimal('vettings decided in time, percent of those due by the day of the answer'),
    most_days_late: integer('the most days after the last day; negative if each was concluded before it'),
  },
  totals: {
    counts: 'rows of donor and recipient',
    by: [],
    sums: ['due', 'in_time', 'late', 'overdue'],
  },
  movedBy: { 'vetting-cases': PARTIES },
  query,
};
