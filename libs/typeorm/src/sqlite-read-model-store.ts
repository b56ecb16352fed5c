import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Change,
  type Changes,
  type Columns,
  type Described,
  type Filter,
  type ModelBatch,
  NoRoom,
  type Origin,
  type Parked,
  type Pin,
  ReadModelStore,
  type RowId,
  type RowOut,
  type RowQuery,
  type RowsOut,
  type TotalOut,
  rowKey,
} from '@entente/engine';
import type { AnyProjection, Cell } from '@entente/kernel';
import type BetterSqlite3 from 'better-sqlite3';
import { DataSource, Table } from 'typeorm';
import { type At, type Compiled, keyedQuery, orderOf, pageQuery, totalsQuery } from './queries.js';
import { type Source, type StoredModel, type StoredView, keyOf, modelSource, rowIdOf, viewSource } from './source.js';
import { decode, encode, ownColumns, tableOf } from './tables.js';

/** Beside how many changed rows a reader had better read anew. */
const MOST_CHANGES = 500;
const FILE = 'rows.sqlite';
const FORMAT = 1;

const HOUSE = `
  CREATE TABLE IF NOT EXISTS house (only_one INTEGER PRIMARY KEY CHECK (only_one = 1), log TEXT NOT NULL, format INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS models (name TEXT PRIMARY KEY, version INTEGER NOT NULL, generation INTEGER NOT NULL, epoch INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS checkpoints (model TEXT NOT NULL, partition INTEGER NOT NULL, position INTEGER NOT NULL, PRIMARY KEY (model, partition));
  CREATE TABLE IF NOT EXISTS parked (
    model TEXT NOT NULL, stream TEXT NOT NULL, event_id TEXT NOT NULL, position INTEGER NOT NULL, error TEXT NOT NULL, since TEXT NOT NULL,
    PRIMARY KEY (model, stream)
  );
`;

type Row = Record<string, unknown>;

/** How the store is opened. */
export interface SqliteReadModelStoreOptions {
  /** The data folder; made where it is missing. */
  readonly folder: string;
  readonly models: readonly AnyProjection[];
  readonly views: readonly StoredView[];
  /** Beside a running house: rows are read, never written. */
  readonly readonly?: boolean;
}

/** The statements of the path that every event takes, prepared once a model on the DataSource's own connection. */
interface Statements {
  readonly insert: BetterSqlite3.Statement;
  readonly close: BetterSqlite3.Statement;
  readonly current: BetterSqlite3.Statement;
}

/**
 * Rows in one SQLite file through TypeORM: a writing DataSource, and a read-only one beside it, since a DataSource shares one connection and readers would see open
 * transactions. TypeORM knows the tables and compiles the queries; what every event pays for runs as prepared statements on the same connection.
 * Every answer is read in one transaction, so that rows, totals and position belong together.
 */
export class SqliteReadModelStore extends ReadModelStore {
  private readonly models = new Map<string, StoredModel>();
  private readonly sources = new Map<string, Source>();
  private readonly statements = new Map<string, Statements>();
  private readonly prepared = new Map<string, BetterSqlite3.Statement>();
  private readonly listeners = new Set<(models: ReadonlySet<string>) => void>();
  private writing: DataSource | null = null;
  private reading: DataSource | null = null;
  private write!: BetterSqlite3.Database;
  private read!: BetterSqlite3.Database;

  constructor(private readonly options: SqliteReadModelStoreOptions) {
    super();
  }

  async open(storeId: string): Promise<void> {
    const { folder, models, views } = this.options;
    const file = join(folder, FILE);
    if (this.options.readonly === true) {
      if (!existsSync(file))
        throw new Error(`${folder} holds no rows: start Entente there first, or name its data folder`);
    } else {
      mkdirSync(folder, { recursive: true });
      await this.prepareFile(file, storeId);
    }
    const looking = await open(file, { readonly: true }, (db) => (this.read = db));
    for (const model of models) this.models.set(model.name, this.storedModel(this.read, model));
    this.checkLog(this.read, storeId, file);
    await looking.destroy();
    const entities = [...this.models.values()].map(({ schema }) => schema);
    if (this.options.readonly !== true) {
      this.writing = await open(file, { entities }, (db) => {
        // Rows are folded from the log: what a power cut takes of them is folded again, so that a commit need not wait for the disk.
        db.pragma('synchronous = NORMAL');
        this.write = db;
      });
      await this.makeTables(this.writing);
      for (const stored of this.models.values()) this.statements.set(stored.model.name, this.statementsOf(stored));
    }
    this.reading = await open(file, { entities, readonly: true }, (db) => (this.read = db));
    for (const stored of this.models.values()) this.sources.set(stored.model.name, modelSource(stored));
    for (const view of views) this.sources.set(view.name, viewSource(view, this.models));
  }

