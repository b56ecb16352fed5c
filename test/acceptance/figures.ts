import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { POLICIES } from '@entente/domain';
import { type RecordedEvent, isSum } from '@entente/kernel';
import { MODELS, VIEWS } from '@entente/read-models';
import { all } from '../contracts/event-store.js';
import { ApiClient, type Page, type Row } from '../support/api-client.js';
import type { Deployment, DeploymentFactory } from '../support/deployment.js';
import { IDENTITY, differences } from '../support/figures/compare.js';
import { FIGURES } from '../support/figures/index.js';
import { type QueryParameters, type FigureRow, type Figures, type Value, recordedOn } from '../support/figures/log.js';
import { TOTALS, groupsOf, totalsOf } from '../support/figures/totals.js';
import { type Chance, chanceOf, randomHistory } from '../support/random-history.js';

/** `FIGURES_SEED` gives another history and other questions. */
const SEED = Number(process.env['FIGURES_SEED'] ?? 12);
const NAMES = Object.keys(FIGURES);
/** The names that can be limited to what had occurred by a day. */
const BY_DAY = [...MODELS, ...VIEWS].flatMap(({ name, occurredBy }) => (occurredBy === undefined ? [] : [name]));
/** Rows of which the events behind are read, of each name at each time. */
const SAMPLED = 2;

/** The parameters of each query, and the events that the log has by then. */
interface Question {
  readonly parameters: Readonly<Record<string, string>>;
  readonly events: readonly RecordedEvent[];
}

/** The values of rows that are in no list of the codes of their columns. */
const unlisted = (name: string, rows: readonly Row[]): readonly string[] => {
  const { codes = {} } = [...MODELS, ...VIEWS].find((one) => one.name === name) ?? {};
  return Object.entries(codes).flatMap(([column, list]) =>
    rows.flatMap(({ [column]: value }) =>
      value === null || list.includes(value as string)
        ? []
        : [`${name}.${column}: ${JSON.stringify(value)} is not listed`],
    ),
  );
};

const pick = <T>(values: readonly T[], chance: Chance): T => values[chance(values.length)] as T;

const endOf = (log: readonly RecordedEvent[]): string => String(log.at(-1)?.position ?? 0n);

