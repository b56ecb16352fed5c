import type { AnyProjection } from '@entente/kernel';
import { CorruptFile, type Fault, DiskFull } from '@entente/engine';
import type BetterSqlite3 from 'better-sqlite3';
import { type OwnColumn, ownColumns } from './tables.js';

type Db = BetterSqlite3.Database;

/**
 * The format of the catalog tables of the file. Rows of an older format are dropped, and folded
 * from the log again.
 */
const FORMAT = 3;

const STORE_INFO = `
  CREATE TABLE IF NOT EXISTS store_info (singleton INTEGER PRIMARY KEY CHECK (singleton = 1), log TEXT NOT NULL, format INTEGER NOT NULL, catalog_version INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS models (name TEXT PRIMARY KEY, version INTEGER NOT NULL, generation INTEGER NOT NULL, epoch INTEGER NOT NULL, columns TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS pending_models (name TEXT PRIMARY KEY, version INTEGER NOT NULL, generation INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS checkpoints (table_name TEXT NOT NULL, partition INTEGER NOT NULL, position INTEGER NOT NULL, PRIMARY KEY (table_name, partition));
  CREATE TABLE IF NOT EXISTS parked (
    table_name TEXT NOT NULL, stream TEXT NOT NULL, event_id TEXT NOT NULL, position INTEGER NOT NULL, error TEXT NOT NULL, since TEXT NOT NULL,
    PRIMARY KEY (table_name, stream)
  );
`;

/** The table of one version of a model: active or pending. */
export interface ModelTable {
  readonly name: string;
  readonly version: number;
  readonly generation: number;
  readonly epoch: number;
  readonly columns: readonly OwnColumn[];
  readonly table: string;
}

const tableName = (name: string, version: number, generation: number): string =>
  `${name.replaceAll('-', '_')}_v${version}_g${generation}`;

/** Converts an entry of the catalog to a table. */
export const tableFrom = (row: Record<string, unknown>, columns: readonly OwnColumn[]): ModelTable => {
  const name = String(row['name']);
  const version = Number(row['version']);
  const generation = Number(row['generation']);
  const table = tableName(name, version, generation);
  return { name, version, generation, epoch: Number(row['epoch'] ?? 1), columns, table };
};

/**
 * Creates the catalog tables and an entry for each new model. Drops tables that are neither active
 * nor pending. Throws if the file belongs to another program or another log.
 */
export function prepareFile(
  db: Db,
  storeId: string,
  file: string,
  models: readonly AnyProjection[],
  head?: bigint,
): void {
  checkOwn(db, file);
  db.pragma('journal_mode = WAL');
  db.transaction(() => {
    if (formatOf(db) < FORMAT) for (const table of tablesIn(db)) db.exec(`DROP TABLE "${table}"`);
    db.exec(STORE_INFO);
    db.prepare('INSERT OR IGNORE INTO store_info VALUES (1, ?, ?, 1)').run(storeId, FORMAT);
    checkLog(db, storeId, file);
    for (const model of models) {
      const insert = db.prepare('INSERT OR IGNORE INTO models VALUES (?, ?, 1, 1, ?)');
      insert.run(model.name, model.version, JSON.stringify(ownColumns(model)));
      db.prepare('DELETE FROM pending_models WHERE name = ? AND version <> ?').run(model.name, model.version);
    }
    if (head !== undefined) rebuildTablesAhead(db, models, head);
    const used = new Set([...activeTables(db), ...pendingTables(db, models)].map(({ table }) => table));
    for (const table of tablesIn(db)) if (/_v[0-9]+_g[0-9]+$/.test(table) && !used.has(table)) dropRows(db, table);
  }).immediate();
}

/**
 * Rebuilds tables that are ahead of the end of the log. Their rows were folded from events that the
 * log no longer has. They are folded from scratch under a new generation, so that readers can
 * distinguish them.
 */
function rebuildTablesAhead(db: Db, models: readonly AnyProjection[], head: bigint): void {
  const ahead = db.prepare('SELECT COUNT(*) FROM checkpoints WHERE table_name = ? AND position > ?').pluck();
  for (const { name, table } of activeTables(db)) {
    const model = models.find((one) => one.name === name);
    if (model === undefined || ahead.get(table, head) === 0) continue;
    promote(db, allocatePending(db, model, true));
    bumpCatalogVersion(db);
  }
  for (const { name, table } of pendingTables(db, models))
    if (ahead.get(table, head) !== 0) db.prepare('DELETE FROM pending_models WHERE name = ?').run(name);
}

/** The format of the catalog tables; the current format if there are none yet. */
function formatOf(db: Db): number {
  const tables = tablesIn(db);
  return tables.includes('store_info') ? Number(db.prepare('SELECT format FROM store_info').pluck().get()) : FORMAT;
}