  /** Makes the file's own tables, and a new version's place in the catalogue. */
  private async prepareFile(file: string, storeId: string): Promise<void> {
    const dataSource = await open(file, {}, (db) => {
      db.pragma('journal_mode = WAL');
      db.exec(HOUSE);
      db.prepare('INSERT OR IGNORE INTO house VALUES (1, ?, ?)').run(storeId, FORMAT);
      this.checkLog(db, storeId, file);
      db.transaction(() => {
        for (const { name, version } of this.options.models) {
          const there = db.prepare('SELECT version, generation FROM models WHERE name = ?').get(name) as
            Row | undefined;
          if (there?.['version'] === version) continue;
          if (there !== undefined)
            db.exec(`DROP TABLE IF EXISTS "${tableName(name, Number(there['version']), Number(there['generation']))}"`);
          db.prepare('DELETE FROM checkpoints WHERE model = ?').run(name);
          db.prepare('DELETE FROM parked WHERE model = ?').run(name);
          db.prepare(
            'INSERT INTO models VALUES (?, ?, 1, 1) ON CONFLICT (name) DO UPDATE SET version = excluded.version, generation = generation + 1, epoch = epoch + 1',
          ).run(name, version);
        }
      })();
    });
    await dataSource.destroy();
  }

  private checkLog(db: BetterSqlite3.Database, storeId: string, file: string): void {
    const house = db.prepare('SELECT log, format FROM house').get() as { log: string; format: number };
    if (house.format > FORMAT)
      throw new Error(`${file} was written by a newer Entente (format ${house.format}): run that one`);
    if (house.log !== storeId)
      throw new Error(`${file} holds the rows of another log: remove it, and they are folded anew from this one`);
  }

  private storedModel(db: BetterSqlite3.Database, model: AnyProjection): StoredModel {
    const there = db.prepare('SELECT version, generation, epoch FROM models WHERE name = ?').get(model.name) as
      Row | undefined;
    if (there?.['version'] !== model.version)
      throw new Error(
        `${model.name} version ${model.version} is not in these rows: start this version of Entente on the folder once`,
      );
    const columns = ownColumns(model);
    const table = tableName(model.name, model.version, Number(there['generation']));
    const version = [model.version, there['generation'], there['epoch']].join('.');
    return { model, columns, table, schema: tableOf(columns, table), version };
  }

  private async makeTables(dataSource: DataSource): Promise<void> {
    const runner = dataSource.createQueryRunner();
    for (const { table } of this.models.values()) {
      const made = Table.create(dataSource.getMetadata(table), dataSource.driver);
      await runner.createTable(new Table({ ...made, columns: made.columns }), true, false, true);
    }
    await runner.release();
  }

