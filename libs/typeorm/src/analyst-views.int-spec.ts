import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { Column } from 'typeorm';
import { createStandaloneApp } from '@entente/embedded';
import { type ModelBatch, type RowQuery, replay } from '@entente/engine';
import type { AnyProjection, ColumnFormats, ColumnType, Json } from '@entente/kernel';
import { MODELS, VIEWS } from '@entente/read-models';
import { SqliteLogReader } from '@entente/sqlite';
import { byWord, promises, words } from '../../../test/contracts/read-model-store.js';
import { blocksOf, textOf } from '../../../test/support/documents.js';
import { postgresForTests } from '../../../test/support/postgres.js';
import type { StoredView } from './queryable.js';
import { PostgresReadModelStore, type PostgresReadModelStoreOptions } from './postgres-read-model-store.js';
import { loadExample } from '../../../test/support/example-data.js';

/** What is read of a dashboard. */
interface Dashboard {
  readonly panels: readonly { readonly targets: readonly { readonly rawSql: string }[] }[];
  readonly templating: { readonly list: readonly { readonly type: string; readonly query: string }[] };
}

const postgres = postgresForTests();
const everything: RowQuery = { where: [], sort: [], limit: 1000 };
const ROLE = 'entente_analyst_of_specs';
const OF_ANALYSTS = { analystSchema: 'analyst', analystRole: ROLE };
/** A promise of the suite whose day has the type of a day. */
class DatedRow {
  @Column('date')
  due!: string;

  @Column('text', { nullable: true })
  done!: string | null;

  @Column('text')
  status!: string;
}

/** The models and the view of the suite, as they are described. */
const WORDS: AnyProjection = {
  ...words,
  meanings: { word: "the word's text", amount: 'what it is worth' },
  formats: { shade: 'person' },
};
const PROMISES: AnyProjection = { ...promises, entity: DatedRow, formats: { done: 'instant' } };
const BY_WORD: StoredView = { ...byWord, meanings: { times: 'how often' } };

const open: PostgresReadModelStore[] = [];
afterEach(async () => {
  for (const store of open.splice(0)) await store.close().catch(() => undefined);
});

async function opened(
  url: string,
  options: Partial<PostgresReadModelStoreOptions> = {},
): Promise<PostgresReadModelStore> {
  const of = { models: [WORDS, PROMISES], views: [BY_WORD], partitions: 1, ...OF_ANALYSTS };
  const store = new PostgresReadModelStore({ ...of, url, ...options });
  await store.open('log-1');
  open.push(store);
  return store;
}

const aWord = { word: 'x', shade: 'p-1', amount: 1, loud: false, parts: ['a'] };
const batch = (from: bigint, to: bigint, row: object = aWord, model = 'words'): ModelBatch => ({
  model,
  partition: 0,
  from,
  to,
  closes: [],
  parked: [],
  versions: [{ stream: 'note/a', key: String(to), since: to, until: null, eventId: `e${to}`, row }],
});

/** A connection as a user who has the role alone. */
async function asAnalyst<T>(url: string, work: (ask: (sql: string) => Promise<unknown[]>) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`SET SESSION AUTHORIZATION ${ROLE}`);
    return await work(async (sql) => (await client.query<object>(sql)).rows);
  } finally {
    await client.end();
  }
}

const columnsOf = async (url: string, view: string): Promise<Record<string, string>> => {
  const rows = await postgres.query(
    url,
    `SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = 'analyst' AND table_name = '${view}' ORDER BY ordinal_position`,
  );
  return Object.fromEntries(rows.map((row) => [String(row['column_name']), String(row['data_type'])]));
};

const nextVersion = (version: number): AnyProjection => ({ ...WORDS, version, about: `words, version ${version}` });

