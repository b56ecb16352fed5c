type Row = Readonly<Record<string, unknown>>;

/** The columns that identify a row of each read model or view. */
export const IDENTITY: Readonly<Record<string, readonly string[]>> = {
  stakeholders: ['organisation'],
  mandates: ['organisation', 'acts', 'role'],
  'focal-points': ['organisation', 'subject'],
  programmes: ['programme'],
  milestones: ['programme', 'milestone'],
  accounts: ['account'],
  funding: ['account', 'period'],
  movements: ['account', 'recorded_on', 'stage', 'period', 'amount'],
  tranches: ['item'],
  'expiring-funds': ['account'],
  balances: ['account', 'occurred_on'],
  disbursements: ['account', 'tranche'],
  reallocations: ['reallocation'],
  cases: ['assistance_case'],
  'case-lines': ['assistance_case', 'line'],
  'delivery-facts': ['delivery'],
  consignments: ['consignment'],
  'consignment-lines': ['consignment', 'line'],
  'received-serials': ['consignment', 'serial'],
  'goods-held': ['consignment', 'item', 'holder'],
  'goods-losses': ['consignment', 'loss'],
  discrepancies: ['consignment', 'discrepancy'],
  'misuse-register': ['misuse_case'],
  holds: ['scope_kind', 'scope', 'hold'],
  'item-types': ['item_type'],
  'storage-sites': ['site'],
  items: ['item'],
  'third-party-transfers': ['transfer'],
  'technology-releases': ['technology_release'],
  custody: ['item', 'step'],
  'loss-reports': ['item', 'reported_on', 'lost_on', 'verify_by', 'cause', 'reported_as'],
  agreements: ['agreement'],
  conditions: ['agreement', 'type', 'name'],
  exceptions: ['framework', 'name'],
  'statutory-reports': ['framework', 'report', 'subject'],
  parameters: ['framework', 'parameter'],
  'incident-types': ['framework', 'incident_type'],
  'misuse-suspensions': ['misuse_case', 'stop', 'scope_kind', 'scope'],
  'suspension-orders': ['stop', 'scope_kind', 'scope', 'ordered_by'],
  'country-situations': ['situation'],
  alerts: ['situation', 'alert'],
  deployments: ['deployment'],
  'personnel-stays': ['deployment', 'stay'],
  'personnel-accounts': ['deployment', 'situation', 'alert'],
  'personnel-incidents': ['deployment', 'incident'],
  'end-use-checks': ['end_use_check'],
  'check-results': ['end_use_check', 'visit', 'serial', 'lot'],
  'check-discrepancies': ['end_use_check', 'discrepancy'],
  'end-use-compliance': ['donor', 'recipient', 'holder', 'programme', 'item', 'type', 'currency'],
  'overdue-by-month': ['donor', 'recipient', 'holder', 'type', 'currency', 'month'],
  'misuse-scopes': ['misuse_case', 'scope_kind', 'scope'],
  barred: ['subject_kind', 'subject', 'bar', 'named', 'step'],
  'misuse-trends': ['month', 'donor', 'recipient', 'scope_kind', 'scope', 'allegation', 'incident_type', 'status'],
  'training-costs': ['donor', 'recipient', 'programme', 'purpose', 'currency'],
  'training-by-unit': ['donor', 'recipient', 'unit', 'currency'],
  lateness: ['donor', 'recipient', 'programme', 'promise', 'cause'],
  'conditions-in-force': ['agreement', 'type', 'name'],
  'recipient-tasks': ['task', 'what', 'stream', 'part', 'recipient'],
  'chain-of-custody': ['item', 'step'],
  'check-delinquency': ['donor', 'recipient', 'holder', 'type', 'month'],
  'alert-accounting': ['situation', 'alert', 'deployment'],
  units: ['unit'],
  'vetted-persons': ['person'],
  'vetting-cases': ['vetting_case'],
  'vetting-timeliness': ['donor', 'recipient'],
  'remediation-steps': ['vetting_case', 'step'],
  training: ['training'],
  enrolments: ['training', 'trainee'],
  'training-sessions': ['training', 'session'],
  'due-dates': ['stream', 'duty', 'item'],
  'recorded-facts': ['fact_event'],
  recoveries: ['misuse_case', 'recorded_on', 'amount'],
  journal: ['command_id', 'revision'],
  consultations: ['decided', 'revision', 'consulted_stream'],
  'outdated-decisions': ['decided', 'revision', 'consulted_stream'],
  deliverables: ['assistance_case', 'line'],
  'consigned-items': ['consignment', 'line'],
  deliveries: ['delivery'],
  'discrepancy-reports': ['consignment', 'discrepancy'],
  'goods-by-holder': ['consignment', 'item', 'holder'],
  'goods-loss-reports': ['consignment', 'loss'],
  'serials-received-twice': ['serial', 'consignment', 'other_consignment'],
  'on-hold': ['scope_kind', 'scope', 'hold'],
  suspensions: ['misuse_case', 'stop', 'scope_kind', 'scope'],
  'recipient-pipeline': ['item_kind', 'stream', 'part'],
  'donor-portfolio': ['donor', 'recipient', 'programme', 'currency'],
};

/** The columns that the API adds to those of a name. */
const ADDED = ['row_id', 'stream', 'since', 'event', 'parked_since'];

/** A value as text, independent of the order of its fields. */
const written = (value: unknown): string =>
  JSON.stringify(value, (_, one: unknown) =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  );

const keyed = (rows: readonly Row[], identity: readonly string[]): ReadonlyMap<string, readonly Row[]> =>
  Map.groupBy(rows, (row) => identity.map((column) => written(row[column])).join(' '));

/** Rows in a canonical order, without what the API adds. */
const inOrder = (rows: readonly Row[], identity: readonly string[]): readonly Row[] =>
  rows
    .map((row) =>
      Object.fromEntries(
        Object.entries(row).filter(([column]) => !ADDED.includes(column) || identity.includes(column)),
      ),
    )
    .toSorted((a, b) => (written(a) < written(b) ? -1 : 1));

/** Where two lists of rows differ: row and column, what is served and what was computed. */
export function differences(
  name: string,
  identity: readonly string[],
  served: readonly Row[],
  computed: readonly Row[],
): readonly string[] {
  const theirs = keyed(served, identity);
  const ours = keyed(computed, identity);
  return [...new Set([...theirs.keys(), ...ours.keys()])].flatMap((key) => {
    const a = inOrder(theirs.get(key) ?? [], identity);
    const b = inOrder(ours.get(key) ?? [], identity);
    if (a.length !== b.length) return [`${name} ${key}: ${a.length} rows served, ${b.length} computed`];
    return a.flatMap((row, n) => {
      const columns = new Set([...Object.keys(row), ...Object.keys(b[n] as Row)]);
      return [...columns].flatMap((column) => {
        const x = written(row[column]);
        const y = written((b[n] as Row)[column]);
        return x === y ? [] : [`${name}.${column} of ${key}: ${x} served, ${y} computed`];
      });
    });
  });
}
