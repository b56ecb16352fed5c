import { Fault } from '@entente/engine';
import type { AnyProjection } from '@entente/kernel';
import { type ModelTable, tableFrom } from './sqlite-catalogue.js';
import { type SqlClient, SCHEMA } from './postgres-connections.js';
import { type OwnColumn, ownColumns } from './tables.js';

/** The format of the schema's own tables. */
const FORMAT = 1;

const STORE_INFO = `
  CREATE SCHEMA IF NOT EXISTS ${SCHEMA};
  CREATE TABLE IF NOT EXISTS house (only_one integer PRIMARY KEY CHECK (only_one = 1), log text NOT NULL, format integer NOT NULL, turn integer NOT NULL, partitions integer NOT NULL);
  CREATE TABLE IF NOT EXISTS models (name text PRIMARY KEY, version integer NOT NULL, generation integer NOT NULL, epoch integer NOT NULL, columns text NOT NULL);
  CREATE TABLE IF NOT EXISTS nexts (name text PRIMARY KEY, version integer NOT NULL, generation integer NOT NULL);
  CREATE TABLE IF NOT EXISTS checkpoints (rows_in text NOT NULL, partition integer NOT NULL, position bigint NOT NULL, PRIMARY KEY (rows_in, partition));
  CREATE TABLE IF NOT EXISTS parked (
    rows_in text NOT NULL, stream text NOT NULL, event_id text NOT NULL, position bigint NOT NULL, error text NOT NULL, since text NOT NULL,
    PRIMARY KEY (rows_in, stream)
  );
`;

interface StoreInfo {
  readonly log: string;
  readonly format: number;
  readonly turn: number;
  readonly partitions: number;
}

/** Whose rows these should be. */
export interface StoreIdentity {
  readonly storeId: string;
  readonly partitions: number;
}

/** One process at a time prepares or takes over: the others wait here. */
const LOCK = `SELECT pg_advisory_xact_lock(hashtext('entente: the rows'))`;

/**
 * Fails where the database does not order text by its code points, as every other database here
 * does.
 */
export async function checkLocale(asks: SqlClient): Promise<void> {
  const { rows } = await asks.query<{ about: Readonly<Record<string, string>>; encoding: string }>(
    'SELECT to_jsonb(d) AS about, pg_encoding_to_char(encoding) AS encoding FROM pg_database d WHERE datname = current_database()',
  );
  const { about = {}, encoding = '' } = rows[0] ?? {};
  // Before version 15 there is but one provider.
  const { datname, datlocprovider: provider = 'c', datcollate, datlocale } = about;
  const locale = provider === 'c' ? datcollate : (datlocale ?? about['daticulocale']);
  if (encoding === 'UTF8' && provider !== 'i' && /^(?:C|POSIX|C\.utf-?8)$/i.test(locale ?? '')) return;
  throw new Error(
    `the database ${datname} has locale ${locale} and encoding ${encoding}: make one with locale C and encoding UTF8 (CREATE DATABASE ... LOCALE 'C' ENCODING 'UTF8' TEMPLATE template0)`,
  );
}

/**
 * Makes the schema's own tables, and a place for each model that is new. Fails where the rows are
 * another log's, or folded into another number of partitions.
 */
export async function prepareSchema(
  asks: SqlClient,
  whose: StoreIdentity,
  models: readonly AnyProjection[],
  head?: bigint,
): Promise<void> {
  await asks.query(LOCK);
  await asks.query(STORE_INFO);
  await asks.query('INSERT INTO house VALUES (1, $1, $2, 1, $3) ON CONFLICT DO NOTHING', [
    whose.storeId,
    FORMAT,
    whose.partitions,
  ]);
  await checkStoreInfo(asks, whose);
  for (const model of models) {
    await asks.query('INSERT INTO models VALUES ($1, $2, 1, 1, $3) ON CONFLICT DO NOTHING', [
      model.name,
      model.version,
      JSON.stringify(ownColumns(model)),
    ]);
    // A newer Entente beside this one may be filling a newer version.
    await asks.query('DELETE FROM nexts WHERE name = $1 AND version < $2', [model.name, model.version]);
  }
  if (head !== undefined) await rebuildTablesAhead(asks, models, head);
}

/**
 * Rows ahead of the log's end were folded from events that it no longer has: they begin anew, under
 * another generation, so that no reader takes them for the same.
 */
async function rebuildTablesAhead(asks: SqlClient, models: readonly AnyProjection[], head: bigint): Promise<void> {
  const ahead = async (table: string): Promise<boolean> =>
    (await asks.query('SELECT 1 FROM checkpoints WHERE rows_in = $1 AND position > $2', [table, head])).count > 0;
  for (const { name, table } of await activeTables(asks)) {
    const model = models.find((one) => one.name === name);
    if (model === undefined || !(await ahead(table))) continue;
    await promote(asks, await allocatePending(asks, model, true));
    await bumpCatalogVersion(asks);
  }
  for (const { name, table } of await pendingTables(asks, models))
    if (await ahead(table)) await asks.query('DELETE FROM nexts WHERE name = $1', [name]);
}

