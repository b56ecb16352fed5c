import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Change,
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
  type RowOut,
  type RowQuery,
  type RowsOut,
  type TotalOut,
} from '@entente/engine';
import type { AnyProjection, Cell, ColumnType, Json } from '@entente/kernel';
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
import { type At, type Compiled, keyedQuery, orderOf, pageQuery, totalsQuery } from './queries.js';
import { type Source, type StoredModel, type StoredView, keyOf, modelSource, rowIdOf, viewSource } from './source.js';
import { SqliteRebuild } from './sqlite-rebuild.js';
import { RowWriter, parkedOf } from './row-writer.js';
import { decode, tableOf } from './tables.js';

/** Beside how many changed rows a reader had better read anew. */
const MOST_CHANGES = 500;
const FILE = 'rows.sqlite';
type Row = Record<string, unknown>;

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
  private readonly prepared = new Map<string, Database.Statement>();
  private readonly listeners = new Set<(models: ReadonlySet<string>) => void>();
  private write: Database.Database | null = null;
  private writer: RowWriter | null = null;
  private reading: DataSource | null = null;
  private read!: Database.Database;
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
    const reading = await open(this.file, { entities, readonly: true }, (db) => (this.read = db));
    this.prepared.clear();
    this.served = served;
    this.sources = new Map([...served.values()].map((stored) => [stored.model.name, modelSource(stored)]));
    for (const view of this.options.views) this.sources.set(view.name, viewSource(view, served));
    if (this.write !== null) this.writer = new RowWriter(this.write, served);
    this.reading = reading;
    this.seen = turn;
    await before?.destroy();
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
    return this.reads(() => Number((this.statement('SELECT turn FROM house').get() as { turn: number }).turn));
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
    return this.reads(() => this.checkpointOf(this.stored(model), partition));
  }

  private checkpointOf({ table }: StoredModel, partition: number): bigint {
    const found = this.statement(
      'SELECT CAST(position AS TEXT) AS at FROM checkpoints WHERE rows_in = ? AND partition = ?',
    );
    return BigInt((found.get(table, partition) as { at: string } | undefined)?.at ?? 0);
  }

  async parked(): Promise<readonly Parked[]> {
    await this.upToDate();
    const rows = this.reads(() => this.statement('SELECT * FROM parked ORDER BY position').all() as Row[]);
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
    return this.inOneView(name, (source) => {
      const pin = query.pin ?? this.reachOf(source);
      const behind = query.behind === undefined ? undefined : this.behindValues(source, query, query.behind);
      const asked = {
        where: query.where,
        sort: query.sort,
        limit: query.limit + 1,
        ...(behind === undefined ? {} : { behind }),
      };
      const rows = this.values(pageQuery(this.reader(), source, asked, this.at(source, pin)));
      const parkedSince = this.parkedSince(source);
      return {
        rows: rows.slice(0, query.limit).map((row) => this.rowOut(source, row, query.sort, parkedSince)),
        more: rows.length > query.limit,
        pin,
        version: source.version,
      };
    });
  }

  /** The values of a place in the whole order: the sort columns', then the key's. */
  private behindValues(
    source: Source,
    query: RowQuery,
    { place, key }: NonNullable<RowQuery['behind']>,
  ): readonly Cell[] {
    const named = keyOf(source, key) ?? {};
    return orderOf(source, query).map(({ column }, i) =>
      i < query.sort.length ? (place[i] ?? null) : (named[column] ?? null),
    );
  }

  totals(name: string, where: readonly Filter[], pin: Pin): Promise<readonly TotalOut[]> {
    return this.inOneView(name, (source) => {
      const { by, sums, counts } = source.totals;
      return this.all(totalsQuery(this.reader(), source, where, this.at(source, pin))).map((row) => ({
        by: Object.fromEntries(by.map((column) => [column, decode(source.columns[column] ?? 'text', row[column])])),
        counts,
        count: Number(row['counted']),
        sums: Object.fromEntries(sums.map((column) => [column, String(row[column] as string)])),
      }));
    });
  }

  reach(name: string): Promise<{ readonly pin: Pin; readonly version: string }> {
    return this.inOneView(name, (source) => ({ pin: this.reachOf(source), version: source.version }));
  }

  changes(name: string, since: Pin, upTo?: Pin): Promise<Changes> {
    return this.inOneView(name, (source) => {
      const pin = upTo ?? this.reachOf(source);
      const [from, to] = [since[0] ?? 0n, pin[0] ?? 0n];
      const keys = this.movedKeys(source, from, to);
      if (keys === null) return { changes: [], pin, version: source.version, tooMany: true };
      const changes = keys.length === 0 ? [] : this.compare(source, keys, from, to);
      return { changes, pin, version: source.version, tooMany: changes.length > MOST_CHANGES };
    });
  }

  /** The keys, or parts of one, whose rows may have changed; null where they are too many. */
  private movedKeys(source: Source, from: bigint, to: bigint): readonly Readonly<Record<string, Cell>>[] | null {
    const keys = new Map<string, Readonly<Record<string, Cell>>>();
    for (const { model, table } of source.reads) {
      const mapping = source.view === null ? { stream: 'stream', row_key: 'row_key' } : source.view.movedBy[model.name];
      if (mapping === null || mapping === undefined) continue;
      const columns = Object.entries(mapping);
      const wanted = columns.map(([as, column]) => `"${column}" AS "${as}"`).join(', ');
      const rows = this.statement(
        `SELECT ${wanted} FROM "${table}" WHERE since > @from AND since <= @to
         UNION SELECT ${wanted} FROM "${table}" WHERE "until" > @from AND "until" <= @to LIMIT ${MOST_CHANGES + 1}`,
      ).all({ from, to }) as Record<string, Cell>[];
      for (const row of rows) keys.set(JSON.stringify(row), row);
      if (keys.size > MOST_CHANGES) return null;
    }
    return [...keys.values()];
  }

  private compare(source: Source, keys: readonly Readonly<Record<string, Cell>>[], from: bigint, to: bigint): Change[] {
    const parkedSince = this.parkedSince(source);
    const rowsAt = (at: At): Map<string, RowOut> => {
      const found = new Map<string, RowOut>();
      for (let i = 0; i < keys.length; i += 100)
        for (const row of this.values(keyedQuery(this.reader(), source, keys.slice(i, i + 100), at))) {
          const out = this.rowOut(source, row, [], parkedSince);
          found.set(out.key, out);
        }
      return found;
    };
    const [before, after] = [rowsAt(from), rowsAt(this.at(source, [to]))];
    const changes: Change[] = [];
    for (const key of new Set([...before.keys(), ...after.keys()])) {
      const [was, is] = [before.get(key) ?? null, after.get(key) ?? null];
      if (
        was !== null &&
        is !== null &&
        source.is === 'view' &&
        JSON.stringify(was.columns) === JSON.stringify(is.columns)
      )
        continue;
      changes.push({ key, before: was?.columns ?? null, row: is });
    }
    return changes;
  }

  origins(name: string, key: string, pin?: Pin): Promise<readonly Origin[] | null> {
    return this.inOneView(name, (source) => {
      const at = (pin ?? this.reachOf(source))[0] ?? 0n;
      const named = keyOf(source, key);
      const row = named === null ? undefined : this.all(keyedQuery(this.reader(), source, [named], at))[0];
      if (row === undefined) return null;
      const origins = new Map<string, Origin>();
      for (const { model, table, columns } of source.reads) {
        const moves = source.view === null ? { stream: 'stream', row_key: 'row_key' } : source.view.movedBy[model.name];
        if (moves === null || moves === undefined) continue;
        const alike = source.key.filter((name) => row[name] !== null && columns.some((column) => column.name === name));
        const mapping = { ...Object.fromEntries(alike.map((name) => [name, name])), ...moves };
        const where = Object.entries(mapping).map(
          ([as, column], i) => [`r."${column}" IS @v${i}`, `v${i}`, row[as]] as const,
        );
        const made = this.statement(
          `SELECT DISTINCT v.stream, v.event_id, CAST(v.since AS TEXT) AS since FROM "${table}" r
           JOIN "${table}" v ON v.stream = r.stream AND (v.row_key = r.row_key${model.head === true ? ` OR v.row_key = ''` : ''}) AND v.since <= @at
           WHERE ${where.map(([condition]) => condition).join(' AND ')} AND r.since <= @at AND (r."until" IS NULL OR r."until" > @at)
           ORDER BY v.since LIMIT ${MOST_ORIGINS}`,
        ).all({ at, ...Object.fromEntries(where.map(([, as, value]) => [as, value])) }) as Record<string, string>[];
        for (const { stream = '', event_id: eventId = '', since = '0' } of made)
          origins.set(since, { model: model.name, stream, eventId, position: BigInt(since) });
      }
      return [...origins.values()].sort((a, b) => (a.position < b.position ? -1 : 1)).slice(0, MOST_ORIGINS);
    });
  }

  onCommit(listener: (models: ReadonlySet<string>) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async close(): Promise<void> {
    const reading = this.reading;
    this.reading = null;
    await reading?.destroy();
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

  private reader(): DataSource {
    if (this.reading === null) throw new Error('the rows are closed');
    return this.reading;
  }

  /** Everything that one answer reads is read in one transaction, of what is served in it. */
  private async inOneView<T>(name: string, work: (source: Source) => T): Promise<T> {
    for (;;) {
      await this.upToDate();
      const source = this.source(name);
      const answer = this.reads(() =>
        this.read.transaction(() => (this.turnNow() === this.seen ? { is: work(source) } : null))(),
      );
      if (answer !== null) return answer.is;
    }
  }

  private reachOf(source: Source): Pin {
    let lowest: bigint | null = null;
    for (const stored of source.reads) {
      const at = this.checkpointOf(stored, 0);
      if (lowest === null || at < lowest) lowest = at;
    }
    return [lowest ?? 0n];
  }

  /** Now, where the pin is what every model has reached; else the position itself. */
  private at(source: Source, pin: Pin): At {
    const at = pin[0] ?? 0n;
    return source.reads.every((stored) => this.checkpointOf(stored, 0) === at) ? null : at;
  }

  private parkedSince(source: Source): ReadonlyMap<string, string> {
    if (source.is === 'view') return new Map();
    const rows = this.statement('SELECT stream, since FROM parked WHERE rows_in = ?').all(
      (source.reads[0] as StoredModel).table,
    ) as Record<string, string>[];
    return new Map(rows.map(({ stream = '', since = '' }) => [stream, since]));
  }

  private rowOut(
    source: Source,
    row: readonly unknown[],
    sort: RowQuery['sort'],
    parkedSince: ReadonlyMap<string, string>,
  ): RowOut {
    const columns: Record<string, Json> = {};
    let i = 0;
    for (const name in source.columns) columns[name] = decode(source.columns[name] as ColumnType, row[i++]);
    const place = sort.map(({ column }) => columns[column] as Cell);
    const key = rowIdOf(source, row);
    if (source.is === 'view') return { key, columns, place, source: null, parkedSince: null };
    const [stream, , since, event] = row.slice(i) as [string, string, string, string];
    const from = { stream, since: BigInt(since), event };
    return { key, columns, place, source: from, parkedSince: parkedSince.get(stream) ?? null };
  }

  /** The values of each row, in the order in which they are selected: rows as objects cost as much again as reading them. */
  private values([sql, values]: Compiled): unknown[][] {
    const raw = `${sql} `;
    if (!this.prepared.has(raw)) this.statement(raw).raw(true);
    return this.statement(raw).all(...values) as unknown[][];
  }

  private all([sql, values]: Compiled): Row[] {
    return this.statement(sql).all(...values) as Row[];
  }

  private statement(sql: string): Database.Statement {
    let statement = this.prepared.get(sql);
    if (statement === undefined) {
      if (this.prepared.size > 500) this.prepared.clear();
      this.prepared.set(sql, (statement = this.read.prepare(sql)));
    }
    return statement;
  }
}

/** Beyond so many events a row's origins are cut: the stream's own history has them all. */
const MOST_ORIGINS = 1000;

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