  private statementsOf({ columns, table }: StoredModel): Statements {
    const names = ['stream', 'row_key', 'since', 'until', 'partition', 'event_id', ...columns.map(({ name }) => name)];
    return {
      insert: this.write.prepare(
        `INSERT INTO "${table}" (${names.map((name) => `"${name}"`).join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
      ),
      close: this.write.prepare(
        `UPDATE "${table}" SET "until" = ? WHERE stream = ? AND row_key = ? AND "until" IS NULL`,
      ),
      current: this.write.prepare(
        `SELECT r.* FROM json_each(?) k CROSS JOIN "${table}" r
         ON r.stream = json_extract(k.value, '$[0]') AND r.row_key = json_extract(k.value, '$[1]') AND r."until" IS NULL`,
      ),
    };
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
    try {
      for (const column of this.stored(model.name).columns) encode(column, (row as Row)[column.name]);
      return null;
    } catch (error) {
      return (error as Error).message;
    }
  }

  checkpoint(model: string, partition: number): Promise<bigint> {
    return Promise.resolve(
      this.checkpointOf(this.options.readonly === true ? this.read : this.write, model, partition),
    );
  }

  private checkpointOf(db: BetterSqlite3.Database, model: string, partition: number): bigint {
    const found = this.statement(db, 'SELECT CAST(position AS TEXT) FROM checkpoints WHERE model = ? AND partition = ?')
      .pluck()
      .get(model, partition);
    return BigInt((found as string | undefined) ?? 0);
  }

  parked(): Promise<readonly Parked[]> {
    const rows = this.read.prepare('SELECT * FROM parked ORDER BY position').all() as Row[];
    return Promise.resolve(
      rows.map((row) => ({
        model: String(row['model']),
        stream: String(row['stream']),
        eventId: String(row['event_id']),
        position: BigInt(row['position'] as number),
        error: String(row['error']),
        since: String(row['since']),
      })),
    );
  }

  current(model: AnyProjection, ids: readonly RowId[]): Promise<ReadonlyMap<string, object>> {
    const { columns } = this.stored(model.name);
    const statement = (this.statements.get(model.name) as Statements).current;
    const rows = new Map<string, object>();
    for (const row of statement.iterate(JSON.stringify(ids.map(({ stream, key }) => [stream, key]))) as Iterable<Row>) {
      const own = Object.fromEntries(columns.map(({ name, type }) => [name, decode(type, row[name])]));
      rows.set(rowKey({ stream: String(row['stream']), key: String(row['row_key']) }), own);
    }
    return Promise.resolve(rows);
  }

  commit(batches: readonly ModelBatch[]): Promise<boolean> {
    const write = this.write;
    try {
      write.exec('BEGIN IMMEDIATE');
      const kept = batches.every((batch) => this.keep(batch));
      write.exec(kept ? 'COMMIT' : 'ROLLBACK');
      if (kept) this.tell(batches);
      return Promise.resolve(kept);
    } catch (error) {
      if (write.inTransaction) write.exec('ROLLBACK');
      return Promise.reject(
        (error as { code?: string }).code === 'SQLITE_FULL' ? new NoRoom('the rows') : (error as Error),
      );
    }
  }

  private keep({ model, partition, from, to, closes, versions, parked }: ModelBatch): boolean {
    if (this.checkpointOf(this.write, model, partition) !== from) return false;
    this.statement(
      this.write,
      'INSERT INTO checkpoints VALUES (?, ?, ?) ON CONFLICT (model, partition) DO UPDATE SET position = excluded.position',
    ).run(model, partition, to);
    const { insert, close } = this.statements.get(model) as Statements;
    const { columns } = this.stored(model);
    for (const { stream, key, until } of closes)
      if (close.run(until, stream, key).changes !== 1)
        throw new Error(`${model}: no open row ${stream} ${key} to close`);
    for (const { stream, key, since, until, eventId, row } of versions) {
      const own = columns.map((column) => encode(column, (row as Row)[column.name]));
      insert.run(stream, key, since, until, partition, eventId, ...own);
    }
    for (const { stream, eventId, position, error, since } of parked)
      this.statement(this.write, 'INSERT INTO parked VALUES (?, ?, ?, ?, ?, ?)').run(
        model,
        stream,
        eventId,
        position,
        error,
        since,
      );
    return true;
  }

  private tell(batches: readonly ModelBatch[]): void {
    const moved = new Set(batches.map(({ model }) => model));
    for (const listener of this.listeners) listener(moved);
  }

  query(name: string, query: RowQuery): Promise<RowsOut> {
    const source = this.source(name);
    return this.inOneView(() => {
      const pin = query.pin ?? this.reachOf(source);
      const behind = query.behind === undefined ? undefined : this.behindValues(source, query, query.behind);
      const asked = {
        where: query.where,
        sort: query.sort,
        limit: query.limit + 1,
        ...(behind === undefined ? {} : { behind }),
      };
      const rows = this.all(pageQuery(this.reader(), source, asked, this.at(source, pin)));
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
    const source = this.source(name);
    const { by, sums, counts } = source.totals;
    return this.inOneView(() =>
      this.all(totalsQuery(this.reader(), source, where, this.at(source, pin))).map((row) => ({
        by: Object.fromEntries(by.map((column) => [column, decode(source.columns[column] ?? 'text', row[column])])),
        counts,
        count: Number(row['counted']),
        sums: Object.fromEntries(sums.map((column) => [column, String(row[column] as string)])),
      })),
    );
  }

  reach(name: string): Promise<{ readonly pin: Pin; readonly version: string }> {
    const source = this.source(name);
    return this.inOneView(() => ({ pin: this.reachOf(source), version: source.version }));
  }

  changes(name: string, since: Pin, upTo?: Pin): Promise<Changes> {
    const source = this.source(name);
    return this.inOneView(() => {
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
        this.read,
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
        for (const row of this.all(keyedQuery(this.reader(), source, keys.slice(i, i + 100), at))) {
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
    const source = this.source(name);
    return this.inOneView(() => {
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
          this.read,
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
    await this.reading?.destroy();
    await this.writing?.destroy();
    this.reading = null;
    this.writing = null;
  }

  private stored(model: string): StoredModel {
    const stored = this.models.get(model);
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

  /** Everything that one answer reads is read in one transaction. */
  private async inOneView<T>(work: () => T): Promise<T> {
    this.reader();
    return this.read.transaction(work)();
  }

  private reachOf(source: Source): Pin {
    let lowest: bigint | null = null;
    for (const { model } of source.reads) {
      const at = this.checkpointOf(this.read, model.name, 0);
      if (lowest === null || at < lowest) lowest = at;
    }
    return [lowest ?? 0n];
  }

  /** Now, where the pin is what every model has reached; else the position itself. */
  private at(source: Source, pin: Pin): At {
    const at = pin[0] ?? 0n;
    return source.reads.every(({ model }) => this.checkpointOf(this.read, model.name, 0) === at) ? null : at;
  }

  private parkedSince(source: Source): ReadonlyMap<string, string> {
    if (source.is === 'view') return new Map();
    const rows = this.statement(this.read, 'SELECT stream, since FROM parked WHERE model = ?').all(
      source.name,
    ) as Record<string, string>[];
    return new Map(rows.map(({ stream = '', since = '' }) => [stream, since]));
  }

  private rowOut(source: Source, row: Row, sort: RowQuery['sort'], parkedSince: ReadonlyMap<string, string>): RowOut {
    const columns: Columns = Object.fromEntries(
      Object.entries(source.columns).map(([name, type]) => [name, decode(type, row[name])]),
    );
    return {
      key: rowIdOf(source, row),
      columns,
      place: sort.map(({ column }) => columns[column] as Cell),
      source:
        source.is === 'view'
          ? null
          : { stream: String(row['stream']), since: BigInt(row['since'] as string), event: String(row['event_id']) },
      parkedSince: parkedSince.get(String(row['stream'])) ?? null,
    };
  }

  private all([sql, values]: Compiled): Row[] {
    return this.statement(this.read, sql).all(...values) as Row[];
  }

  private statement(db: BetterSqlite3.Database, sql: string): BetterSqlite3.Statement {
    const key = `${db === this.read ? 'r' : 'w'}${sql}`;
    let statement = this.prepared.get(key);
    if (statement === undefined) {
      if (this.prepared.size > 500) this.prepared.clear();
      this.prepared.set(key, (statement = db.prepare(sql)));
    }
    return statement;
  }
}

/** Beyond so many events a row's origins are cut: the stream's own history has them all. */
const MOST_ORIGINS = 1000;

const tableName = (name: string, version: number, generation: number): string =>
  `${name.replaceAll('-', '_')}_v${version}_g${generation}`;

function open(
  database: string,
  options: { readonly readonly?: boolean; readonly entities?: StoredModel['schema'][] },
  prepare: (db: BetterSqlite3.Database) => void,
): Promise<DataSource> {
  return new DataSource({
    type: 'better-sqlite3',
    database,
    synchronize: false,
    ...options,
    prepareDatabase: (db: unknown) => prepare(db as BetterSqlite3.Database),
  }).initialize();
}