/** What the history has to reach, by name and columns: each of these values, at some time. */
const REACHED: Readonly<Record<string, Readonly<Record<string, readonly Value[]>>>> = {
  holds: {
    status: ['in force', 'released', 'lapsed'],
    scope_kind: ['programme', 'unit', 'country', 'item-type'],
    renewals: [0, 1],
    placed_by: [null, 'norland'],
    last_day_over: [true, false],
  },
  'misuse-suspensions': { status: ['suspended', 'terminated', 'ended'], stop: ['measure', 'precaution'] },
  'item-types': { designated: [true, false], retired: [true, false] },
  'storage-sites': { status: ['registered', 'certified', 'decertified', 'expired', 'closed'] },
  items: {
    status: ['registered', 'withdrawn', 'held', 'reported', 'lost', 'destroyed', 'diverted', 'returned', 'disposed'],
    check_overdue: [true, false],
  },
  'loss-reports': { status: ['open', 'verified', 'rejected', 'withdrawn', 'found-elsewhere'] },
  'third-party-transfers': {
    transfer_kind: ['retransfer', 'disposal'],
    status: ['requested', 'consented', 'refused', 'withdrawn', 'consent-withdrawn', 'lapsed', 'carried-out'],
  },
  'technology-releases': { status: ['requested', 'approved', 'denied', 'revoked', 'expired', 'withdrawn'] },
  'chain-of-custody': { happened: ['received', 'moved', 'transferred', 'loss-verified', 'returned', 'diverted'] },
  'overdue-by-month': { newly_overdue: [0, 1], type: ['enhanced', 'routine'] },
  barred: {
    status: ['suspended', 'refused', 'expired', 'on-hold'],
    next: ['assess-information', 'open-remediation', 'take-steps', 'resume-assistance'],
  },
  'misuse-trends': { scope_kind: ['programme', 'item-type'], case_scopes: [1, 2] },
  milestones: { status: ['planned', 'met', 'withdrawn'] },
  disbursements: { status: ['planned', 'disbursed', 'withdrawn'] },
  reallocations: { in_transit: [0] },
  lateness: {
    promise: ['delivery', 'milestone', 'line'],
    cause: [null, 'late-supplier'],
    overdue: [0, 1],
    kept: [0, 1],
    missed: [0, 1],
  },
  'recipient-tasks': {
    task: ['confirm', 'dispute', 'report', 'answer', 'do'],
    what: ['receipt', 'shortage', 'self-report', 'acceptance', 'amendment', 'reply', 'remediation-step'],
  },
  'recipient-pipeline': {
    item_kind: ['dispute', 'training', 'retransfer', 'disposal', 'technology-release', 'case'],
    awaits: ['offer', 'consent', 'approval', 'start', 'end', 'answer'],
  },
  'recorded-facts': {
    status: ['unanswered', 'confirmed', 'disputed'],
    outcome: [null, 'accepted'],
    correctable: [true, false],
    fact: [
      'FundsDisbursed',
      'AssistanceDelivered',
      'TrainingCompleted',
      'EndUseCheckPerformed',
      'ThirdPartyTransferCarriedOut',
    ],
  },
  'goods-held': { holder: ['estmark', 'vestra'], item: ['field-kitchen'], quantity: [1, 2] },
  training: { status: ['planned', 'started', 'completed', 'terminated', 'cancelled'] },
  enrolments: { status: ['nominated', 'enrolled', 'halted', 'refused', 'ended'] },
  'vetting-cases': { stage: ['requested', 'withdrawn', 'cleared', 'refused', 'in-remediation', 'remedied'] },
  'remediation-steps': { status: ['open', 'taken', 'given-up'] },
  'training-by-unit': { enrolled: ['0', '1'], women: [null] },
  'on-hold': { scope_kind: ['programme', 'unit', 'country', 'case'], basis: ['suspension', 'held'] },
  suspensions: { hold: ['in force', 'not in force yet', 'not released yet', 'ended'] },
};
const STATUSES = ['open', 'overdue', 'done', 'withdrawn'];
/** Statuses that a duty cannot have: what ends with its last day is not overdue, what comes is. */
const UNREACHABLE: Readonly<Record<string, readonly string[]>> = {
  acceptance: ['overdue'],
  'mandate-end': ['overdue', 'withdrawn'],
  'hold-end': ['overdue', 'withdrawn'],
  'precaution-end': ['overdue', 'withdrawn'],
  accounting: ['withdrawn'],
  return: ['withdrawn'],
  'clearance-end': ['overdue'],
  'exception-report': ['withdrawn'],
  'expiry-warning': ['overdue'],
  'agreement-end': ['overdue'],
  'statutory-report': ['withdrawn'],
  triage: ['withdrawn'],
  open: ['withdrawn'],
  conclude: ['withdrawn'],
  measure: ['withdrawn'],
  'certificate-end': ['overdue'],
  'consent-end': ['overdue'],
  'release-end': ['overdue'],
  'transfer-notice': ['withdrawn'],
  'designation-review': ['done'],
};
/** How many of these a history may lack. */
const ALMOST = 4;
const DUTIES = POLICIES.dueDates.flatMap(({ duties }) => duties);

const TIMES = 200;
/** Of a name with values that last for a moment only. */
const MORE_TIMES: Readonly<Record<string, number>> = { suspensions: 800, 'on-hold': 800, 'storage-sites': 10_000 };
/**
 * Which of the expected values some columns together do not have in any row of a model or view, at
 * several times of the log. Looks no further when at most `few` are missing.
 */
function notReached(
  name: string,
  columns: readonly string[],
  expected: readonly (readonly Value[])[],
  log: readonly RecordedEvent[],
  few = 0,
): readonly (readonly Value[])[] {
  const times = MORE_TIMES[name] ?? TIMES;
  const step = Math.ceil(log.length / times);
  const missing = new Map(expected.map((values) => [JSON.stringify(values), values]));
  for (let end = step; end < log.length + step && missing.size > few; end += step) {
    const events = log.slice(0, end);
    const day = recordedOn(events.at(-1) as RecordedEvent);
    for (const row of (FIGURES[name] as Figures)(events, { day, occurredBy: null }))
      missing.delete(JSON.stringify(columns.map((column) => row[column])));
  }
  return [...missing.values()];
}

