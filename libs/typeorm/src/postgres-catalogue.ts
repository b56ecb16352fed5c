import { Fault } from '@entente/engine';
import type { AnyProjection } from '@entente/kernel';
import { type ModelTable, tableFrom } from './sqlite-catalogue.js';
import { LOCK_NOT_AVAILABLE, type SqlClient, SCHEMA, attempt } from './postgres-connections.js';
import { type OwnColumn, ownColumns } from './tables.js';

/** The format of the schema's own tables. */
export const FORMAT = 2;

const STORE_INFO = `
  CREATE SCHEMA IF NOT EXISTS ${SCHEMA};
  CREATE TABLE IF NOT EXISTS store_info (singleton integer PRIMARY KEY CHECK (singleton = 1), log text NOT NULL, format integer NOT NULL, catalog_version integer NOT NULL, partitions integer NOT NULL);
  CREATE TABLE IF NOT EXISTS models (name text PRIMARY KEY, version integer NOT NULL, generation integer NOT NULL, epoch integer NOT NULL, columns text NOT NULL);
  CREATE TABLE IF NOT EXISTS pending_models (name text PRIMARY KEY, version integer NOT NULL, generation integer NOT NULL);
  CREATE TABLE IF NOT EXISTS checkpoints (table_name text NOT NULL, partition integer NOT NULL, position bigint NOT NULL, PRIMARY KEY (table_name, partition));
  CREATE TABLE IF NOT EXISTS parked (
    table_name text NOT NULL, stream text NOT NULL, event_id text NOT NULL, position bigint NOT NULL, error text NOT NULL, since text NOT NULL,
    PRIMARY KEY (table_name, stream)
  );
`;

interface StoreInfo {
  readonly log: string;
  readonly format: number;
  readonly catalog_version: number;
  readonly partitions: number;
}

/** The id of the log, and the number of partitions into which it is folded. */
export interface StoreIdentity {
  readonly storeId: string;
  readonly partitions: number;
}

/** A lock: one process at a time prepares the schema or promotes tables. The others wait. */
const LOCK = `SELECT pg_advisory_xact_lock(hashtext('entente: the rows'))`;

/** The collation and the encoding of a database. */
export interface DatabaseLocale {
  readonly name: string;
  readonly locale: string;
  readonly encoding: string;
  /** Whether it sorts text by code points, as SQLite does. */
  readonly fits: boolean;
}

/** The locale and the encoding of the connected database. */
export async function databaseLocale(db: SqlClient): Promise<DatabaseLocale> {
  const { rows } = await db.query<{ about: Readonly<Record<string, string>>; encoding: string }>(
    'SELECT to_jsonb(d) AS about, pg_encoding_to_char(encoding) AS encoding FROM pg_database d WHERE datname = current_database()',
  );
  const { about = {}, encoding = '' } = rows[0] ?? {};
  // Before PostgreSQL 15 there is only one locale provider.
  const { datname: name = '', datlocprovider: provider = 'c', datcollate, datlocale } = about;
  const locale = (provider === 'c' ? datcollate : (datlocale ?? about['daticulocale'])) ?? '';
  const fits = encoding === 'UTF8' && provider !== 'i' && /^(?:C|POSIX|C\.utf-?8)$/i.test(locale);
  return { name, locale, encoding, fits };
}

/** The statement that creates a suitable database. */
export const CREATE_DATABASE = `CREATE DATABASE ... LOCALE 'C' ENCODING 'UTF8' TEMPLATE template0`;

/** Rejects unless the database sorts text by code points, as SQLite does. */
export async function checkLocale(db: SqlClient): Promise<void> {
  const { name, locale, encoding, fits } = await databaseLocale(db);
  if (fits) return;
  throw new Error(
    `the database ${name} has locale ${locale} and encoding ${encoding}: make one with locale C and encoding UTF8 (${CREATE_DATABASE})`,
  );
}