/** Fails where the rows are not those of this log in these partitions. */
export async function checkStoreInfo(asks: SqlClient, { storeId, partitions }: StoreIdentity): Promise<void> {
  const [there] = (await asks.query<{ is: boolean }>(`SELECT to_regclass('house') IS NOT NULL AS is`)).rows;
  const [info] = there?.is === true ? (await asks.query<StoreInfo>('SELECT * FROM house')).rows : [];
  if (info === undefined)
    throw new Fault('no-rows', 'the database holds no rows yet: start a projector on it, and they are folded', 1);
  if (info.format > FORMAT)
    throw new Error(`these rows were written by a newer Entente (format ${info.format}): run that one`);
  if (info.log !== storeId)
    throw new Error(
      `this database holds the rows of another log (${info.log}, not ${storeId}): name another database, or drop the schema ${SCHEMA}, and they are folded anew`,
    );
  if (info.partitions !== partitions)
    throw new Error(
      `these rows were folded in ${info.partitions} partitions, and the log comes in ${partitions}: name another database, or drop the schema ${SCHEMA}, and they are folded anew`,
    );
}

/** The turn, such that nobody takes over before the transaction ends. */
export async function lockedCatalogVersion(asks: SqlClient): Promise<number> {
  const { rows } = await asks.query<{ turn: number }>('SELECT turn FROM house FOR SHARE');
  return rows[0]?.turn ?? 0;
}

/** Nobody else takes over, prepares or keeps rows before the transaction ends. */
export async function lockStoreInfo(asks: SqlClient): Promise<void> {
  await asks.query(LOCK);
  await asks.query('SELECT turn FROM house FOR UPDATE');
}

export const bumpCatalogVersion = async (asks: SqlClient): Promise<void> => {
  await asks.query('UPDATE house SET turn = turn + 1');
};

/** What is served, of each model. */
export async function activeTables(asks: SqlClient): Promise<readonly ModelTable[]> {
  const { rows } = await asks.query('SELECT * FROM models');
  return rows.map((row) => tableFrom(row, JSON.parse(String(row['columns'])) as OwnColumn[]));
}

/** What is being filled, of these models in the version of the code. */
export async function pendingTables(asks: SqlClient, models: readonly AnyProjection[]): Promise<readonly ModelTable[]> {
  const { rows } = await asks.query('SELECT * FROM nexts');
  return rows.flatMap((row) => {
    const model = models.find(({ name, version }) => name === row['name'] && version === Number(row['version']));
    return model === undefined ? [] : [tableFrom(row, ownColumns(model))];
  });
}

/** The place of a model's next version: where an earlier rebuild left it, or a new one. */
export async function allocatePending(asks: SqlClient, model: AnyProjection, anew: boolean): Promise<ModelTable> {
  const [there] = await pendingTables(asks, [model]);
  if (there !== undefined && !anew) return there;
  const other = await asks.query<{ generation: number }>('SELECT generation FROM nexts WHERE name = $1', [model.name]);
  const living = (await activeTables(asks)).find(({ name }) => name === model.name);
  const generation = Math.max(living?.generation ?? 0, other.rows[0]?.generation ?? 0) + 1;
  await asks.query(
    'INSERT INTO nexts VALUES ($1, $2, $3) ON CONFLICT (name) DO UPDATE SET version = excluded.version, generation = excluded.generation',
    [model.name, model.version, generation],
  );
  return tableFrom({ name: model.name, version: model.version, generation }, ownColumns(model));
}

/**
 * Serves what was being filled, in place of what was served. The old one's checkpoints go: who
 * still folds it is fenced.
 */
export async function promote(asks: SqlClient, next: ModelTable): Promise<void> {
  const before = (await activeTables(asks)).find(({ name }) => name === next.name);
  await asks.query('UPDATE models SET version = $1, generation = $2, epoch = epoch + 1, columns = $3 WHERE name = $4', [
    next.version,
    next.generation,
    JSON.stringify(next.columns),
    next.name,
  ]);
  await asks.query('DELETE FROM nexts WHERE name = $1', [next.name]);
  for (const own of ['checkpoints', 'parked'])
    await asks.query(`DELETE FROM ${own} WHERE rows_in = $1`, [before?.table ?? '']);
}

/** Drops the tables that nobody serves or fills any more. */
export async function dropUnused(asks: SqlClient): Promise<void> {
  await asks.query(LOCK);
  const { rows: nexts } = await asks.query('SELECT * FROM nexts');
  const wanted = new Set(
    [...(await activeTables(asks)), ...nexts.map((row) => tableFrom(row, []))].map(({ table }) => table),
  );
  const { rows } = await asks.query<{ name: string }>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = '${SCHEMA}' AND tablename ~ '_v[0-9]+_g[0-9]+$'`,
  );
  for (const { name } of rows) {
    if (wanted.has(name)) continue;
    await asks.query(`DROP TABLE IF EXISTS "${name}"`);
    for (const own of ['checkpoints', 'parked']) await asks.query(`DELETE FROM ${own} WHERE rows_in = $1`, [name]);
  }
}
