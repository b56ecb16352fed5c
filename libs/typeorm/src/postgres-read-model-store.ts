import {
  type RowChangeSet,
  type ReadModelDescription,
  Fault,
  type Filter,
  type ModelBatch,
  type OriginsQuery,
  type RowOrigins,
  type Parked,
  type Positions,
  ReadModelStore,
  type Rebuild,
  type RowId,
  type RowQuery,
  type RowScan,
  type ResultPage,
  type TotalsQuery,
  type TotalsRow,
  type WholeQuery,
} from '@entente/engine';
import type { AnyProjection } from '@entente/kernel';
import { DataSource, Table } from 'typeorm';
import type { ModelTable } from './sqlite-catalogue.js';
import {
  checkStoreInfo,
  checkLocale,
  dropUnused,
  lockStoreInfo,
  activeTables,
  allocatePending,
  prepareSchema,
  lockedCatalogVersion,
} from './postgres-catalogue.js';
import {
  type SqlClient,
  Connections,
  type PostgresOptions,
  SCHEMA,
  SEARCH_PATH,
  translateError,
} from './postgres-connections.js';
import { type AnalystOptions, AnalystViews } from './analyst-views.js';
import { ChangeNotifier } from './change-notifier.js';
import { PostgresRebuild } from './postgres-rebuild.js';
import { Fenced, PostgresRowWriter } from './postgres-row-writer.js';
import { RowReader } from './row-reader.js';
import { ReadModelCatalog, resolveTables } from './read-model-catalog.js';
import type { Queryable, StoredModel, StoredView } from './queryable.js';
import { type SqlProgram, runAsync } from './sql-program.js';
import { beginScan } from './postgres-scan.js';
import { ON_POSTGRES } from './tables.js';

/** Options of the store. */
export interface PostgresReadModelStoreOptions extends PostgresOptions, Partial<AnalystOptions> {
  readonly models: readonly AnyProjection[];
  readonly views: readonly StoredView[];
  /** The number of partitions into which the log is folded. */
  readonly partitions: number;
  /** Called each time the store listens again after its connection was lost. */
  readonly onReconnect?: () => void;
  /** If true, the store never writes rows and creates no table. */
  readonly readonly?: boolean;
}

/** The number of connections for the status of the rows. */
const STATUS_CONNECTIONS = 2;
/** The number of connections for scans. Further scans wait. */
const SCAN_CONNECTIONS = 4;
/**
 * The idle timeout of a scan's transaction, in milliseconds. It is longer than a reader may pause
 * with an open scan.
 */
const SCAN_IDLE_TIMEOUT_MS = 20_000;

/**
 * Stores rows in a separate schema of a PostgreSQL database, for any number of processes. Workers
 * fence each other by compare-and-swap of checkpoints. Every process finds the active tables by the
 * catalog version. Processes notify each other of changes. TypeORM creates the tables and compiles
 * the queries. Every answer is read in one transaction, from one snapshot. If a schema and a role
 * for analysts are set, the store keeps SQL views over the active tables.
 */
export class PostgresReadModelStore extends ReadModelStore {
  readonly partitions: number;
  private readonly connections: Connections;
  /** Separate connections for the status of the rows, so that it does not wait for queries. */
  private readonly statusConnections: Connections;
  /** Separate connections for scans, so that pages do not wait for them. */
  private readonly scanConnections: Connections;
  private readonly listeners = new Set<(models: ReadonlySet<string>) => void>();
  private readonly analyst: AnalystViews | null;
  private storeId = '';
  private era = '';
  private catalog = new ReadModelCatalog(0, new Map(), []);
  private reader: RowReader | null = null;
  private notifier: ChangeNotifier | null = null;
  private loading: Promise<void> | null = null;

  constructor(private readonly options: PostgresReadModelStoreOptions) {
    super();
    this.partitions = options.partitions;
    this.connections = new Connections(options);
    const { analystSchema, analystRole } = options;
    this.analyst =
      analystSchema !== undefined && analystRole !== undefined
        ? new AnalystViews({ analystSchema, analystRole })
        : null;
    this.statusConnections = new Connections({ ...options, connections: STATUS_CONNECTIONS });
    this.scanConnections = new Connections({
      ...options,
      connections: SCAN_CONNECTIONS,
      idleTransactionTimeout: SCAN_IDLE_TIMEOUT_MS,
    });
  }

