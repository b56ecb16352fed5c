import { codesOf } from './columns.js';
import { SCOPE_KINDS } from './codes.js';
import { hasWord } from './deliverables.js';
import type { From, Query, RowsView } from './from.js';
import { MisuseRow } from './misuse-register.js';
import { MisuseScopeRow } from './misuse-scopes.js';
import { integer, oneOf, text } from './view-columns.js';

/** Brackets of ages, in days: the least and the most. Days are as their senders state them. */
const AGES: Readonly<Record<string, readonly [number | null, number | null]>> = {
  days_0_30: [null, 30],
  days_31_90: [31, 90],
  days_91_180: [91, 180],
  days_181_365: [181, 365],
  days_over_365: [366, null],
};
const DAYS = 'COALESCE(m.days_open, 0)';

const MONTH = 'SUBSTR(m.flagged_on, 1, 7)';

const BY: Readonly<Record<string, string>> = {
  month: MONTH,
  donor: 'm.donor',
  recipient: 'm.recipient',
  scope_kind: 's.scope_kind',
  scope: 's.scope',
  allegation: 'm.allegation',
  incident_type: 'm.incident_type',
  status: 'm.status',
};

/** A case that names no scope counts where it suspends any. */
const IS_SUSPENDED = `(s.scope IS NULL AND m.suspended_names IS NOT NULL) OR ${hasWord('m.suspended_names', `s.scope_kind || '/' || s.scope`)}`;

function query(from: From): Query {
  const scopes = from(MisuseScopeRow, 'n').select('n.misuse_case', 'misuse_case');
  scopes.addSelect('n.scope_kind', 'scope_kind').addSelect('n.scope', 'scope');
  const rows = from(MisuseRow, 'm')
    // A corrected report names other scopes.
    .leftJoin(
      `(${scopes.getQuery()})`,
      's',
      `s.misuse_case = m.misuse_case AND ${hasWord('m.scope_names', `s.scope_kind || '/' || s.scope`)}`,
    )
    .setParameters(scopes.getParameters())
    .select([]);
  for (const [name, column] of Object.entries(BY)) rows.addSelect(column, name).addGroupBy(column);
  for (const [name, [least, most]] of Object.entries(AGES)) {
    const bounds = [
      ...(least === null ? [] : [`${DAYS} >= ${least}`]),
      ...(most === null ? [] : [`${DAYS} <= ${most}`]),
    ];
    const within = bounds.join(' AND ');
    rows.addSelect(`SUM(CASE WHEN ${within} THEN 1 ELSE 0 END)`, name);
  }
  return rows
    .addSelect('COUNT(*)', 'case_scopes')
    .addSelect(`SUM(CASE WHEN m.ended_on IS NULL THEN 1 ELSE 0 END)`, 'open')
    .addSelect(`SUM(CASE WHEN ${IS_SUSPENDED} THEN 1 ELSE 0 END)`, 'suspended')
    .addSelect('MAX(m.days_open)', 'most_days_open');
}

const OLD = 'days from the report to the end of the inquiry, or to the day of the answer';

/** How many misuse cases there are of what, where, since when, at which stage, and how old. */
export const misuseTrends: RowsView = {
  name: 'misuse-trends',
  topic: 'Misuse and holds',
  version: 3,
  about:
    'per month, donor, recipient, scope, allegation, incident type, and status: how many misuse cases, and how old; declined and dismissed ones too',
  key: Object.keys(BY),
  columns: {
    month: text('the month of the report, YYYY-MM'),
    recipient: text('the recipient: the country in which it happened'),
    scope_kind: text(
      'what it concerns: a unit, an item-type, a case, a programme or a country; null if no scope is named',
      SCOPE_KINDS,
    ),
    scope: text('the id of what it concerns; a case with several scopes is in the row of each'),
    allegation: text('the code of the allegation, as reported or corrected'),
    incident_type: text('the code of the incident type; null until the case is accepted'),
    status: oneOf(codesOf(MisuseRow, 'status')),
    case_scopes: integer(
      'misuse cases with this scope: added over scopes, a case counts once for each of its own; misuse-register counts cases',
    ),
    open: integer('of those, with an inquiry that has not ended: neither closed, declined nor dismissed'),
    suspended: integer('of those, by which assistance is suspended in this scope, by a measure or as a precaution'),
    days_0_30: integer(`of those, at most 30 days old: ${OLD}`),
    days_31_90: integer('of those, from 31 to 90 days old'),
    days_91_180: integer('of those, from 91 to 180 days old'),
    days_181_365: integer('of those, from 181 to 365 days old'),
    days_over_365: integer('of those, more than 365 days old'),
    most_days_open: integer('the most days from a report to the end of its inquiry, or to the day of the answer'),
    donor: text('the donor, if the report names one'),
  },
  totals: {
    counts: 'rows of these columns',
    by: ['scope_kind', 'status'],
    sums: ['case_scopes', 'open', 'suspended', ...Object.keys(AGES)],
  },
  movedBy: {
    'misuse-register': { donor: 'donor', recipient: 'recipient' },
    'misuse-scopes': { scope_kind: 'scope_kind', scope: 'scope' },
  },
  // The register has the events that name the scopes, too.
  madeOf: ({ donor, recipient, allegation, incident_type, status }) => ({
    'misuse-register': { donor, recipient, allegation, incident_type, status },
  }),
  query,
};
