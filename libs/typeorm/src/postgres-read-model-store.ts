import {
  type RowChangeSet,
  type ReadModelDescription,
  Fault,
  type Filter,
  type ModelBatch,
  type RowOrigin,
  type Parked,
  type Positions,
  ReadModelStore,
  type Rebuild,
  type RowId,
  type RowQuery,
  type ResultPage,
  type TotalsRow,
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
import { ChangeNotifier } from './change-notifier.js';
import { PostgresRebuild } from './postgres-rebuild.js';
import { Fenced, PostgresRowWriter } from './postgres-row-writer.js';
import { RowReader } from './row-reader.js';
import { ReadModelCatalog, resolveTables } from './read-model-catalog.js';
import type { Queryable, StoredModel, StoredView } from './queryable.js';
import { type SqlProgram, runAsync } from './sql-program.js';
import { ON_POSTGRES } from './tables.js';

/** How the store is opened. */
export interface PostgresReadModelStoreOptions extends PostgresOptions {
  readonly models: readonly AnyProjection[];
  readonly views: readonly StoredView[];
  /** Into how many partitions the log is folded. */
  readonly partitions: number;
  /** Is told each time that the database is listened to anew after that had ended. */
  readonly reconnected?: () => void;
  /** Rows are read, never written, and no table is made. */
  readonly readonly?: boolean;
}

/**
 * Rows in a PostgreSQL database, in a schema of their own, for as many processes as one likes:
 * those that fold fence each other by the checkpoints, all see what is served by the turn, and tell
 * each other what moved. TypeORM makes the tables and compiles the queries. Every answer is read in
 * one transaction of one moment.
 */
export class PostgresReadModelStore extends ReadModelStore {
  readonly partitions: number;
  private readonly connections: Connections;
  private readonly listeners = new Set<(models: ReadonlySet<string>) => void>();
  private storeId = '';
  private era = '';
  private served = new ReadModelCatalog(0, new Map(), []);
  private reader: RowReader | null = null;
  private news: ChangeNotifier | null = null;
  private loading: Promise<void> | null = null;

  constructor(private readonly options: PostgresReadModelStoreOptions) {
    super();
    this.partitions = options.partitions;
    this.connections = new Connections(options);
  }

  /** Where it fails, nothing of it stays open: another try takes another store. */
  async open(storeId: string, head?: bigint, era = ''): Promise<void> {
    this.era = era;
    try {
      await this.openOn(storeId, head);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  private async openOn(storeId: string, head?: bigint): Promise<void> {
    this.storeId = storeId;
    const { models, readonly = false } = this.options;
    await checkLocale(this.connections);
    if (!readonly)
      await this.connections.transaction(async (asks) => {
        await prepareSchema(asks, { storeId, partitions: this.partitions }, models, head);
        await this.makeTables(this.stored(await activeTables(asks)), asks);
        await dropUnused(asks);
      });
    await this.load();
    this.news = new ChangeNotifier(
      this.connections,
      this.options.url,
      (moved) => this.notify(moved),
      this.options.reconnected,
    );
    await this.news.begun;
  }

  private stored(kept: readonly ModelTable[]): ReadonlyMap<string, StoredModel> {
    return resolveTables(kept, this.options.models, ON_POSTGRES, this.era);
  }

  /** Takes up what is served now. */
  private async load(): Promise<void> {
    const { models, views } = this.options;
    const whose = { storeId: this.storeId, partitions: this.partitions };
    const served = await this.connections.transaction(async (asks) => {
      await checkStoreInfo(asks, whose);
      const { rows } = await asks.query<{ turn: number }>('SELECT turn FROM house');
      return new ReadModelCatalog(rows[0]?.turn ?? 0, this.stored(await activeTables(asks)), views);
    }, 'ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const missing = models.find(({ name }) => !served.models.has(name));
    if (missing !== undefined)
      throw new Fault(
        'no-rows',
        `${missing.name} is not in these rows yet: start a projector of this version of Entente on them`,
        1,
      );
    const compiler = await this.dataSource([...served.models.values()]);
    const first = this.reader === null;
    this.reader = new RowReader(compiler, this.partitions);
    this.served = served;
    // It has compiled nothing yet, and needs no connection to do so.
    await compiler.destroy();
    if (!first) this.notify(new Set(served.models.keys()));
  }

  /** Knows the tables of some models; TypeORM asks the database for its version. */
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

  /** Makes the tables that are not there yet, as TypeORM writes them, within a transaction. */
  private async makeTables(models: ReadonlyMap<string, StoredModel>, asks: SqlClient): Promise<void> {
    const there = await asks.query<{ name: string }>(
      `SELECT tablename AS name FROM pg_tables WHERE schemaname = '${SCHEMA}'`,
    );
    const missing = [...models.values()].filter(({ table }) => !there.rows.some(({ name }) => name === table));
    if (missing.length === 0) return;
    const compiler = await this.dataSource(missing);
    try {
      for (const { table } of missing) {
        const runner = compiler.createQueryRunner();
        runner.enableSqlMemory();
        const made = Table.create(compiler.getMetadata(table), compiler.driver);
        await runner.createTable(new Table({ ...made, columns: made.columns }), false, false, true);
        for (const { query } of runner.getMemorySql().upQueries) await asks.query(query);
        await runner.release();
      }
    } finally {
      await compiler.destroy();
    }
  }

  /** Takes up what another turn serves, where it has come, by this process or another. */
  private async reload(): Promise<void> {
    this.loading ??= this.load().finally(() => (this.loading = null));
    await this.loading;
  }

  private async upToDate(): Promise<void> {
    const { rows } = await this.connections.query<{ turn: number }>('SELECT turn FROM house');
    if (rows[0]?.turn !== this.served.version) await this.reload();
  }

  async catalogVersion(): Promise<number> {
    await this.upToDate();
    return this.served.version;
  }

  async outdated(): Promise<readonly string[]> {
    await this.upToDate();
    return this.served.outdated();
  }

  names(): readonly ReadModelDescription[] {
    return this.served.names();
  }

  refuses(model: AnyProjection, row: object): string | null {
    return this.writer().refuses(model.name, row);
  }

  async checkpoints(): Promise<ReadonlyMap<string, Positions>> {
    return this.inSnapshot((served, reader) => reader.allCheckpoints(served.models.values()));
  }

  async parked(): Promise<readonly Parked[]> {
    await this.upToDate();
    return this.writer().parked(this.connections);
  }

  /**
   * Of the tables that were served when it last looked: where they are not any more, `commit` keeps
   * nothing of what is folded onto them.
   */
  async current(model: AnyProjection, ids: readonly RowId[]): Promise<ReadonlyMap<string, object>> {
    return this.writer().current(this.connections, model, ids);
  }

  async commit(batches: readonly ModelBatch[], turn?: number): Promise<boolean> {
    const served = this.served.version;
    if (served !== (turn ?? served)) return false;
    const moved = new Set(batches.map(({ model }) => model));
    try {
      await this.connections.transaction(async (asks) => {
        const cleared = batches.some((batch) => (batch.cleared?.length ?? 0) > 0);
        if (cleared) await lockStoreInfo(asks);
        if ((await lockedCatalogVersion(asks)) !== served) throw new Fenced();
        await this.writer().keep(asks, batches);
      });
    } catch (error) {
      if (!(error instanceof Fenced)) throw error;
      return false;
    }
    this.news?.notify(moved);
    this.notify(moved);
    return true;
  }

  async rebuild(names: readonly string[], anew: boolean): Promise<Rebuild> {
    await this.upToDate();
    const models = names.map((name) => this.served.model(name).model);
    const kept = await this.connections.transaction(async (asks) => {
      await lockStoreInfo(asks);
      const next: ModelTable[] = [];
      for (const model of models) next.push(await allocatePending(asks, model, anew));
      await this.makeTables(this.stored(next), asks);
      return next;
    });
    const stored = (of: readonly ModelTable[]): ReadonlyMap<string, StoredModel> => this.stored(of);
    return new PostgresRebuild(this.connections, this.partitions, kept, stored, () => this.reload());
  }

  query(name: string, query: RowQuery): Promise<ResultPage> {
    return this.ofOne(name, (source, reader) => reader.query(source, query));
  }
  totals(name: string, where: readonly Filter[], pin: Positions): Promise<readonly TotalsRow[]> {
    return this.ofOne(name, (source, reader) => reader.totals(source, where, pin));
  }
  positions(name: string): Promise<{ readonly pin: Positions; readonly version: string }> {
    return this.ofOne(name, (source, reader) => reader.reach(source));
  }
  changes(name: string, since: Positions, upTo?: Positions): Promise<RowChangeSet> {
    return this.ofOne(name, (source, reader) => reader.changes(source, since, upTo));
  }
  origins(name: string, key: string, pin?: Positions): Promise<readonly RowOrigin[] | null> {
    return this.ofOne(name, (source, reader) => reader.origins(source, key, pin));
  }

  onCommit(listener: (models: ReadonlySet<string>) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async close(): Promise<void> {
    await this.news?.close();
    await this.connections.close();
  }

  private notify(moved: ReadonlySet<string>): void {
    for (const listener of this.listeners) listener(moved);
  }

  private writer(): PostgresRowWriter {
    return new PostgresRowWriter(this.served.models);
  }

  private ofOne<T>(name: string, work: (source: Queryable, reader: RowReader) => SqlProgram<T>): Promise<T> {
    return this.inSnapshot((served, reader) => work(served.source(name), reader));
  }

  /** Everything that one answer reads is read in one transaction, of what is served in it. */
  private async inSnapshot<T>(work: (served: ReadModelCatalog, reader: RowReader) => SqlProgram<T>): Promise<T> {
    for (;;) {
      const { served, reader } = this;
      if (reader === null) throw new Error('the rows are not open');
      const answer = await this.connections.inSnapshot((answer) =>
        runAsync(
          whereServed(served, reader, () => work(served, reader)),
          answer,
        ),
      );
      if (answer !== null) return answer.is;
      await this.reload();
    }
  }
}

/** An answer, where it is of the tables that were served when it was begun; else null. */
function* whereServed<T>(
  served: ReadModelCatalog,
  reader: RowReader,
  steps: () => SqlProgram<T>,
): SqlProgram<{ readonly is: T } | null> {
  return (yield* reader.catalogVersion()) === served.version ? { is: yield* steps() } : null;
}