  /** If it rejects, all connections are closed. Use a new store for the next attempt. */
  async open(storeId: string, head?: bigint, era = ''): Promise<void> {
    this.era = era;
    try {
      await this.prepareAndLoad(storeId, head);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  private async prepareAndLoad(storeId: string, head?: bigint): Promise<void> {
    this.storeId = storeId;
    const { models, readonly = false } = this.options;
    await checkLocale(this.connections);
    if (!readonly)
      await this.connections.transaction(async (db) => {
        await prepareSchema(db, { storeId, partitions: this.partitions }, models, head);
        await this.makeTables(this.resolve(await activeTables(db)), db);
        await this.analyst?.prepare(db);
        await this.moveViews(db);
        await dropUnused(db);
      });
    await this.load();
    this.notifier = new ChangeNotifier(
      this.connections,
      this.options.url,
      (changed) => this.notify(changed),
      this.options.onReconnect,
    );
    await this.notifier.ready;
  }

  private resolve(tables: readonly ModelTable[]): ReadonlyMap<string, StoredModel> {
    return resolveTables(tables, this.options.models, ON_POSTGRES, this.era);
  }

  /** Loads the active tables. */
  private async load(): Promise<void> {
    const { models, views } = this.options;
    const identity = { storeId: this.storeId, partitions: this.partitions };
    const catalog = await this.connections.transaction(async (db) => {
      await checkStoreInfo(db, identity);
      const { rows } = await db.query<{ catalog_version: number }>('SELECT catalog_version FROM store_info');
      return new ReadModelCatalog(rows[0]?.catalog_version ?? 0, this.resolve(await activeTables(db)), views);
    }, 'ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const missing = models.find(({ name }) => !catalog.models.has(name));
    if (missing !== undefined)
      throw new Fault(
        'no-rows',
        `${missing.name} is not in these rows yet: start a projector of this version of Entente on them`,
        1,
      );
    const compiler = await this.dataSource([...catalog.models.values()]);
    const first = this.reader === null;
    this.reader = new RowReader(compiler, this.partitions);
    this.catalog = catalog;
    // Compiling queries needs no connection.
    await compiler.destroy();
    if (!first) this.notify(new Set(catalog.models.keys()));
  }

  /**
   * Creates a data source with the tables of some models. TypeORM connects once, to read the
   * version of the database.
   */
  private dataSource(models: readonly StoredModel[]): Promise<DataSource> {
    return new DataSource({
      type: 'postgres',
      url: this.options.url,
      schema: SCHEMA,
      poolSize: 1,
      extra: { options: SEARCH_PATH },
      synchronize: false,
      entities: models.map(({ schema }) => schema),
    })
      .initialize()
      .catch((error: unknown) => {
        throw translateError(error);
      });
  }

  /** Creates the missing tables as TypeORM defines them, within a transaction. */
  private async makeTables(models: ReadonlyMap<string, StoredModel>, db: SqlClient): Promise<void> {
    const existing = await db.query<{ name: string }>(
      `SELECT tablename AS name FROM pg_tables WHERE schemaname = '${SCHEMA}'`,
    );
    const missing = [...models.values()].filter(({ table }) => !existing.rows.some(({ name }) => name === table));
    if (missing.length === 0) return;
    const compiler = await this.dataSource(missing);
    try {
      for (const { table } of missing) {
        const runner = compiler.createQueryRunner();
        runner.enableSqlMemory();
        const definition = Table.create(compiler.getMetadata(table), compiler.driver);
        await runner.createTable(new Table({ ...definition, columns: definition.columns }), false, false, true);
        for (const { query } of runner.getMemorySql().upQueries) await db.query(query);
        await runner.release();
      }
    } finally {
      await compiler.destroy();
    }
  }

  /** Moves the views for analysts to the active tables. Returns false if a view is being read. */
  private async moveViews(db: SqlClient): Promise<boolean> {
    if (this.analyst === null) return true;
    const catalog = new ReadModelCatalog(0, this.resolve(await activeTables(db)), this.options.views);
    const compiler = await this.dataSource([...catalog.models.values()]);
    try {
      return await this.analyst.refresh(db, catalog, compiler);
    } finally {
      await compiler.destroy();
    }
  }

  /** Reloads the active tables after any process has changed the catalog. */
  private async reload(): Promise<void> {
    this.loading ??= this.load().finally(() => (this.loading = null));
    await this.loading;
  }

  private async upToDate(connections = this.connections): Promise<void> {
    const { rows } = await connections.query<{ catalog_version: number }>('SELECT catalog_version FROM store_info');
    if (rows[0]?.catalog_version !== this.catalog.version) await this.reload();
  }

  async catalogVersion(): Promise<number> {
    await this.upToDate();
    return this.catalog.version;
  }

  async outdated(): Promise<readonly string[]> {
    await this.upToDate();
    return this.catalog.outdated();
  }

  names(): readonly ReadModelDescription[] {
    return this.catalog.names();
  }

  refuses(model: AnyProjection, row: object): string | null {
    return this.writer().refuses(model.name, row);
  }

  async checkpoints(): Promise<ReadonlyMap<string, Positions>> {
    return this.inSnapshot((catalog, reader) => reader.allCheckpoints(catalog.models.values()), this.statusConnections);
  }

  async parked(): Promise<readonly Parked[]> {
    await this.upToDate(this.statusConnections);
    return this.writer().parked(this.statusConnections);
  }

  /**
   * Reads the tables that were active when the catalog was last loaded. If they are no longer
   * active, `commit` writes nothing and returns false.
   */
  async current(model: AnyProjection, ids: readonly RowId[]): Promise<ReadonlyMap<string, object>> {
    return this.writer().current(this.connections, model, ids);
  }

  async commit(batches: readonly ModelBatch[], catalogVersion?: number): Promise<boolean> {
    const current = this.catalog.version;
    if (current !== (catalogVersion ?? current)) return false;
    const changed = new Set(batches.map(({ model }) => model));
    try {
      await this.connections.transaction(async (db) => {
        const cleared = batches.some((batch) => (batch.cleared?.length ?? 0) > 0);
        if (cleared) await lockStoreInfo(db);
        if ((await lockedCatalogVersion(db)) !== current) throw new Fenced();
        await this.writer().write(db, batches);
      });
    } catch (error) {
      if (!(error instanceof Fenced)) throw error;
      return false;
    }
    this.notifier?.notify(changed);
    this.notify(changed);
    return true;
  }

  async rebuild(names: readonly string[], fromScratch: boolean): Promise<Rebuild> {
    await this.upToDate();
    const models = names.map((name) => this.catalog.model(name).model);
    const pending = await this.connections.transaction(async (db) => {
      await lockStoreInfo(db);
      const tables: ModelTable[] = [];
      for (const model of models) tables.push(await allocatePending(db, model, fromScratch));
      await this.makeTables(this.resolve(tables), db);
      return tables;
    });
    const resolve = (of: readonly ModelTable[]): ReadonlyMap<string, StoredModel> => this.resolve(of);
    return new PostgresRebuild(
      this.connections,
      this.partitions,
      pending,
      resolve,
      (db) => this.moveViews(db),
      () => this.reload(),
    );
  }

  query(name: string, query: RowQuery): Promise<ResultPage> {
    return this.querySource(name, (source, reader) => reader.query(source, query));
  }
  async scan(name: string, query: WholeQuery): Promise<RowScan> {
    for (;;) {
      const { catalog, reader } = this.opened();
      const snapshot = await this.scanConnections.openSnapshot();
      try {
        const scan = await beginScan(
          snapshot,
          ifActive(catalog, reader, () => reader.scan(catalog.source(name), query)),
        );
        if (scan !== null) return scan;
      } catch (error) {
        await snapshot.end();
        throw error;
      }
      await snapshot.end();
      await this.reload();
    }
  }
  totals(
    name: string,
    where: readonly Filter[],
    positions: Positions,
    as?: TotalsQuery,
  ): Promise<readonly TotalsRow[]> {
    return this.querySource(name, (source, reader) => reader.totals(source, where, positions, as));
  }
  positions(name: string): Promise<{ readonly positions: Positions; readonly version: string }> {
    return this.querySource(name, (source, reader) => reader.positions(source));
  }
  changes(name: string, since: Positions, upTo?: Positions, day?: string): Promise<RowChangeSet> {
    return this.querySource(name, (source, reader) => reader.changes(source, since, upTo, day));
  }
  origins(name: string, key: string, query: OriginsQuery): Promise<RowOrigins | null> {
    return this.querySource(name, (source, reader) => reader.origins(source, key, query));
  }

  onCommit(listener: (models: ReadonlySet<string>) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async close(): Promise<void> {
    await this.notifier?.close();
    await this.statusConnections.close();
    await this.scanConnections.close();
    await this.connections.close();
  }

  private notify(changed: ReadonlySet<string>): void {
    for (const listener of this.listeners) listener(changed);
  }

  private opened(): { readonly catalog: ReadModelCatalog; readonly reader: RowReader } {
    const { catalog, reader } = this;
    if (reader === null) throw new Error('the rows are not open');
    return { catalog, reader };
  }

  private writer(): PostgresRowWriter {
    return new PostgresRowWriter(this.catalog.models);
  }

  private querySource<T>(name: string, work: (source: Queryable, reader: RowReader) => SqlProgram<T>): Promise<T> {
    return this.inSnapshot((catalog, reader) => work(catalog.source(name), reader));
  }

  /** Reads all rows of one answer in one transaction, from the tables that are active in it. */
  private async inSnapshot<T>(
    work: (catalog: ReadModelCatalog, reader: RowReader) => SqlProgram<T>,
    connections = this.connections,
  ): Promise<T> {
    for (;;) {
      const { catalog, reader } = this.opened();
      const answer = await connections.inSnapshot((answer) =>
        runAsync(
          ifActive(catalog, reader, () => work(catalog, reader)),
          answer,
        ),
      );
      if (answer !== null) return answer.result;
      await this.reload();
    }
  }
}

/** The result of a program if the tables are still the active ones; else null. */
function* ifActive<T>(
  catalog: ReadModelCatalog,
  reader: RowReader,
  program: () => SqlProgram<T>,
): SqlProgram<{ readonly result: T } | null> {
  return (yield* reader.catalogVersion()) === catalog.version ? { result: yield* program() } : null;
}
