import type { RecordedEvent } from '@entente/kernel';
import { FRAMEWORKS } from './framework.js';
import { HOLDS } from './holds.js';
import { type FigureRow, type Figures, type QueryParameters, daysBetween, distinct, sum } from './log.js';
import { misuseRows } from './misuse.js';
import { TRAINING } from './training.js';
import { VETTING } from './vetting.js';

type Texts = Readonly<Record<string, string | null>>;
/** Columns of a row that hold texts. */
const texts = (row: FigureRow): Texts => row as Texts;
const numberIn = (row: FigureRow, column: string): number => Number(row[column] ?? 0);
const total = (rows: readonly FigureRow[], column: string): number => sum(rows.map((row) => numberIn(row, column)));

/** The rows of each group that these columns make. */
const groupsBy = <Row extends FigureRow>(rows: readonly Row[], columns: readonly string[]): readonly Row[][] => [
  ...Map.groupBy(rows, (row) => JSON.stringify(columns.map((column) => row[column] ?? null))).values(),
];
const part = (row: FigureRow, columns: readonly string[]): FigureRow =>
  Object.fromEntries(columns.map((column) => [column, row[column] ?? null]));

// ---- Who is barred ----

function nextFor(status: string | null, inquiry: FigureRow | undefined, waits: boolean): string {
  const alone: Texts = {
    expired: 'renew-clearance',
    restricted: 'lift-restriction',
  };
  const next = alone[status ?? ''];
  if (next !== undefined && next !== null) return next;
  // What no information of a vetting bars is restored by a vetter; a refusal, by an exception.
  const informed = inquiry !== undefined && (inquiry['information_standing'] as number) > 0;
  if (waits) return 'assess-information';
  if (status === 'suspended' || inquiry === undefined) return 'restore-clearance';
  const allTaken = inquiry['steps_taken'] === inquiry['steps'];
  const answered = inquiry['information_since'] === 0;
  const words: Texts = {
    'under-inquiry': informed ? 'conclude-vetting' : 'restore-clearance',
    refused: 'open-remediation',
    'in-remediation': !answered ? 'discontinue-remediation' : allTaken ? 'complete-remediation' : 'take-steps',
  };
  return words[inquiry['stage'] as string] ?? 'restore-clearance';
}

const OF_BAR = [
  'recipient',
  'subject_kind',
  'subject',
  'unit',
  'donor',
  'bar',
  'named',
  'status',
  'barred_on',
  'bar_reason',
  'last_day',
  'vetting_case',
  'agreement',
];

/** Clearances that are suspended, refused or over by the day. */
function uncleared(rows: readonly FigureRow[], subject_kind: string, id: string): readonly FigureRow[] {
  const shown = rows.filter(
    (row) => row['over'] === true || !['not-vetted', 'cleared', 'ended'].includes(texts(row)['status'] ?? ''),
  );
  return shown.map((row) => {
    const over = row['over'] === true || row['status'] === 'expired';
    return {
      ...part(row, OF_BAR),
      subject_kind,
      subject: texts(row)[id] ?? '',
      bar: 'clearance',
      status: over ? 'expired' : (row['status'] ?? null),
      barred_on: (over ? row['cleared_until'] : row['barred_on']) ?? null,
      bar_reason: over ? 'clearance-over' : (row['bar_reason'] ?? null),
      last_day: null,
    };
  });
}

/** What ends a hold: its owner, or the end of what a policy placed it for. */
function releaseOf({ placed_by: owner, basis, reason }: FigureRow): string {
  if (owner !== null) return 'release-hold';
  if (basis === 'instability') return 'restore-stability';
  return reason === 'precautionary-suspension' ? 'end-precaution' : 'resume-assistance';
}

/** Holds in force, and restrictions, on units. */
function stoppedUnits(log: readonly RecordedEvent[], asked: QueryParameters, units: readonly FigureRow[]) {
  const about = { subject_kind: 'security-unit', vetting_case: null, agreement: null };
  const agreements = (FRAMEWORKS['agreements'] as Figures)(log, asked).filter(
    (one) => one['status'] === 'in-force' && one['last_day_over'] === false,
  );
  const inForce = (row: FigureRow) => agreements.find((one) => one['agreement'] === row['agreement']);
  const onUnits = (rows: readonly FigureRow[]) =>
    rows
      .filter((row) => row['scope_kind'] === 'unit' && (row['status'] === 'in force' || row['status'] === 'attached'))
      .map((row) => [row, { ...about, subject: row['scope'] ?? null, unit: row['scope'] ?? null }] as const);
  const holds = onUnits((HOLDS['holds'] as Figures)(log, asked)).filter(([row]) => row['last_day_over'] === false);
  const terms = onUnits((FRAMEWORKS['conditions'] as Figures)(log, asked)).filter(
    ([row]) => row['type'] === 'restriction' && inForce(row) !== undefined,
  );
  return [
    ...holds.map(([row, of]) => ({
      ...of,
      ...part(row, ['donor', 'last_day']),
      recipient: units.find(({ unit }) => unit === of.unit)?.['recipient'] ?? null,
      bar: 'hold',
      named: row['hold'] ?? null,
      status: 'on-hold',
      barred_on: row['placed_on'] ?? null,
      bar_reason: row['reason'] ?? null,
      next: releaseOf(row),
      next_by: row['placed_by'] ?? row['donor'] ?? null,
    })),
    ...terms.map(([row, of]) => ({
      ...of,
      ...part(row, ['donor', 'recipient', 'agreement']),
      bar: 'restriction',
      named: `${texts(row)['agreement']} ${texts(row)['name']}`,
      status: 'restricted',
      barred_on:
        [texts(row)['attached_on'] ?? '', texts(inForce(row) ?? {})['in_force_from'] ?? ''].toSorted().at(-1) ?? null,
      bar_reason: row['basis'] ?? null,
      last_day: null,
    })),
  ];
}

