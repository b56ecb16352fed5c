import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  type RowChangeSet,
  CorruptFile,
  type ReadModelDescription,
  type Filter,
  type ModelBatch,
  type OriginsQuery,
  type RowOrigins,
  type Parked,
  type Positions,
  ReadModelStore,
  Rebuild,
  type RowId,
  type RowQuery,
  type RowScan,
  type ResultPage,
  type TotalsQuery,
  type TotalsRow,
  type WholeQuery,
} from '@entente/engine';
import type { AnyProjection } from '@entente/kernel';
import Database from 'better-sqlite3';
import { DataSource, Table } from 'typeorm';
import {
  type ModelTable,
  checkLog,
  activeTables,
  allocatePending,
  faultOfRows,
  prepareFile,
  readableRows,
  catalogVersionOf,
} from './sqlite-catalogue.js';
import { RowReader } from './row-reader.js';
import { type SqlQuery, type SqlProgram, asBound, runSync } from './sql-program.js';
import { ReadModelCatalog, resolveTables } from './read-model-catalog.js';
import type { Queryable, StoredModel, StoredView } from './queryable.js';
import { SqliteRebuild } from './sqlite-rebuild.js';
import { RowWriter, parkedOf } from './row-writer.js';
import { SqliteScan } from './sqlite-scan.js';
import { ON_SQLITE } from './tables.js';

const FILE = 'rows.sqlite';

/** Options of the store. */
export interface SqliteReadModelStoreOptions {
  /** The data folder. It is created if it is missing. */
  readonly folder: string;
  readonly models: readonly AnyProjection[];
  readonly views: readonly StoredView[];
  /** If true, the store never writes rows. Such a store may be opened while a deployment runs. */
  readonly readonly?: boolean;
  /**
   * Called when a read or write finds that the file is damaged. It stays damaged until the rows are
   * folded from scratch.
   */
  readonly onDamaged?: (damaged: CorruptFile) => void;
}

/**
 * Stores rows in one SQLite file. TypeORM creates the tables and compiles the queries, on a
 * read-only DataSource. Statements that run for every event are prepared on a separate connection:
 * a DataSource has only one connection, and its readers would see open transactions. Every answer
 * is read in one transaction, so its rows, totals and position are consistent.
 */
export class SqliteReadModelStore extends ReadModelStore {
  readonly partitions = 1;
  private readonly file: string;
  private storeId = '';
  private era = '';
  /** The active tables, at the catalog version that was last loaded. */
  private catalog = new ReadModelCatalog(0, new Map(), []);
  private readonly listeners = new Set<(models: ReadonlySet<string>) => void>();
  private write: Database.Database | null = null;
  private writer: RowWriter | null = null;
  private reading: RowConnection | null = null;
  private loading: Promise<void> | null = null;

  constructor(private readonly options: SqliteReadModelStoreOptions) {
    super();
    this.file = join(options.folder, FILE);
  }

  async open(storeId: string, head?: bigint, era = ''): Promise<void> {
    this.era = era;
    try {
      await this.openFile(storeId, head);
    } catch (error) {
      throw faultOfRows(this.file, error) ?? error;
    }
  }

  private async openFile(storeId: string, head?: bigint): Promise<void> {
    const { folder, models, readonly = false } = this.options;
    this.storeId = storeId;
    if (readonly && !existsSync(this.file))
      throw new Error(
        `${folder} holds no rows: start Entente there first, or name another folder by --data or ENTENTE_DATA`,
      );
    if (!readonly) {
      mkdirSync(folder, { recursive: true });
      this.write = new Database(this.file);
      // A commit does not wait for the disk. Rows that a power failure destroys are folded from the
      // log again.
      this.write.pragma('synchronous = NORMAL');
      // Checkpoints of the write-ahead log run after 40 MB. A page that many commits changed is
      // then written once.
      this.write.pragma('wal_autocheckpoint = 10000');
      prepareFile(this.write, storeId, this.file, models, head);
      await makeTables(this.file, this.stored(activeTables(this.write)));
    }
    await this.load();
  }

  private stored(tables: readonly ModelTable[]): ReadonlyMap<string, StoredModel> {
    return resolveTables(tables, this.options.models, ON_SQLITE, this.era);
  }

  /** Loads the active tables and views, and opens the connection on which TypeORM reads them. */
  private async load(): Promise<void> {
    const db = new Database(this.file, { readonly: true });
    let catalog = this.catalog;
    try {
      checkLog(db, this.storeId, this.file);
      catalog = db.transaction(
        () => new ReadModelCatalog(catalogVersionOf(db), this.stored(activeTables(db)), this.options.views),
      )();
    } finally {
      db.close();
    }
    const missing = this.options.models.find(({ name }) => !catalog.models.has(name));
    if (missing !== undefined)
      throw new Error(`${missing.name} is not in these rows: start this version of Entente on the folder once`);
    const previous = this.reading;
    const opened = await openReading(
      this.file,
      [...catalog.models.values()].map(({ schema }) => schema),
    );
    this.catalog = catalog;
    if (this.write !== null) this.writer = new RowWriter(this.write, catalog.models);
    this.reading = opened;
    await previous?.dataSource.destroy();
    if (previous !== null) this.notify(new Set(catalog.models.keys()));
  }