/**
 * Creates the schema's own tables, and an entry for each new model. Rejects if the rows belong to
 * another log, or were folded into another number of partitions.
 */
export async function prepareSchema(
  db: SqlClient,
  identity: StoreIdentity,
  models: readonly AnyProjection[],
  head?: bigint,
): Promise<void> {
  await db.query(LOCK);
  await db.query(STORE_INFO);
  await db.query('INSERT INTO store_info VALUES (1, $1, $2, 1, $3) ON CONFLICT DO NOTHING', [
    identity.storeId,
    FORMAT,
    identity.partitions,
  ]);
  await checkStoreInfo(db, identity);
  for (const model of models) {
    await db.query('INSERT INTO models VALUES ($1, $2, 1, 1, $3) ON CONFLICT DO NOTHING', [
      model.name,
      model.version,
      JSON.stringify(ownColumns(model)),
    ]);
    // A newer release that runs at the same time may be filling a pending table of a newer version.
    await db.query('DELETE FROM pending_models WHERE name = $1 AND version < $2', [model.name, model.version]);
  }
  if (head !== undefined) await rebuildTablesAhead(db, models, head);
}

/**
 * Rebuilds tables that are ahead of the end of the log. Their rows were folded from events that the
 * log no longer has. They are folded from scratch under a new generation, so that readers can
 * distinguish them.
 */
async function rebuildTablesAhead(db: SqlClient, models: readonly AnyProjection[], head: bigint): Promise<void> {
  const ahead = async (table: string): Promise<boolean> =>
    (await db.query('SELECT 1 FROM checkpoints WHERE table_name = $1 AND position > $2', [table, head])).count > 0;
  for (const { name, table } of await activeTables(db)) {
    const model = models.find((one) => one.name === name);
    if (model === undefined || !(await ahead(table))) continue;
    await promote(db, await allocatePending(db, model, true));
    await bumpCatalogVersion(db);
  }
  for (const { name, table } of await pendingTables(db, models))
    if (await ahead(table)) await db.query('DELETE FROM pending_models WHERE name = $1', [name]);
}

/** Rejects unless the rows belong to this log and were folded into this number of partitions. */
export async function checkStoreInfo(db: SqlClient, { storeId, partitions }: StoreIdentity): Promise<void> {
  const [table] = (await db.query<{ present: boolean }>(`SELECT to_regclass('store_info') IS NOT NULL AS present`))
    .rows;
  const [info] = table?.present === true ? (await db.query<StoreInfo>('SELECT * FROM store_info')).rows : [];
  if (info === undefined) throw new Fault('no-rows', 'the database holds no rows yet: start a projector on it', 1);
  if (info.format < FORMAT)
    throw new Error(
      `these rows were written by an older Entente (format ${info.format}): drop the schema ${SCHEMA} to fold them again`,
    );
  if (info.format > FORMAT)
    throw new Error(`these rows were written by a newer Entente (format ${info.format}): run that one`);
  if (info.log !== storeId)
    throw new Error(
      `this database holds the rows of another log (${info.log}, not ${storeId}): name another database, or drop the schema ${SCHEMA} to fold them again`,
    );
  if (info.partitions !== partitions)
    throw new Error(
      `these rows were folded in ${info.partitions} partitions, and the log has ${partitions}: name another database, or drop the schema ${SCHEMA} to fold them again`,
    );
}

/**
 * Reads and locks the catalog version. No process can promote tables before the transaction ends.
 */
export async function lockedCatalogVersion(db: SqlClient): Promise<number> {
  const { rows } = await db.query<{ catalog_version: number }>('SELECT catalog_version FROM store_info FOR SHARE');
  return rows[0]?.catalog_version ?? 0;
}

/**
 * Locks the catalog. No other process can promote tables, prepare the schema or write rows before
 * the transaction ends.
 */
export async function lockStoreInfo(db: SqlClient): Promise<void> {
  await db.query(LOCK);
  await db.query('SELECT catalog_version FROM store_info FOR UPDATE');
}