const barred: Figures = (log, asked) => {
  const [units, persons, inquiries, steps] = ['units', 'vetted-persons', 'vetting-cases', 'remediation-steps'].map(
    (name) => (VETTING[name] as Figures)(log, asked),
  ) as [readonly FigureRow[], readonly FigureRow[], readonly FigureRow[], readonly FigureRow[]];
  const bars: readonly FigureRow[] = [
    ...uncleared(units, 'security-unit', 'unit'),
    ...uncleared(persons, 'vetted-person', 'person'),
    ...stoppedUnits(log, asked, units),
  ];
  return bars.flatMap((about) => {
    const of = about['vetting_case'];
    const inquiry = of === null ? undefined : inquiries.find((one) => one['vetting_case'] === of);
    const ofIt = inquiries.filter((one) => one['subject'] === about['subject']);
    const waits = ofIt.some(
      (one) => one['subject_kind'] === about['subject_kind'] && numberIn(one, 'information_open') > 0,
    );
    const barredOn = about['barred_on'] as string;
    const its = steps.filter(
      (one) =>
        one['vetting_case'] === of &&
        inquiry?.['stage'] === 'in-remediation' &&
        one['remediation'] === inquiry['remediations'],
    );
    return (its.length === 0 ? [{}] : its).map((step: FigureRow) => ({
      ...about,
      ...part(inquiry ?? {}, ['stage', 'informed_on', 'publication']),
      ...part(step, ['step', 'measure', 'due', 'taken_on', 'days_late']),
      next: about['next'] ?? nextFor(texts(about)['status'] ?? null, inquiry, waits),
      next_by: about['next_by'] ?? null,
      overdue: step['overdue'] ?? false,
      days_barred: asked.day > barredOn ? daysBetween(barredOn, asked.day) : null,
    }));
  });
};

// ---- Misuse ----

/** The most days of each bracket of ages but the last one. */
const AGES = [
  ['days_0_30', 30],
  ['days_31_90', 90],
  ['days_91_180', 180],
  ['days_181_365', 365],
] as const;
const ageOf = (days: number): string => AGES.find(([, most]) => days <= most)?.[0] ?? 'days_over_365';

const trends: Figures = (log, { day }) => {
  const by = ['month', 'donor', 'recipient', 'scope_kind', 'scope', 'allegation', 'incident_type', 'status'];
  const concerned = misuseRows(log, day).flatMap((row) => {
    const scopes = distinct(row.scopes.map(({ kind, id }) => `${kind}/${id}`)).map((name) => ({
      scope_kind: name.slice(0, name.indexOf('/')),
      scope: name.slice(name.indexOf('/') + 1),
    }));
    const none = [{ scope_kind: null, scope: null }];
    const since = { month: row.flagged_on.slice(0, 7) };
    return (scopes.length === 0 ? none : scopes).map((scope) => ({ ...row, ...scope, ...since }));
  });
  return groupsBy(concerned, by).map((rows) => {
    const days = rows.flatMap(({ days_open: open }) => open ?? []);
    return {
      ...part(rows[0] as FigureRow, by),
      case_scopes: rows.length,
      open: rows.filter(({ ended_on: ended }) => ended === null).length,
      suspended: rows.filter(
        ({ suspended_names: names, scope_kind: kind, scope }) =>
          names !== null && (scope === null || names.split(',').includes(`${kind}/${scope}`)),
      ).length,
      ...Object.fromEntries(
        [...AGES.map(([name]) => name), 'days_over_365'].map((name) => [
          name,
          rows.filter((row) => ageOf(row.days_open ?? 0) === name).length,
        ]),
      ),
      most_days_open: days.length === 0 ? null : Math.max(...days),
    };
  });
};

// ---- Training ----

const trainings = (log: readonly RecordedEvent[], day: string): readonly FigureRow[] =>
  (TRAINING['training'] as Figures)(log, { day, occurredBy: null });

