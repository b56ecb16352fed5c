import { type FigureRow, exactSum } from './log.js';

/** What the totals of a name count, by which columns they are grouped, and what they add up. */
interface TotalsOf {
  readonly counts: string;
  readonly by: readonly string[];
  readonly sums: readonly string[];
  /** Figures of a parent, which each of its rows repeats: they count once, apart from money. */
  readonly shared?: { readonly parentOf: (row: FigureRow) => string; readonly sums: readonly string[] };
}
const OF_PROGRAMME = [
  'consignments_received',
  'consignments_overdue',
  'lines_overdue',
  'open_misuse',
  'overdue_misuse',
  'suspended_by_misuse',
];
const STAGES = ['pledged', 'committed', 'obligated', 'disbursed', 'spent'];
const NOT_YET = ['pooled', 'uncommitted', 'unobligated', 'pledged_unobligated', 'undisbursed'];

const of = (counts: string, by: readonly string[] = [], sums: readonly string[] = []): TotalsOf => ({
  counts,
  by,
  sums,
});
export const TOTALS: Readonly<Record<string, TotalsOf>> = {
  stakeholders: of('organisations', ['type', 'status']),
  mandates: of('mandates'),
  'focal-points': of('focal points'),
  programmes: of('programmes', ['status']),
  milestones: of('milestones', ['status', 'overdue']),
  accounts: of('accounts', ['currency', 'status']),
  funding: of('accounts and periods', ['currency'], STAGES),
  movements: of('movements', ['currency', 'stage'], ['amount']),
  'expiring-funds': of('accounts', ['currency', 'expired'], ['remaining']),
  balances: of('days of accounts', ['currency', 'implausible']),
  tranches: of('tranches', ['currency', 'status'], ['planned', 'disbursed']),
  disbursements: of('tranches', ['currency', 'status'], ['planned', 'disbursed']),
  reallocations: of('reallocations', ['currency', 'stage'], ['went_out', 'taken_in', 'in_transit']),
  cases: of('cases', ['currency'], ['agreed_value', 'final_value', 'deposited']),
  'case-lines': of('lines'),
  'delivery-facts': of('deliveries and corrections'),
  consignments: of('consignments', ['status', 'overdue']),
  'consignment-lines': of('lines'),
  'received-serials': of('serials'),
  'goods-held': of('goods at holders', ['item']),
  'goods-losses': of('reports', ['status', 'reported_as', 'item'], ['quantity']),
  discrepancies: of('discrepancy reports', ['outcome']),
  'misuse-register': of('misuse cases', ['status', 'overdue']),
  holds: of('holds', ['status', 'basis']),
  'item-types': of('types', ['designated']),
  'storage-sites': of('stores', ['status']),
  items: of('items', ['status', 'check_overdue']),
  'third-party-transfers': of('transfers', ['transfer_kind', 'status', 'confirmation']),
  'recorded-facts': of('facts', ['concerned', 'fact', 'status', 'currency'], ['amount']),
  'technology-releases': of('releases', ['status']),
  custody: of('steps', ['happened']),
  'loss-reports': of('reports', ['status', 'reported_as', 'overdue']),
  agreements: of('agreements', ['status']),
  conditions: of('conditions and restrictions', ['status', 'type']),
  exceptions: of('waivers and exceptions', ['type', 'report_overdue']),
  'statutory-reports': of('reports', ['report', 'status', 'overdue']),
  parameters: of('parameters', ['parameter']),
  'incident-types': of('incident types', ['notice_required']),
  'misuse-suspensions': of('scopes stopped', ['status', 'stop']),
  'suspension-orders': of('orders', ['stop']),
  'country-situations': of('situations', ['status', 'monitoring']),
  alerts: of('alerts', ['status']),
  deployments: of('deployments', ['status', 'country'], ['women', 'men', 'personnel']),
  'personnel-stays': of('stays', ['country']),
  'personnel-accounts': of('accounts', [], ['safe', 'missing']),
  'personnel-incidents': of('incidents', ['severity', 'country'], ['hurt', 'evacuated']),
  'end-use-checks': of('checks', ['status', 'overdue', 'currency'], ['items', 'value']),
  'check-results': of('results', ['lower_confidence'], ['seen', 'not_seen', 'damaged', 'seal_broken']),
  'check-discrepancies': of('discrepancies', ['status'], ['quantity']),
  'end-use-compliance': of(
    'rows of donor, recipient, holder, programme, item, type and currency',
    ['currency'],
    [
      'items_due',
      'items_in_time',
      'items_not_seen',
      'items_overdue',
      'value_due',
      'value_in_time',
      'value_not_seen',
      'value_overdue',
    ],
  ),
  'check-delinquency': of(
    'rows of donor, recipient, holder, type and month',
    ['type'],
    ['items_due', 'items_delinquent'],
  ),
  'overdue-by-month': of(
    'rows of donor, recipient, holder, type, currency and month',
    ['month', 'currency'],
    ['overdue', 'items', 'value'],
  ),
  'misuse-scopes': of('scopes of misuse cases', ['scope_kind']),
  barred: of('bars of units or persons, and steps', ['status', 'next']),
  'misuse-trends': of(
    'rows of these columns',
    ['scope_kind', 'status'],
    ['case_scopes', 'open', 'suspended', 'days_0_30', 'days_31_90', 'days_91_180', 'days_181_365', 'days_over_365'],
  ),
  'training-costs': of(
    'rows of donor, recipient, programme, purpose and currency',
    ['currency'],
    ['planned', 'enrolled', 'completed', 'women', 'men', 'not_stated', 'trained', 'planned_cost', 'actual_cost'],
  ),
  'training-by-unit': of(
    'rows of donor, recipient, unit and currency',
    ['currency'],
    [
      'nominated',
      'enrolled',
      'halted',
      'refused',
      'ended',
      'competent',
      'found_in_post',
      'found_moved',
      'found_left',
      'found_unknown',
      'completed',
      'women',
      'men',
      'not_stated',
      'cost',
    ],
  ),
  lateness: of(
    'rows of donor, recipient, programme, kind of promise and cause',
    ['promise'],
    ['promised', 'kept', 'overdue', 'missed', 'late_first', 'late_plan'],
  ),
  'conditions-in-force': of('conditions and restrictions', ['type']),
  'recipient-tasks': of('tasks', ['task', 'overdue']),
  'chain-of-custody': of('movements', ['happened']),
  'alert-accounting': of('deployments and alerts', ['status', 'overdue'], ['personnel', 'unaccounted']),
  units: of('units', ['status']),
  'vetted-persons': of('persons', ['status']),
  'vetting-cases': of('vetting cases', ['stage', 'overdue']),
  'vetting-timeliness': of('rows of donor and recipient', [], ['due', 'in_time', 'late', 'overdue']),
  'remediation-steps': of('steps', ['status', 'overdue']),
  training: of('trainings', ['currency', 'status'], ['planned_cost', 'actual_cost']),
  enrolments: of(
    'nominees',
    ['status'],
    ['persons', 'competent', 'found_in_post', 'found_moved', 'found_left', 'found_unknown'],
  ),
  'training-sessions': of('sessions', ['course'], ['present', 'women', 'men', 'not_stated']),
  'due-dates': of('duties', ['duty', 'status', 'overdue']),
  recoveries: of('recoveries and corrections', ['currency'], ['amount']),
  journal: of('events', ['recorded_late']),
  consultations: of('streams consulted'),
  'donor-portfolio': {
    counts: 'rows of donor, recipient, programme and currency',
    by: ['currency'],
    sums: [...STAGES, ...NOT_YET, 'recovered', ...OF_PROGRAMME],
    shared: {
      parentOf: ({ donor, recipient, programme }) => JSON.stringify(programme ?? [donor, recipient]),
      sums: OF_PROGRAMME,
    },
  },
  'recipient-pipeline': of('items', ['awaits', 'overdue']),
  'on-hold': of('what is on hold', ['scope_kind', 'basis']),
  suspensions: of('scopes stopped', ['hold', 'stop']),
  'discrepancy-reports': of('discrepancy reports', ['outcome', 'item', 'unit'], ['quantity']),
  'goods-by-holder': of('goods at holders', ['item', 'unit'], ['quantity']),
  'goods-loss-reports': of('reports', ['status', 'reported_as', 'item', 'unit'], ['quantity']),
  deliverables: of('lines', ['state', 'overdue']),
  'consigned-items': of('lines of consignments', ['item', 'unit'], ['scheduled', 'received', 'cancelled']),
  deliveries: of('deliveries and corrections', ['item', 'unit'], ['quantity']),
  'serials-received-twice': of('serials in pairs of consignments', ['item']),
  'outdated-decisions': of('decisions'),
};