/** Each kind of query: now, on a day, and as of a position, an instant or a day of the history. */
const QUERIES: Readonly<Record<string, (log: readonly RecordedEvent[], chance: Chance) => Question>> = {
  now: (log) => ({ parameters: { after: endOf(log) }, events: log }),
  'now, on an earlier day': (log, chance) => ({
    parameters: { after: endOf(log), day: recordedOn(pick(log, chance)) },
    events: log,
  }),
  'as of a position, on a day': (log, chance) => {
    const { position } = pick(log, chance);
    return {
      parameters: { 'as-of': String(position), day: recordedOn(pick(log, chance)) },
      events: log.filter((event) => event.position <= position),
    };
  },
  'as of an instant': (log, chance) => {
    const instant = pick(log, chance).metadata.recordedAt;
    return { parameters: { 'as-of': instant }, events: log.filter(({ metadata }) => metadata.recordedAt <= instant) };
  },
  'as of a day': (log, chance) => {
    const day = recordedOn(pick(log.slice(log.length / 2), chance));
    return { parameters: { 'as-of': day }, events: log.filter((event) => recordedOn(event) <= day) };
  },
};

/** All rows of a name, and the totals and the day of the answer. */
async function read(client: ApiClient, name: string, parameters: Readonly<Record<string, string>>, by: string) {
  const { 'occurred-by': occurredBy } = parameters;
  const kept = occurredBy === undefined ? {} : { 'occurred-by': occurredBy };
  const first = await page(client, name, { ...parameters, by });
  const rows = [...first.rows];
  for (let { next } = first; next !== null;) {
    const more: Page = await page(client, name, { ...kept, cursor: next });
    rows.push(...more.rows);
    next = more.next;
  }
  return { rows, totals: first.totals, day: (first as Page & { readonly day: string }).day };
}

async function page(client: ApiClient, name: string, parameters: Readonly<Record<string, string>>): Promise<Page> {
  const query = new URLSearchParams({ limit: '1000', ...parameters });
  const answer = await client.get(`read-models/${name}?${query.toString()}`);
  expect([name, answer.status, answer.body.errors ?? null]).toEqual([name, 200, null]);
  return answer.body;
}

/** The ids of the events behind a row. */
async function behind(
  client: ApiClient,
  name: string,
  row: Row,
  asked: Readonly<Record<string, string>>,
): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  for (let before = ''; ;) {
    const query = new URLSearchParams({ row: row['row_id'] as string, ...asked });
    if (before !== '') query.set('before', before);
    const { status, body } = await client.get(`read-models/${name}/events?${query.toString()}`);
    expect([name, status]).toEqual([name, 200]);
    const { events, next } = body as unknown as { events: { id: string }[]; next: string | null };
    for (const { id } of events) ids.add(id);
    if (next === null) return ids;
    before = next;
  }
}

/** Columns by which totals can be grouped, a few of them. */
function grouping(name: string, rows: readonly FigureRow[], chance: Chance): readonly string[] {
  const types = VIEWS.find((view) => view.name === name)?.columns ?? {};
  const plain = Object.keys(rows[0] ?? {}).filter(
    (column) =>
      !isSum(types[column]) &&
      !(TOTALS[name]?.sums ?? []).includes(column) &&
      rows.every((row) => row[column] === null || typeof row[column] !== 'object') &&
      !/percent|mean_|amount|value|planned$|_cost$|cost_per|persons|deposit|pledged|committed|obligated|disbursed$|spent|entered/.test(
        column,
      ),
  );
  const few = plain.filter((column) => new Set(rows.map((row) => row[column])).size < 30);
  return few.length === 0 ? [] : [...new Set([pick(few, chance), pick(few, chance)])];
}

/**
 * Every figure of every read model and view equals an independent computation over the log of a
 * random history: now and as of random times, on random days, with totals and the events behind.
 */
