import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Changes,
  Damaged,
  type Described,
  type Filter,
  type ModelBatch,
  type Origin,
  type Parked,
  type Pin,
  ReadModelStore,
  Rebuild,
  type RowId,
  type RowQuery,
  type RowsOut,
  type TotalOut,
} from '@entente/engine';
import type { AnyProjection } from '@entente/kernel';
import Database from 'better-sqlite3';
import { DataSource, Table } from 'typeorm';
import {
  type Kept,
  checkLog,
  livingIn,
  placeNext,
  faultOfRows,
  prepareFile,
  readableRows,
  turnOf,
} from './catalogue.js';
import { RowReader } from './row-reader.js';
import { type Source, type StoredModel, type StoredView, modelSource, viewSource } from './source.js';
import { SqliteRebuild } from './sqlite-rebuild.js';
import { RowWriter, parkedOf } from './row-writer.js';
import { tableOf } from './tables.js';

const FILE = 'rows.sqlite';

/** How the store is opened. */
export interface SqliteReadModelStoreOptions {
  /** The data folder; made where it is missing. */
  readonly folder: string;
  readonly models: readonly AnyProjection[];
  readonly views: readonly StoredView[];
  /** Beside a running house: rows are read, never written. */
  readonly readonly?: boolean;
  /** Called when the rows show that they are damaged: that stays until they are folded anew. */
  readonly onDamaged?: (damaged: Damaged) => void;
}

/**
 * Rows in one SQLite file: TypeORM makes the tables and compiles the queries, on a DataSource that only reads; what every event pays for runs as prepared statements on
 * a connection of its own, since a DataSource shares one connection and readers would see open transactions.
 * Every answer is read in one transaction, so that rows, totals and position belong together.
 */
export class SqliteReadModelStore extends ReadModelStore {
  private readonly file: string;
  private storeId = '';
  /** What is served, as of the turn that was seen last. */
  private served = new Map<string, StoredModel>();
  private sources = new Map<string, Source>();
  private seen = 0;
  private readonly listeners = new Set<(models: ReadonlySet<string>) => void>();
  private write: Database.Database | null = null;
  private writer: RowWriter | null = null;
  private reading: Reading | null = null;
  private loading: Promise<void> | null = null;

  constructor(private readonly options: SqliteReadModelStoreOptions) {
    super();
    this.file = join(options.folder, FILE);
  }