const tablesIn = (db: Db): readonly string[] =>
  db
    .prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'`)
    .pluck()
    .all() as string[];

/** Drops a table of rows, its checkpoints and its parked streams. */
function dropRows(db: Db, table: string): void {
  db.exec(`DROP TABLE IF EXISTS "${table}"`);
  db.prepare('DELETE FROM checkpoints WHERE table_name = ?').run(table);
  db.prepare('DELETE FROM parked WHERE table_name = ?').run(table);
}

/** Throws if the file is not a database, or belongs to another program. */
function checkOwn(db: Db, file: string): void {
  const tables = readableRows(file, () => tablesIn(db));
  if (tables.length > 0 && !tables.includes('store_info'))
    throw new Error(`${file} is another program's database: choose another data folder`);
}

/** Runs a read or write of the rows. Translates errors of the file by {@link faultOfRows}. */
export function readableRows<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw faultOfRows(file, error) ?? error;
  }
}

/**
 * Translates an error of the file: it is damaged, the disk is full, or it cannot be written.
 * Returns null for any other error.
 */
export function faultOfRows(file: string, error: unknown): Fault | Error | null {
  if (error instanceof CorruptFile) return error;
  const { code = '' } = error as { code?: string };
  if (
    error instanceof SyntaxError ||
    code.startsWith('SQLITE_CORRUPT') ||
    code === 'SQLITE_NOTADB' ||
    code === 'SQLITE_IOERR_SHORT_READ'
  )
    return new CorruptFile(file, REMEDY, error);
  if (code === 'SQLITE_FULL') return new DiskFull('the rows');
  if (!code.startsWith('SQLITE_READONLY') && !code.startsWith('SQLITE_CANTOPEN')) return null;
  return new Error(`${file} cannot be written by this user: allow it, or name another data folder (ENTENTE_DATA)`, {
    cause: error,
  });
}

const REMEDY =
  'stop, remove this file with those beside it that begin with its name, and start again: the rows are folded from the log again';

/** Throws if the file belongs to another log, or has another format. */
export function checkLog(db: Db, storeId: string, file: string): void {
  const format = formatOf(db);
  if (format > FORMAT) throw new Error(`${file} was written by a newer Entente (format ${format}): run that one`);
  if (format < FORMAT) throw new Error(`${file} was written by an older Entente: start this one on the folder once`);
  if (db.prepare('SELECT log FROM store_info').pluck().get() !== storeId)
    throw new Error(`${file} holds the rows of another log: remove it, and the rows are folded from this one`);
}

/** The active table of each model. */
export const activeTables = (db: Db): readonly ModelTable[] =>
  (db.prepare('SELECT * FROM models').all() as Record<string, unknown>[]).map((row) =>
    tableFrom(row, JSON.parse(String(row['columns'])) as OwnColumn[]),
  );

/** The pending tables of these models. */
export const pendingTables = (db: Db, models: readonly AnyProjection[]): readonly ModelTable[] =>
  (db.prepare('SELECT * FROM pending_models').all() as Record<string, unknown>[]).flatMap((row) => {
    const model = models.find(({ name }) => name === row['name']);
    return model === undefined ? [] : [tableFrom(row, ownColumns(model))];
  });

/**
 * The catalog version. It increases when tables are promoted, or when clients must read all rows
 * again.
 */
export const catalogVersionOf = (db: Db): number =>
  Number(db.prepare('SELECT catalog_version FROM store_info').pluck().get());
export const bumpCatalogVersion = (db: Db): void =>
  void db.prepare('UPDATE store_info SET catalog_version = catalog_version + 1').run();

/** The pending table of a model: that of an interrupted rebuild, or a new one. */
export function allocatePending(db: Db, model: AnyProjection, fromScratch: boolean): ModelTable {
  const [pending] = pendingTables(db, [model]);
  if (pending !== undefined && !fromScratch) return pending;
  if (pending !== undefined) dropRows(db, pending.table);
  const active = activeTables(db).find(({ name }) => name === model.name);
  const generation = Math.max(active?.generation ?? 0, pending?.generation ?? 0) + 1;
  db.prepare('INSERT OR REPLACE INTO pending_models VALUES (?, ?, ?)').run(model.name, model.version, generation);
  return tableFrom({ name: model.name, version: model.version, generation }, ownColumns(model));
}

/**
 * Makes a pending table the active one. The retired table is dropped at the next start, when no
 * reader uses it.
 */
export function promote(db: Db, pending: ModelTable): void {
  db.prepare('UPDATE models SET version = ?, generation = ?, epoch = epoch + 1, columns = ? WHERE name = ?').run(
    pending.version,
    pending.generation,
    JSON.stringify(pending.columns),
    pending.name,
  );
  db.prepare('DELETE FROM pending_models WHERE name = ?').run(pending.name);
}