/** A training by a day: what it came to is reported with its end. */
function asOf(row: FigureRow, by: string | null): FigureRow {
  if (by === null) return row;
  const hasCome = (column: string) => typeof row[column] === 'string' && row[column] <= by;
  if (hasCome('cancelled_on')) return { ...row, status: 'cancelled' };
  if (hasCome('terminated_on')) return { ...row, status: 'terminated' };
  if (hasCome('completed_on')) return { ...row, status: 'completed' };
  const none = { completed: null, completed_women: null, completed_men: null, completed_not_stated: null };
  return { ...row, ...none, status: 'open', trained: null, actual_cost: null };
}

/** The cost of trainings with a cost and with persons who completed them, for each such person. */
function costPerPerson(rows: readonly FigureRow[]): number | null {
  const costed = rows.filter((row) => row['actual_cost'] !== null && numberIn(row, 'completed') > 0);
  return costed.length === 0 ? null : Math.round(total(costed, 'actual_cost') / total(costed, 'completed'));
}
const costOf = (rows: readonly FigureRow[]): string | null => {
  const costed = rows.filter((row) => row['actual_cost'] !== null);
  return costed.length === 0 ? null : String(total(costed, 'actual_cost'));
};

const costs: Figures = (log, { day, occurredBy }) => {
  const by = ['donor', 'recipient', 'programme', 'purpose', 'currency'];
  const held = trainings(log, day)
    .filter(({ planned_on }) => occurredBy === null || (planned_on as string) <= occurredBy)
    .map((row) => asOf(row, occurredBy))
    .filter(({ status }) => status !== 'cancelled');
  return groupsBy(held, by).map((rows) => {
    const completed = total(rows, 'completed');
    const women = total(rows, 'completed_women');
    return {
      ...part(rows[0] as FigureRow, by),
      trainings: rows.length,
      trainings_completed: rows.filter(({ status }) => status === 'completed').length,
      trainings_terminated: rows.filter(({ status }) => status === 'terminated').length,
      planned: String(total(rows, 'planned')),
      enrolled: String(total(rows, 'enrolled')),
      completed: String(completed),
      women: String(women),
      men: String(total(rows, 'completed_men')),
      not_stated: String(total(rows, 'completed_not_stated')),
      trained: String(total(rows, 'trained')),
      women_percent: completed === 0 ? null : Math.round((1000 * women) / completed) / 10,
      planned_cost: String(total(rows, 'planned_cost')),
      actual_cost: costOf(rows),
      cost_per_person: costPerPerson(rows),
    };
  });
};

const byUnit: Figures = (log, asked) => {
  const all = new Map(trainings(log, asked.day).map((row) => [row['training'], row]));
  const nominees = (TRAINING['enrolments'] as Figures)(log, asked).map((row) => ({
    ...row,
    currency: all.get(row['training'] ?? null)?.['currency'] ?? null,
  }));
  const by = ['donor', 'recipient', 'unit', 'currency'];
  return groupsBy<FigureRow>(nominees, by).map((rows) => {
    const names = [...new Set(rows.map((row) => row['training'] ?? null))];
    const unit = rows[0]?.['unit'] ?? null;
    // It alone is enrolled: of the enrolled nominees, all are of this unit, and there is one.
    const own = names.flatMap((name) => {
      const enrolled = (nominees as readonly FigureRow[]).filter(
        (row) => row['training'] === name && row['status'] === 'enrolled',
      );
      return enrolled.length > 0 && enrolled.every((row) => row['unit'] === unit) ? [all.get(name) ?? {}] : [];
    });
    const persons = (status: string | null): string =>
      String(
        total(
          rows.filter((row) => status === null || row['status'] === status),
          'persons',
        ),
      );
    const completedOwn = own.filter((row) => row['completed'] !== null);
    const completed = (column: string): string | null =>
      completedOwn.length === 0 ? null : String(total(completedOwn, column));
    return {
      ...part(rows[0] as FigureRow, by),
      trainings: names.length,
      nominated: persons(null),
      enrolled: persons('enrolled'),
      halted: persons('halted'),
      refused: persons('refused'),
      ended: persons('ended'),
      competent: rows.some((row) => row['competent'] !== null) ? String(total(rows, 'competent')) : null,
      found_in_post: String(total(rows, 'found_in_post')),
      found_moved: String(total(rows, 'found_moved')),
      found_left: String(total(rows, 'found_left')),
      found_unknown: String(total(rows, 'found_unknown')),
      completed: completed('completed'),
      women: completed('completed_women'),
      men: completed('completed_men'),
      not_stated: completed('completed_not_stated'),
      cost: costOf(own),
      cost_per_person: costPerPerson(own),
    };
  });
};

export const PEOPLE: Readonly<Record<string, Figures>> = {
  barred,
  'misuse-trends': trends,
  'training-costs': costs,
  'training-by-unit': byUnit,
};