  async open(storeId: string, head?: bigint): Promise<void> {
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
      // Rows are folded from the log: what a power cut takes of them is folded again, so that a commit need not wait for the disk.
      this.write.pragma('synchronous = NORMAL');
      prepareFile(this.write, storeId, this.file, models, head);
      await makeTables(this.file, this.storedAs(livingIn(this.write)));
    }
    await this.load();
  }

  /** The models of the code with the tables and columns that they have in the file. */
  private storedAs(kept: readonly Kept[]): Map<string, StoredModel> {
    const stored = new Map<string, StoredModel>();
    for (const { name, version, generation, epoch, columns, table } of kept) {
      const model = this.options.models.find((one) => one.name === name);
      if (model === undefined) continue;
      const as = [version, generation, epoch].join('.');
      stored.set(name, {
        model,
        columns,
        table,
        schema: tableOf(columns, table),
        version: as,
        outdated: version !== model.version,
      });
    }
    return stored;
  }

  /** Takes up what is served now: its tables, its views, and the connection that TypeORM reads them by. */
  private async load(): Promise<void> {
    const looking = new Database(this.file, { readonly: true });
    let [served, turn] = [this.served, 0];
    try {
      checkLog(looking, this.storeId, this.file);
      [served, turn] = looking.transaction(() => [this.storedAs(livingIn(looking)), turnOf(looking)] as const)();
    } finally {
      looking.close();
    }
    const missing = this.options.models.find(({ name }) => !served.has(name));
    if (missing !== undefined)
      throw new Error(`${missing.name} is not in these rows: start this version of Entente on the folder once`);
    const before = this.reading;
    const entities = [...served.values()].map(({ schema }) => schema);
    const reading = await openReading(this.file, entities);
    this.served = served;
    this.sources = new Map([...served.values()].map((stored) => [stored.model.name, modelSource(stored)]));
    for (const view of this.options.views) this.sources.set(view.name, viewSource(view, served));
    if (this.write !== null) this.writer = new RowWriter(this.write, served);
    this.reading = reading;
    this.seen = turn;
    await before?.dataSource.destroy();
    if (before !== null) this.tell(new Set(served.keys()));
  }

  /** Takes up what another turn serves, where it has come, by this process or another. */
  private async upToDate(): Promise<void> {
    this.reader();
    if (this.loading === null && this.turnNow() === this.seen) return;
    this.loading ??= this.load().finally(() => (this.loading = null));
    await this.loading;
  }

  async turn(): Promise<number> {
    await this.upToDate();
    return this.seen;
  }

  private turnNow(): number {
    const reader = this.reader();
    return this.reads(() => reader.turn());
  }

  async outdated(): Promise<readonly string[]> {
    await this.upToDate();
    return [...this.served.values()].filter(({ outdated }) => outdated).map(({ model }) => model.name);
  }

  names(): readonly Described[] {
    return [...this.sources.values()].map(({ name, about, is, columns, key, totals, reads }) => ({
      name,
      about,
      is,
      columns,
      key,
      totals,
      reads: reads.map(({ model }) => model.name),
    }));
  }

  refuses(model: AnyProjection, row: object): string | null {
    return this.writing().refuses(model.name, row);
  }

  async checkpoint(model: string, partition: number): Promise<bigint> {
    await this.upToDate();
    return this.reads(() => this.reader().checkpoint(this.stored(model), partition));
  }

  async parked(): Promise<readonly Parked[]> {
    await this.upToDate();
    const rows = this.reads(() => this.reader().parked());
    return rows.flatMap((row) => {
      const of = [...this.served.values()].find(({ table }) => table === row['rows_in']);
      return of === undefined ? [] : [parkedOf(of.model.name, row)];
    });
  }

  async current(model: AnyProjection, ids: readonly RowId[]): Promise<ReadonlyMap<string, object>> {
    await this.upToDate();
    return this.reads(() => this.writing().current(model, ids));
  }

  commit(batches: readonly ModelBatch[]): Promise<boolean> {
    return new Promise((resolve) => {
      const db = this.write;
      const kept = db !== null && this.reads(() => this.writing().commit(batches, () => turnOf(db) === this.seen));
      if (kept) this.tell(new Set(batches.map(({ model }) => model)));
      resolve(kept);
    });
  }

  async rebuild(names: readonly string[], anew: boolean): Promise<Rebuild> {
    await this.upToDate();
    this.writing();
    const models = names.map((name) => this.stored(name).model);
    const db = new Database(this.file);
    db.pragma('synchronous = NORMAL');
    try {
      const kept = this.reads(() =>
        db.transaction(() => models.map((model) => placeNext(db, model, anew))).immediate(),
      );
      const next = this.storedAs(kept);
      await makeTables(this.file, next);
      return new SqliteRebuild(
        db,
        kept,
        next,
        () => this.storedAs(livingIn(db)),
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

  /** Tells that models moved: also where another thread or process has folded them, and this one was told of it. */
  tell(moved: ReadonlySet<string>): void {
    for (const listener of this.listeners) listener(moved);
  }

  query(name: string, query: RowQuery): Promise<RowsOut> {
    return this.inOneView(name, (source, reader) => reader.query(source, query));
  }
  totals(name: string, where: readonly Filter[], pin: Pin): Promise<readonly TotalOut[]> {
    return this.inOneView(name, (source, reader) => reader.totals(source, where, pin));
  }
  reach(name: string): Promise<{ readonly pin: Pin; readonly version: string }> {
    return this.inOneView(name, (source, reader) => reader.reach(source));
  }
  changes(name: string, since: Pin, upTo?: Pin): Promise<Changes> {
    return this.inOneView(name, (source, reader) => reader.changes(source, since, upTo));
  }
  origins(name: string, key: string, pin?: Pin): Promise<readonly Origin[] | null> {
    return this.inOneView(name, (source, reader) => reader.origins(source, key, pin));
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
      if (error instanceof Damaged) this.options.onDamaged?.(error);
      throw error;
    }
  }

  private stored(model: string): StoredModel {
    const stored = this.served.get(model);
    if (stored === undefined) throw new Error(`there is no model ${model}`);
    return stored;
  }

  private source(name: string): Source {
    const source = this.sources.get(name);
    if (source === undefined) throw new Error(`there is no read model ${name}`);
    return source;
  }

  private reader(): RowReader {
    if (this.reading === null) throw new Error('the rows are closed');
    return this.reading.reader;
  }

  /** Everything that one answer reads is read in one transaction, of what is served in it. */
  private async inOneView<T>(name: string, work: (source: Source, reader: RowReader) => T): Promise<T> {
    for (;;) {
      await this.upToDate();
      const source = this.source(name);
      const reader = this.reader();
      const answer = this.reads(() =>
        reader.inOneView(() => (reader.turn() === this.seen ? { is: work(source, reader) } : null)),
      );
      if (answer !== null) return answer.is;
    }
  }
}

/** Makes the tables that are not there yet, as TypeORM writes them. */
async function makeTables(file: string, models: ReadonlyMap<string, StoredModel>): Promise<void> {
  const dataSource = await open(file, { entities: [...models.values()].map(({ schema }) => schema) }, () => undefined);
  const runner = dataSource.createQueryRunner();
  // Together, since a table that a kill left without its indexes would be taken for a whole one; and at once for writing, since a reader that becomes a writer is refused.
  await runner.query('BEGIN IMMEDIATE');
  try {
    for (const { table } of models.values()) {
      const made = Table.create(dataSource.getMetadata(table), dataSource.driver);
      await runner.createTable(new Table({ ...made, columns: made.columns }), true, false, true);
    }
    await runner.query('COMMIT');
  } finally {
    // Closing takes back what was not kept.
    await runner.release();
    await dataSource.destroy();
  }
}

/** How rows are read: by a connection of TypeORM's that only reads. */
interface Reading {
  readonly dataSource: DataSource;
  readonly reader: RowReader;
}

async function openReading(file: string, entities: StoredModel['schema'][]): Promise<Reading> {
  const opened: Database.Database[] = [];
  const dataSource = await open(file, { entities, readonly: true }, (db) => void opened.push(db));
  return { dataSource, reader: new RowReader(opened[0] as Database.Database, dataSource) };
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
