import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  type RowChangeSet,
  CorruptFile,
  type ReadModelDescription,
  type Filter,
  type ModelBatch,
  type RowOrigin,
  type Parked,
  type Positions,
  ReadModelStore,
  Rebuild,
  type RowId,
  type RowQuery,
  type ResultPage,
  type TotalsRow,
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
import { type SqlQuery, type SqlProgram, runSync } from './sql-program.js';
import { ReadModelCatalog, resolveTables } from './read-model-catalog.js';
import type { Queryable, StoredModel, StoredView } from './queryable.js';
import { SqliteRebuild } from './sqlite-rebuild.js';
import { RowWriter, parkedOf } from './row-writer.js';
import { ON_SQLITE } from './tables.js';

const FILE = 'rows.sqlite';

/** How the store is opened. */
export interface SqliteReadModelStoreOptions {
  /** The data folder; made where it is missing. */
  readonly folder: string;
  readonly models: readonly AnyProjection[];
  readonly views: readonly StoredView[];
  /** Beside a running info: rows are read, never written. */
  readonly readonly?: boolean;
  /** Called when the rows show that they are damaged: that stays until they are folded anew. */
  readonly onDamaged?: (damaged: CorruptFile) => void;
}

/**
 * Rows in one SQLite file: TypeORM makes the tables and compiles the queries, on a DataSource that
 * only reads; what every event pays for runs as prepared statements on a connection of its own,
 * since a DataSource shares one connection and readers would see open transactions. Every answer is
 * read in one transaction, so that rows, totals and position belong together.
 */
export class SqliteReadModelStore extends ReadModelStore {
  readonly partitions = 1;
  private readonly file: string;
  private storeId = '';
  private era = '';
  /** What is served, as of the turn that was seen last. */
  private served = new ReadModelCatalog(0, new Map(), []);
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
      throw new Error(`${folder} holds no rows: start Entente there first, or name its data folder`);
    if (!readonly) {
      mkdirSync(folder, { recursive: true });
      this.write = new Database(this.file);
      // Rows are folded from the log: what a power cut takes of them is folded again, so that a
      // commit need not wait for the disk.
      this.write.pragma('synchronous = NORMAL');
      // 40 MB of rows are moved into the file at a time: a page that many commits changed once
      // only.
      this.write.pragma('wal_autocheckpoint = 10000');
      prepareFile(this.write, storeId, this.file, models, head);
      await makeTables(this.file, this.stored(activeTables(this.write)));
    }
    await this.load();
  }

  private stored(kept: readonly ModelTable[]): ReadonlyMap<string, StoredModel> {
    return resolveTables(kept, this.options.models, ON_SQLITE, this.era);
  }

  /**
   * Takes up what is served now: its tables, its views, and the connection that TypeORM reads them
   * by.
   */
  private async load(): Promise<void> {
    const looking = new Database(this.file, { readonly: true });
    let served = this.served;
    try {
      checkLog(looking, this.storeId, this.file);
      served = looking.transaction(
        () => new ReadModelCatalog(catalogVersionOf(looking), this.stored(activeTables(looking)), this.options.views),
      )();
    } finally {
      looking.close();
    }
    const missing = this.options.models.find(({ name }) => !served.models.has(name));
    if (missing !== undefined)
      throw new Error(`${missing.name} is not in these rows: start this version of Entente on the folder once`);
    const before = this.reading;
    const reading = await openReading(
      this.file,
      [...served.models.values()].map(({ schema }) => schema),
    );
    this.served = served;
    if (this.write !== null) this.writer = new RowWriter(this.write, served.models);
    this.reading = reading;
    await before?.dataSource.destroy();
    if (before !== null) this.notify(new Set(served.models.keys()));
  }

  /** Takes up what another turn serves, where it has come, by this process or another. */
  private async upToDate(): Promise<void> {
    this.reader();
    if (this.loading === null && this.currentCatalogVersion() === this.served.version) return;
    this.loading ??= this.load().finally(() => (this.loading = null));
    await this.loading;
  }

  async catalogVersion(): Promise<number> {
    await this.upToDate();
    return this.served.version;
  }

  private currentCatalogVersion(): number {
    const reader = this.reader();
    return this.reads(() => reader.now((rows) => rows.catalogVersion()));
  }

  async outdated(): Promise<readonly string[]> {
    await this.upToDate();
    return this.served.outdated();
  }

  names(): readonly ReadModelDescription[] {
    return this.served.names();
  }

  refuses(model: AnyProjection, row: object): string | null {
    return this.writing().refuses(model.name, row);
  }

  async checkpoints(): Promise<ReadonlyMap<string, Positions>> {
    await this.upToDate();
    return this.reads(() => this.reader().now((rows) => rows.allCheckpoints(this.served.models.values())));
  }

  async parked(): Promise<readonly Parked[]> {
    await this.upToDate();
    const rows = this.reads(() => this.reader().now((reader) => reader.parked()));
    return rows.flatMap((row) => {
      const of = this.served.modelIn(row['rows_in']);
      return of === undefined ? [] : [parkedOf(of.model.name, row)];
    });
  }

  async current(model: AnyProjection, ids: readonly RowId[]): Promise<ReadonlyMap<string, object>> {
    await this.upToDate();
    return this.reads(() => this.writing().current(model, ids));
  }

  commit(batches: readonly ModelBatch[], turn?: number): Promise<boolean> {
    return new Promise((resolve) => {
      const db = this.write;
      const kept =
        db !== null &&
        this.reads(() =>
          this.writing().commit(batches, () => {
            const now = catalogVersionOf(db);
            return now === this.served.version && now === (turn ?? now);
          }),
        );
      if (kept) this.notify(new Set(batches.map(({ model }) => model)));
      resolve(kept);
    });
  }

  async rebuild(names: readonly string[], anew: boolean): Promise<Rebuild> {
    await this.upToDate();
    this.writing();
    const models = names.map((name) => this.served.model(name).model);
    const db = new Database(this.file);
    db.pragma('synchronous = NORMAL');
    try {
      const kept = this.reads(() =>
        db.transaction(() => models.map((model) => allocatePending(db, model, anew))).immediate(),
      );
      const next = this.stored(kept);
      await makeTables(this.file, next);
      return new SqliteRebuild(
        db,
        kept,
        next,
        () => this.stored(activeTables(db)),
        () => this.upToDate(),
      );
    } catch (error) {
      db.close();
      throw error;
    }
  }

  private writing(): RowWriter {
    if (this.writer === null) throw new Error('these rows are opened for reading only');
    return this.writer;
  }

  /**
   * Tells that models moved: also where another thread or process has folded them, and this one was
   * told of it.
   */
  notify(moved: ReadonlySet<string>): void {
    for (const listener of this.listeners) listener(moved);
  }

  query(name: string, query: RowQuery): Promise<ResultPage> {
    return this.inSnapshot(name, (source, reader) => reader.query(source, query));
  }
  totals(name: string, where: readonly Filter[], pin: Positions): Promise<readonly TotalsRow[]> {
    return this.inSnapshot(name, (source, reader) => reader.totals(source, where, pin));
  }
  positions(name: string): Promise<{ readonly pin: Positions; readonly version: string }> {
    return this.inSnapshot(name, (source, reader) => reader.reach(source));
  }
  changes(name: string, since: Positions, upTo?: Positions): Promise<RowChangeSet> {
    return this.inSnapshot(name, (source, reader) => reader.changes(source, since, upTo));
  }
  origins(name: string, key: string, pin?: Positions): Promise<readonly RowOrigin[] | null> {
    return this.inSnapshot(name, (source, reader) => reader.origins(source, key, pin));
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

  /** An answer, where it is of the tables that were served when it was begun; else null. */
  private *whereServed<T>(rows: RowReader, steps: SqlProgram<T>): SqlProgram<{ readonly is: T } | null> {
    return (yield* rows.catalogVersion()) === this.served.version ? { is: yield* steps } : null;
  }

  /** Everything that one answer reads is read in one transaction, of what is served in it. */
  private async inSnapshot<T>(name: string, work: (source: Queryable, reader: RowReader) => SqlProgram<T>): Promise<T> {
    for (;;) {
      const reader = this.reader();
      const source = this.served.source(name);
      const answer = this.reads(() => reader.inSnapshot((rows) => this.whereServed(rows, work(source, rows))));
      if (answer !== null) return answer.is;
      await this.upToDate();
    }
  }
}