describe('the views for analysts', () => {
  it('show current rows alone, also after a rebuild with cut-over, and keep what is made on them', async () => {
    const url = await postgres.database();
    const store = await opened(url);
    await store.commit([batch(0n, 1n)]);
    const closing = { ...batch(1n, 2n), closes: [{ stream: 'note/a', key: '1', until: 2n }] };
    await store.commit([closing]);
    const keys = () => postgres.query(url, 'SELECT row_key FROM analyst.words ORDER BY row_key');
    expect(await keys()).toEqual([{ row_key: '2' }]);
    await postgres.query(url, 'CREATE VIEW mine AS SELECT row_key FROM analyst.words');
    const next = await store.rebuild(['words'], false);
    await next.commit([batch(0n, 2n)]);
    expect(await next.cutOver()).toBe(true);
    await store.commit([batch(2n, 3n)]);
    expect(await keys()).toEqual([{ row_key: '2' }, { row_key: '3' }]);
    expect(await postgres.query(url, 'SELECT * FROM mine')).toHaveLength(2);
    expect(await postgres.query(url, 'SELECT word, times FROM analyst.by_word')).toEqual([{ word: 'x', times: '2' }]);
    // The retired table is gone, and the views are not.
    await opened(url);
    expect(await postgres.query(url, `SELECT FROM pg_tables WHERE tablename = 'words_v1_g1'`)).toEqual([]);
    expect(await keys()).toHaveLength(2);
  });

  it('leave a cut-over waiting while they are being read, and no writer longer than a second', async () => {
    const url = await postgres.database();
    const store = await opened(url);
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query('BEGIN');
    await client.query('SELECT * FROM analyst.words');
    const next = await store.rebuild(['words'], false);
    const began = Date.now();
    const cutOver = next.cutOver();
    expect(await store.commit([batch(0n, 1n)])).toBe(true);
    expect(Date.now() - began).toBeLessThan(1000);
    expect(await cutOver).toBe(false);
    await client.query('COMMIT');
    await client.end();
    await next.commit([batch(0n, 1n)]);
    expect(await next.cutOver()).toBe(true);
    expect(await postgres.query(url, 'SELECT row_key FROM analyst.words')).toEqual([{ row_key: '1' }]);
  });

  it('are created where they are missing, and those of a newer version stay', async () => {
    const url = await postgres.database();
    await opened(url, { analystSchema: 'other' });
    await opened(url);
    await postgres.query(url, 'DROP VIEW analyst.words');
    const newer = { ...BY_WORD, version: 2, about: 'newer' };
    await opened(url, { views: [newer] });
    await opened(url);
    expect(await postgres.query(url, `SELECT obj_description('analyst.by_word'::regclass) AS about`)).toEqual([
      { about: 'newer' },
    ]);
    expect(await postgres.query(url, 'SELECT * FROM analyst.words')).toEqual([]);
    const newerModel = await opened(url, { models: [nextVersion(2), PROMISES] });
    const next = await newerModel.rebuild(['words'], false);
    await next.commit([batch(0n, 1n)]);
    expect(await next.cutOver()).toBe(true);
    await opened(url);
    expect(await postgres.query(url, `SELECT obj_description('analyst.words'::regclass) AS about`)).toEqual([
      { about: 'words, version 2' },
    ]);
    const older = await opened(url);
    const back = await older.rebuild(['words'], false);
    await back.commit([batch(0n, 1n)]);
    expect(await back.cutOver()).toBe(true);
    expect(await postgres.query(url, `SELECT obj_description('analyst.words'::regclass) AS about`)).toEqual([
      { about: WORDS.about },
    ]);
  });

  it('refuse a schema of another user', async () => {
    const url = await postgres.database();
    await postgres.query(url, 'CREATE SCHEMA analyst; ALTER SCHEMA analyst OWNER TO pg_monitor');
    await expect(opened(url)).rejects.toThrow('belongs to another user: name another one in ANALYST_SCHEMA');
  });

  it('have comments, types, and no person', async () => {
    const url = await postgres.database();
    await opened(url);
    expect(await columnsOf(url, 'words')).toEqual({
      word: 'text',
      amount: 'bigint',
      loud: 'boolean',
      parts: 'json',
      stream: 'text',
      row_key: 'text',
      since: 'bigint',
      event_id: 'text',
      parked_since: 'timestamp with time zone',
    });
    expect(await columnsOf(url, 'promises')).toMatchObject({
      due: 'date',
      done: 'timestamp with time zone',
      overdue: 'boolean',
      days_late: 'integer',
    });
    const [comments] = await postgres.query(
      url,
      `SELECT obj_description('analyst.words'::regclass) AS view, col_description('analyst.words'::regclass, 1) AS word,
              col_description('analyst.by_word'::regclass, 2) AS times`,
    );
    expect(comments).toEqual({ view: WORDS.about, word: "the word's text", times: 'how often' });
  });

  it.each([
    ['2026-02-28', '2026-02-28'],
    ['2024-02-29', '2024-02-29'],
    ['2026-02-29', null],
    ['2026-02-30', null],
    ['2026-13-01', null],
    ['0000-01-01', null],
    ['soon', null],
    ['', null],
    ['2026-02-28 ', null],
  ])('read the day %j as %j, and never fail', async (due, day) => {
    const url = await postgres.database();
    const store = await opened(url);
    await store.commit([batch(0n, 1n, { due, done: null, status: 'open' }, 'promises')]);
    const rows = await postgres.query(
      url,
      'SELECT due::text AS day, days_late IS NULL AS unknown FROM analyst.promises',
    );
    expect(rows).toEqual([{ day, unknown: day === null }]);
  });

  it.each([
    ['2026-02-28T23:59:59.250Z', '2026-02-28 23:59:59.25'],
    ['2026-02-28T23:59:59Z', '2026-02-28 23:59:59'],
    ['2026-02-30T00:00:00Z', null],
    ['2026-02-28T24:00:00Z', null],
    ['2026-02-28T10:00:00+02:00', null],
    ['2026-02-28', null],
  ])('read the instant %j as %j', async (done, instant) => {
    const url = await postgres.database();
    const store = await opened(url);
    await store.commit([batch(0n, 1n, { due: '2026-01-01', done, status: 'open' }, 'promises')]);
    const rows = await postgres.query(url, `SELECT (done AT TIME ZONE 'UTC')::text AS instant FROM analyst.promises`);
    expect(rows).toEqual([{ instant }]);
  });

  it('can be read by the role, which can read no table, see no person and write nothing', async () => {
    const url = await postgres.database();
    const store = await opened(url);
    await store.commit([batch(0n, 1n), batch(0n, 1n, { due: 'x', done: null, status: 'open' }, 'promises')]);
    await asAnalyst(url, async (ask) => {
      expect(await ask('SELECT word, amount FROM analyst.words')).toEqual([{ word: 'x', amount: '1' }]);
      expect(await ask('SELECT * FROM analyst.promises')).toHaveLength(1);
      expect(await ask('SELECT * FROM analyst.by_word')).toHaveLength(1);
      for (const [sql, error] of [
        ['SELECT * FROM entente.words_v1_g1', 'permission denied for schema entente'],
        ['SELECT * FROM entente.models', 'permission denied for schema entente'],
        ['SELECT shade FROM analyst.words', 'does not exist'],
        ["UPDATE analyst.promises SET status = 'done'", /permission denied|cannot update/],
        ["INSERT INTO analyst.promises (status) VALUES ('x')", /permission denied|cannot insert/],
        ['DELETE FROM analyst.words', /permission denied|cannot delete/],
        ['DROP VIEW analyst.words', 'must be owner'],
        ['CREATE TABLE analyst.mine (n int)', 'permission denied'],
      ] as const)
        await expect(ask(sql)).rejects.toThrow(error);
    });
  });

  it('are read by a role that was made later, from the next opening on', async () => {
    const url = await postgres.database();
    const user = `user_${Date.now()}`;
    const role = `later_${Date.now()}`;
    await postgres.query(url, `CREATE ROLE ${user} LOGIN PASSWORD 'secret'`);
    const name = new URL(url).pathname.slice(1);
    await postgres.query(url, `GRANT CREATE ON DATABASE ${name} TO ${user}`);
    const of = Object.assign(new URL(url), { username: user, password: 'secret' }).href;
    await opened(of, { analystRole: role });
    await postgres.query(url, `CREATE ROLE ${role} NOLOGIN`);
    await opened(of, { analystRole: role });
    expect(
      await postgres.query(url, `SELECT has_table_privilege('${role}', 'analyst.words', 'SELECT') AS may`),
    ).toEqual([{ may: true }]);
  });
});