/** The columns of totals: those asked for, after those of its own between which no sum is right. */
export function groupsOf(name: string, asked: readonly string[]): readonly string[] {
  const { by, sums } = TOTALS[name] as TotalsOf;
  if (asked.length === 0) return by;
  const unlike = sums.length === 0 ? [] : ['currency', 'unit', 'item', 'stage', 'month'];
  return [...new Set([...by.filter((column) => unlike.includes(column)), ...asked])];
}

/** The totals of rows by columns; a sum of nothing is null. */
export function totalsOf(name: string, rows: readonly FigureRow[], extra: readonly string[]): readonly FigureRow[] {
  const { counts, sums, shared } = TOTALS[name] as TotalsOf;
  const columns = groupsOf(name, extra);
  const isShared = (column: string): boolean => shared?.sums.includes(column) === true;
  const groupOf = (row: FigureRow): string => JSON.stringify(columns.map((column) => row[column]));
  const own = rows.map((of: FigureRow) => ({
    of,
    rows: 1,
    group: groupOf(of),
    adds: (column: string) => !isShared(column),
  }));
  // What is of no currency is in the group that has none, once for each parent in it.
  const withoutMoney = (row: FigureRow): FigureRow => ({ ...row, currency: null });
  const apart = rows.map((row) => ({ row, of: withoutMoney(row) }));
  const parents = Map.groupBy(
    shared === undefined ? [] : apart,
    ({ row, of }) => `${shared?.parentOf(row)} ${groupOf(of)}`,
  );
  const once = [...parents.values()].flatMap(([first]) => (first === undefined ? [] : [first.of]));
  const all = [...own, ...once.map((of) => ({ of, rows: 0, group: groupOf(of), adds: isShared }))];
  // Without columns there is one group, which may be empty.
  const groups = Map.groupBy(all, ({ group }) => group);
  return (columns.length === 0 ? [all] : [...groups.values()]).map((group) => ({
    ...Object.fromEntries(columns.map((column) => [column, group[0]?.of[column] ?? null])),
    counts,
    count: group.reduce((count, one) => count + one.rows, 0),
    ...Object.fromEntries(
      sums.map((column) => [column, added(group.map(({ of, adds }) => (adds(column) ? of[column] : null)))]),
    ),
  }));
}

function added(values: readonly unknown[]): string | null {
  const there = values.filter((value) => value !== null);
  return there.length === 0 ? null : String(exactSum(there));
}