export const bumpCatalogVersion = async (db: SqlClient): Promise<void> => {
  await db.query('UPDATE store_info SET catalog_version = catalog_version + 1');
};

/** The active table of each model. */
export async function activeTables(db: SqlClient): Promise<readonly ModelTable[]> {
  const { rows } = await db.query('SELECT * FROM models');
  return rows.map((row) => tableFrom(row, JSON.parse(String(row['columns'])) as OwnColumn[]));
}

/** The pending tables of these models, if they have the version of the code. */
export async function pendingTables(db: SqlClient, models: readonly AnyProjection[]): Promise<readonly ModelTable[]> {
  const { rows } = await db.query('SELECT * FROM pending_models');
  return rows.flatMap((row) => {
    const model = models.find(({ name, version }) => name === row['name'] && version === Number(row['version']));
    return model === undefined ? [] : [tableFrom(row, ownColumns(model))];
  });
}

/** The pending table of a model: that of an interrupted rebuild, or a new one. */
export async function allocatePending(db: SqlClient, model: AnyProjection, fromScratch: boolean): Promise<ModelTable> {
  const [pending] = await pendingTables(db, [model]);
  if (pending !== undefined && !fromScratch) return pending;
  const other = await db.query<{ generation: number }>('SELECT generation FROM pending_models WHERE name = $1', [
    model.name,
  ]);
  const active = (await activeTables(db)).find(({ name }) => name === model.name);
  const generation = Math.max(active?.generation ?? 0, other.rows[0]?.generation ?? 0) + 1;
  await db.query(
    'INSERT INTO pending_models VALUES ($1, $2, $3) ON CONFLICT (name) DO UPDATE SET version = excluded.version, generation = excluded.generation',
    [model.name, model.version, generation],
  );
  return tableFrom({ name: model.name, version: model.version, generation }, ownColumns(model));
}

/**
 * Makes a pending table the active one. Removes the checkpoints of the retired table, which fences
 * workers that still fold into it.
 */
export async function promote(db: SqlClient, pending: ModelTable): Promise<void> {
  const previous = (await activeTables(db)).find(({ name }) => name === pending.name);
  await db.query('UPDATE models SET version = $1, generation = $2, epoch = epoch + 1, columns = $3 WHERE name = $4', [
    pending.version,
    pending.generation,
    JSON.stringify(pending.columns),
    pending.name,
  ]);
  await db.query('DELETE FROM pending_models WHERE name = $1', [pending.name]);
  for (const own of ['checkpoints', 'parked'])
    await db.query(`DELETE FROM ${own} WHERE table_name = $1`, [previous?.table ?? '']);
}

/**
 * Drops the tables that are neither active nor pending, with dependent objects of users. A table
 * that is being read is kept until the next start.
 */
export async function dropUnused(db: SqlClient): Promise<void> {
  await db.query(LOCK);
  const { rows: pendingRows } = await db.query('SELECT * FROM pending_models');
  const used = new Set(
    [...(await activeTables(db)), ...pendingRows.map((row) => tableFrom(row, []))].map(({ table }) => table),
  );
  const { rows } = await db.query<{ name: string }>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = '${SCHEMA}' AND tablename ~ '_v[0-9]+_g[0-9]+$'`,
  );
  await db.query('SET LOCAL lock_timeout = 1000');
  for (const { name } of rows) {
    if (used.has(name)) continue;
    const locked = await attempt(
      db,
      (code) => code === LOCK_NOT_AVAILABLE,
      () => db.query(`DROP TABLE IF EXISTS "${name}" CASCADE`),
    );
    if (locked !== null) continue;
    for (const own of ['checkpoints', 'parked']) await db.query(`DELETE FROM ${own} WHERE table_name = $1`, [name]);
  }
  await db.query('SET LOCAL lock_timeout TO DEFAULT');
}