describe('the views for analysts of the example data', () => {
  const folder = mkdtempSync(join(tmpdir(), 'entente-analyst-'));
  let url: string;
  let store: PostgresReadModelStore;
  beforeAll(async () => {
    const deployment = await createStandaloneApp({ folder: join(folder, 'deployment'), logLevel: 'fatal' });
    await deployment.listen(0, '127.0.0.1');
    await loadExample(deployment);
    await deployment.close();
    const log = new SqliteLogReader(join(folder, 'deployment'));
    url = await postgres.database();
    const of = { models: MODELS, views: VIEWS };
    store = new PostgresReadModelStore({ ...of, ...OF_ANALYSTS, url, partitions: 3 });
    await store.open(log.id);
    await replay(log, MODELS, store, await log.head(), () => new Date().toISOString());
    await log.close();
  });
  afterAll(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });

  const names = [...MODELS, ...VIEWS].map(({ name }) => name);
  const formatsOf = (name: string): ColumnFormats =>
    [...MODELS, ...VIEWS].find((one) => one.name === name)?.formats ?? {};
  it.each(names)('hold the rows of the API: %s', async (name) => {
    const columns: Readonly<Record<string, ColumnType>> = store.names().find((one) => one.name === name)?.columns ?? {};
    const formats = formatsOf(name);
    const shown = Object.keys(columns).filter((column) => formats[column] !== 'person');
    const as = (column: string): string => {
      if (formats[column] === 'instant')
        return `to_char("${column}" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "${column}"`;
      if (columns[column] === 'json') return `"${column}"`;
      return columns[column] === 'boolean' ? `"${column}"` : `"${column}"::text AS "${column}"`;
    };
    const view = name.replaceAll('-', '_');
    const inView = await postgres.query(url, `SELECT ${shown.map(as).join(', ')} FROM analyst.${view}`);
    const { rows } = await store.query(name, everything);
    const asText = (column: string, value: Json | undefined): Json | undefined =>
      typeof value === 'object' || columns[column] === 'boolean' ? value : String(value);
    const byApi = rows.map((row) =>
      Object.fromEntries(shown.map((column) => [column, asText(column, row.columns[column])])),
    );
    const decimal = (row: Record<string, unknown>): Record<string, unknown> =>
      Object.fromEntries(
        Object.entries(row).map(([column, value]) => [
          column,
          columns[column] === 'decimal' && value !== null ? String(Number(value)) : value,
        ]),
      );
    const sorted = (all: readonly object[]): string[] => all.map((row) => JSON.stringify(row)).sort();
    expect(sorted(inView.map(decimal))).toEqual(sorted(byApi));
  });

  it('hold rows in most read models', async () => {
    const counts = await Promise.all(names.map(async (name) => (await store.query(name, everything)).rows.length));
    expect(counts.filter((count) => count > 0).length).toBeGreaterThan(15);
  });

  it('have each day as date, each instant as timestamp, and each amount as a number', async () => {
    for (const { name, columns } of store.names()) {
      const types = await columnsOf(url, name.replaceAll('-', '_'));
      const { rows } = await store.query(name, everything);
      for (const [column, type] of Object.entries(columns)) {
        if (formatsOf(name)[column] === 'person') continue;
        const what = `${name}.${column}: ${types[column]}`;
        const texts = rows.map((row) => row.columns[column]).filter((value) => typeof value === 'string');
        if ((type === 'text' || type === 'day') && texts.length > 0) {
          const isDay = texts.every((text) => /^\d{4}-\d\d-\d\d$/.test(text));
          const isInstant = texts.every((text) => /^\d{4}-\d\d-\d\dT/.test(text));
          expect(what).toBe(`${name}.${column}: ${isDay ? 'date' : isInstant ? 'timestamp with time zone' : 'text'}`);
        }
        if (type === 'amount' || type === 'integer' || type === 'decimal')
          expect(what).toMatch(/: (?:bigint|integer|numeric)$/);
        if (type === 'boolean') expect(what).toMatch(/: boolean$/);
        if (type === 'amount' && 'currency' in columns) expect(types[`${column}_in_units`]).toBe('numeric');
      }
    }
  });

  it('have a comment on every view and column', async () => {
    const bare = await postgres.query(
      url,
      `SELECT c.relname, a.attname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
        WHERE n.nspname = 'analyst' AND c.relkind = 'v'
          AND (length(coalesce(col_description(c.oid, a.attnum), '')) < 5 OR obj_description(c.oid) IS NULL)`,
    );
    expect(bare).toEqual([]);
  });

  it('have no column of a person', async () => {
    expect(Object.keys(await columnsOf(url, 'journal'))).not.toContain('actor_person');
    expect(Object.keys(await columnsOf(url, 'focal_points'))).not.toContain('person');
    const marked = MODELS.flatMap(({ name, formats = {} }) =>
      Object.entries(formats).flatMap(([column, format]) =>
        format === 'person' ? [`${name.replaceAll('-', '_')}.${column}`] : [],
      ),
    );
    expect(marked).toEqual(expect.arrayContaining(['deployments.persons', 'vetted_persons.reference']));
    const columns = await postgres.query(
      url,
      `SELECT table_name || '.' || column_name AS name FROM information_schema.columns WHERE table_schema = 'analyst'`,
    );
    const names = columns.map(({ name }) => String(name));
    expect(names.filter((name) => marked.includes(name))).toEqual([]);
    // What is left counts persons, or divides by their number.
    expect(names.filter((name) => /persons?(_|$)/.test(name.slice(name.indexOf('.')))).toSorted()).toEqual([
      'enrolments.persons',
      'training_by_unit.cost_per_person',
      'training_by_unit.cost_per_person_in_units',
      'training_costs.cost_per_person',
      'training_costs.cost_per_person_in_units',
    ]);
  });

  it.each([
    ['USD', '1234.56'],
    ['JPY', '123456'],
    ['KWD', '123.456'],
    ['CLF', '12.3456'],
    ['XAU', null],
    [null, null],
  ])('convert 123456 minor units of %s to %s', async (currency, amount) => {
    const [column] = await postgres.query(url, `SELECT pg_get_viewdef('analyst.movements'::regclass) AS definition`);
    const [, expression = ''] = /\n\s+(\S.*) AS amount_in_units/s.exec(String(column?.['definition'])) ?? [];
    const [row] = await postgres.query(
      url,
      `SELECT (${expression.slice(expression.lastIndexOf(',\n') + 1)})::text AS amount FROM (SELECT 123456::bigint AS amount, ${currency === null ? 'NULL' : `'${currency}'`}::text AS currency) v`,
    );
    expect(row).toEqual({ amount });
  });

  it('answer the queries of the how-to guide, with rows', async () => {
    const blocks = blocksOf('docs/how-to/analyse-in-postgresql.md').filter(({ info }) => info === 'sql');
    expect(blocks.length).toBeGreaterThan(3);
    await asAnalyst(url, async (ask) => {
      for (const { text } of blocks) expect([text, (await ask(text)).length]).not.toEqual([text, 0]);
    });
  });

  it('answer every panel and variable of the dashboard for Grafana, with rows', async () => {
    const { panels, templating } = JSON.parse(textOf('deploy/grafana/entente.json')) as Dashboard;
    const queries = [
      ...panels.flatMap(({ targets }) => targets.map(({ rawSql }) => rawSql)),
      ...templating.list.filter(({ type }) => type === 'query').map(({ query }) => query),
    ];
    expect(queries.length).toBeGreaterThan(6);
    await asAnalyst(url, async (ask) => {
      for (const query of queries) {
        const sql = query
          .replaceAll('$donor', `'norland','sudria'`)
          .replaceAll(/\$__timeFilter\((\w+)\)/g, `$1 BETWEEN '2000-01-01T00:00:00Z' AND '2100-01-01T00:00:00Z'`);
        expect([sql, (await ask(sql)).length]).not.toEqual([sql, 0]);
      }
    });
  });

  it('are read by a user who was made as the guide states', async () => {
    const [, user] = blocksOf('docs/how-to/analyse-in-postgresql.md').filter(({ info }) => info === 'sql setup');
    const name = `alice_${Date.now()}`;
    await postgres.query(
      url,
      (user?.text ?? '').replaceAll('alice', name).replace('IN ROLE entente_analyst', `IN ROLE ${ROLE}`),
    );
    const of = Object.assign(new URL(url), { username: name, password: 'change-me' }).href;
    expect(await postgres.query(of, 'SELECT donor FROM donor_portfolio')).not.toEqual([]);
    await expect(postgres.query(of, 'SELECT * FROM entente.models')).rejects.toThrow('permission denied');
  });
});