export function figures(opens: DeploymentFactory): void {
  const chance = chanceOf(SEED + 1);
  const client = new ApiClient(() => deployment.url);
  let deployment: Deployment;
  let log: readonly RecordedEvent[];
  beforeAll(async () => {
    deployment = await opens();
    await deployment.close();
    const store = await deployment.store();
    await store.importEvents(await randomHistory(SEED));
    log = await all(store.readLog(0n));
    await store.close();
    await deployment.open();
  });
  afterAll(() => deployment.end());

  /** The differences between a query and the independent computation. */
  async function wrong(name: string, { parameters, events }: Question): Promise<readonly string[]> {
    const compute = FIGURES[name] as Figures;
    const occurredBy = parameters['occurred-by'] ?? null;
    const guess: QueryParameters = {
      day: parameters['day'] ?? parameters['as-of']?.slice(0, 10) ?? '',
      occurredBy,
    };
    const by = grouping(name, compute(events, guess), chance);
    const { rows, totals, day } = await read(client, name, parameters, by.join(','));
    const computed = compute(events, { day, occurredBy });
    const groups = groupsOf(name, by);
    return [
      ...unlisted(name, rows),
      ...differences(name, IDENTITY[name] as readonly string[], rows, computed),
      ...differences(`totals of ${name} by ${by.join()}`, groups, totals, totalsOf(name, computed, by)),
    ];
  }

  /** The differences between a row and the computation over only the events behind it. */
  async function unexplained(name: string, { parameters, events }: Question): Promise<readonly string[]> {
    const { rows, day } = await read(client, name, parameters, '');
    if (rows.length === 0) return [];
    const { 'occurred-by': by } = parameters;
    const asked = {
      'as-of': String(events.at(-1)?.position ?? 0n),
      day,
      ...(by === undefined ? {} : { 'occurred-by': by }),
    };
    const identity = IDENTITY[name] as readonly string[];
    const found: string[] = [];
    for (let n = 0; n < SAMPLED; n += 1) {
      const row = pick(rows, chance);
      const ids = await behind(client, name, row, asked);
      const computed = (FIGURES[name] as Figures)(
        events.filter(({ id }) => ids.has(id)),
        { day, occurredBy: by ?? null },
      );
      const same = computed.filter((one) => identity.every((column) => one[column] === row[column]));
      found.push(...differences(`by its events, ${name}`, identity, [row], same));
    }
    return found;
  }

  describe(`the figures of a random history (FIGURES_SEED=${SEED})`, () => {
    it('has an event of almost every type, over 250 days', () => {
      const days = new Set(log.map(recordedOn));
      const types = new Set(log.map(({ type }) => type));
      expect([log.length > 1000, days.size > 200, types.size > 110]).toEqual([true, true, true]);
    });

    it('has figures, an identity and totals of every read model and view, and of nothing else', () => {
      const names = [...MODELS, ...VIEWS].map(({ name }) => name).toSorted();
      for (const table of [FIGURES, IDENTITY, TOTALS]) expect(Object.keys(table).toSorted()).toEqual(names);
    });

    it('has holds and suspensions of every kind, and almost every duty in each status that it can have', () => {
      const missing = Object.entries(REACHED).flatMap(([name, columns]) =>
        Object.entries(columns).flatMap(([column, expected]) =>
          notReached(
            name,
            [column],
            expected.map((value) => [value]),
            log,
          ).map(([value]) => [name, column, value]),
        ),
      );
      const reachable = DUTIES.flatMap((duty) =>
        STATUSES.filter((status) => UNREACHABLE[duty]?.includes(status) !== true).map((status) => [duty, status]),
      );
      const without = notReached('due-dates', ['duty', 'status'], reachable, log, ALMOST);
      expect({ missing, without: without.slice(ALMOST) }).toEqual({ missing: [], without: [] });
    });

    describe.each(Object.keys(QUERIES))('%s', (when) => {
      let question: Question;
      beforeAll(() => {
        question = (QUERIES[when] as (typeof QUERIES)[string])(log, chance);
      });

      it('are those of an independent computation, and so are the totals, by any columns', async () => {
        const found: string[] = [];
        for (const name of NAMES) found.push(...(await wrong(name, question)));
        expect({ question: question.parameters, differences: found.slice(0, 40) }).toEqual({
          question: question.parameters,
          differences: [],
        });
      });

      it('follow from the events behind a row alone', async () => {
        const found: string[] = [];
        for (const name of NAMES) found.push(...(await unexplained(name, question)));
        expect({ question: question.parameters, differences: found.slice(0, 40) }).toEqual({
          question: question.parameters,
          differences: [],
        });
      });
    });

    it('by what had occurred by a day are those of that day, of every name that takes it', async () => {
      const found: string[] = [];
      const names = NAMES.filter((name) => BY_DAY.includes(name));
      expect(names).toEqual(expect.arrayContaining(['donor-portfolio', 'deliverables', 'funding', 'lateness']));
      for (let n = 0; n < 4; n += 1) {
        const days = { 'occurred-by': recordedOn(pick(log, chance)), day: recordedOn(pick(log, chance)) };
        const parameters = { after: endOf(log), ...days };
        for (const name of names) {
          found.push(...(await wrong(name, { parameters, events: log })));
          found.push(...(await unexplained(name, { parameters, events: log })));
        }
      }
      expect(found.slice(0, 20)).toEqual([]);
    });
  });
}