  /** Reloads the active tables if this or another process has changed the catalog. */
  private async upToDate(): Promise<void> {
    this.reader();
    if (this.loading === null && this.currentCatalogVersion() === this.catalog.version) return;
    this.loading ??= this.load().finally(() => (this.loading = null));
    await this.loading;
  }

  async catalogVersion(): Promise<number> {
    await this.upToDate();
    return this.catalog.version;
  }

  private currentCatalogVersion(): number {
    const reader = this.reader();
    return this.reads(() => reader.now((rows) => rows.catalogVersion()));
  }

  async outdated(): Promise<readonly string[]> {
    await this.upToDate();
    return this.catalog.outdated();
  }

  names(): readonly ReadModelDescription[] {
    return this.catalog.names();
  }

  refuses(model: AnyProjection, row: object): string | null {
    return this.writing().refuses(model.name, row);
  }

  async checkpoints(): Promise<ReadonlyMap<string, Positions>> {
    await this.upToDate();
    return this.reads(() => this.reader().now((rows) => rows.allCheckpoints(this.catalog.models.values())));
  }

  async parked(): Promise<readonly Parked[]> {
    await this.upToDate();
    const rows = this.reads(() => this.reader().now((reader) => reader.parked()));
    return rows.flatMap((row) => {
      const of = this.catalog.modelIn(row['table_name']);
      return of === undefined ? [] : [parkedOf(of.model.name, row)];
    });
  }

  async current(model: AnyProjection, ids: readonly RowId[]): Promise<ReadonlyMap<string, object>> {
    await this.upToDate();
    return this.reads(() => this.writing().current(model, ids));
  }

  commit(batches: readonly ModelBatch[], catalogVersion?: number): Promise<boolean> {
    return new Promise((resolve) => {
      const db = this.write;
      const committed =
        db !== null &&
        this.reads(() =>
          this.writing().commit(batches, () => {
            const current = catalogVersionOf(db);
            return current === this.catalog.version && current === (catalogVersion ?? current);
          }),
        );
      if (committed) this.notify(new Set(batches.map(({ model }) => model)));
      resolve(committed);
    });
  }

  async rebuild(names: readonly string[], fromScratch: boolean): Promise<Rebuild> {
    await this.upToDate();
    this.writing();
    const models = names.map((name) => this.catalog.model(name).model);
    const db = new Database(this.file);
    db.pragma('synchronous = NORMAL');
    try {
      const pending = this.reads(() =>
        db.transaction(() => models.map((model) => allocatePending(db, model, fromScratch))).immediate(),
      );
      const tables = this.stored(pending);
      await makeTables(this.file, tables);
      return new SqliteRebuild(
        db,
        pending,
        tables,
        () => this.stored(activeTables(db)),
        () => this.upToDate(),
      );
    } catch (error) {
      db.close();
      throw error;
    }
  }

  private writing(): RowWriter {
    if (this.writer === null) throw new Error('these rows are open for reading only');
    return this.writer;
  }

  /**
   * Notifies listeners of changed models. It is also called if another thread or process folded
   * them and notified this one.
   */
  notify(changed: ReadonlySet<string>): void {
    for (const listener of this.listeners) listener(changed);
  }

  query(name: string, query: RowQuery): Promise<ResultPage> {
    return this.inSnapshot(name, (source, reader) => reader.query(source, query));
  }
  async scan(name: string, query: WholeQuery): Promise<RowScan> {
    for (;;) {
      const { rows } = this.reader();
      const source = this.catalog.source(name);
      const scan = this.reads(() => SqliteScan.begin(this.file, this.ifActive(rows, rows.scan(source, query))));
      if (scan !== null)
        return {
          version: scan.version,
          next: async () => this.reads(() => scan.next()),
          close: async () => scan.close(),
        };
      await this.upToDate();
    }
  }
  totals(
    name: string,
    where: readonly Filter[],
    positions: Positions,
    as?: TotalsQuery,
  ): Promise<readonly TotalsRow[]> {
    return this.inSnapshot(name, (source, reader) => reader.totals(source, where, positions, as));
  }
  positions(name: string): Promise<{ readonly positions: Positions; readonly version: string }> {
    return this.inSnapshot(name, (source, reader) => reader.positions(source));
  }
  changes(name: string, since: Positions, upTo?: Positions, day?: string): Promise<RowChangeSet> {
    return this.inSnapshot(name, (source, reader) => reader.changes(source, since, upTo, day));
  }
  origins(name: string, key: string, query: OriginsQuery): Promise<RowOrigins | null> {
    return this.inSnapshot(name, (source, reader) => reader.origins(source, key, query));
  }