/** Makes the tables that are not there yet, as TypeORM writes them. */
async function makeTables(file: string, models: ReadonlyMap<string, StoredModel>): Promise<void> {
  const dataSource = await open(file, { entities: [...models.values()].map(({ schema }) => schema) }, () => undefined);
  const runner = dataSource.createQueryRunner();
  // Together, since a table that a kill left without its indexes would be taken for a whole one;
  // and at once for writing, since a reader that becomes a writer is refused.
  await runner.query('BEGIN IMMEDIATE');
  try {
    for (const { table } of models.values()) {
      const made = Table.create(dataSource.getMetadata(table), dataSource.driver);
      await runner.createTable(new Table({ ...made, columns: made.columns }), true, false, true);
    }
    await runner.query('COMMIT');
  } finally {
    // ShuttingDown takes back what was not kept.
    await runner.release();
    await dataSource.destroy();
  }
}

/** Rows read by a connection of TypeORM's that only reads: its statements are prepared once. */
class RowConnection {
  private readonly prepared = new Map<string, Database.Statement>();
  private readonly inTransaction: (work: (rows: RowReader) => SqlProgram<unknown>) => unknown;

  constructor(
    readonly dataSource: DataSource,
    private readonly db: Database.Database,
    private readonly rows: RowReader,
  ) {
    this.inTransaction = db.transaction((work: (rows: RowReader) => SqlProgram<unknown>) => this.now(work));
  }

  now<T>(work: (rows: RowReader) => SqlProgram<T>): T {
    return runSync(work(this.rows), (asked) => this.answer(asked));
  }

  /** All that is read meanwhile is of one moment. */
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
    return statement.all(...values.map((value) => (typeof value === 'boolean' ? Number(value) : value)));
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