  onCommit(listener: (models: ReadonlySet<string>) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async close(): Promise<void> {
    const reading = this.reading;
    this.reading = null;
    await reading?.dataSource.destroy();
    this.write?.close();
    this.write = null;
    this.writer = null;
  }

  private reads<T>(read: () => T): T {
    try {
      return readableRows(this.file, read);
    } catch (error) {
      if (error instanceof CorruptFile) this.options.onDamaged?.(error);
      throw error;
    }
  }

  private reader(): RowConnection {
    if (this.reading === null) throw new Error('the rows are closed');
    return this.reading;
  }

  /** The result of a program if the tables are still the active ones; else null. */
  private *ifActive<T>(rows: RowReader, program: SqlProgram<T>): SqlProgram<{ readonly result: T } | null> {
    return (yield* rows.catalogVersion()) === this.catalog.version ? { result: yield* program } : null;
  }

  /** Reads all rows of one answer in one transaction, from the tables that are active in it. */
  private async inSnapshot<T>(name: string, work: (source: Queryable, reader: RowReader) => SqlProgram<T>): Promise<T> {
    for (;;) {
      const reader = this.reader();
      const source = this.catalog.source(name);
      const answer = this.reads(() => reader.inSnapshot((rows) => this.ifActive(rows, work(source, rows))));
      if (answer !== null) return answer.result;
      await this.upToDate();
    }
  }
}

/** Creates the missing tables as TypeORM defines them. */
async function makeTables(file: string, models: ReadonlyMap<string, StoredModel>): Promise<void> {
  const dataSource = await open(file, { entities: [...models.values()].map(({ schema }) => schema) }, () => undefined);
  const runner = dataSource.createQueryRunner();
  // One transaction creates all tables. Otherwise a killed process could leave a table without
  // indexes, which would look complete. BEGIN IMMEDIATE is needed: SQLite may refuse to turn a read
  // transaction into a write transaction.
  await runner.query('BEGIN IMMEDIATE');
  try {
    for (const { table } of models.values()) {
      const definition = Table.create(dataSource.getMetadata(table), dataSource.driver);
      await runner.createTable(new Table({ ...definition, columns: definition.columns }), true, false, true);
    }
    await runner.query('COMMIT');
  } finally {
    // Closing the connection rolls back an open transaction.
    await runner.release();
    await dataSource.destroy();
  }
}

/** A read-only connection of TypeORM that prepares its statements. */
class RowConnection {
  private readonly prepared = new Map<string, Database.Statement>();
  private readonly inTransaction: (work: (rows: RowReader) => SqlProgram<unknown>) => unknown;

  constructor(
    readonly dataSource: DataSource,
    private readonly db: Database.Database,
    readonly rows: RowReader,
  ) {
    this.inTransaction = db.transaction((work: (rows: RowReader) => SqlProgram<unknown>) => this.now(work));
  }

  now<T>(work: (rows: RowReader) => SqlProgram<T>): T {
    return runSync(work(this.rows), (statement) => this.answer(statement));
  }

  /** Runs a program in one transaction, so all its reads see one snapshot. */
  inSnapshot<T>(work: (rows: RowReader) => SqlProgram<T>): T {
    return this.inTransaction(work) as T;
  }

  private answer({ sql, values, raw = false }: SqlQuery): readonly unknown[] {
    const key = raw ? `${sql} ` : sql;
    let statement = this.prepared.get(key);
    if (statement === undefined) {
      if (this.prepared.size > 500) this.prepared.clear();
      this.prepared.set(key, (statement = this.db.prepare(sql)));
      if (raw) statement.raw(true);
    }
    return statement.all(...values.map(asBound));
  }
}

async function openReading(file: string, entities: StoredModel['schema'][]): Promise<RowConnection> {
  const opened: Database.Database[] = [];
  const dataSource = await open(file, { entities, readonly: true }, (db) => void opened.push(db));
  return new RowConnection(dataSource, opened[0] as Database.Database, new RowReader(dataSource, 1));
}

function open(
  database: string,
  options: { readonly readonly?: boolean; readonly entities?: StoredModel['schema'][] },
  prepare: (db: Database.Database) => void,
): Promise<DataSource> {
  return new DataSource({
    type: 'better-sqlite3',
    database,
    synchronize: false,
    ...options,
    prepareDatabase: (db: unknown) => prepare(db as Database.Database),
  }).initialize();
}
