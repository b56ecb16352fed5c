import { LARGEST_POSITION, today } from '@entente/engine';
import type {
  RowChange,
  RowChangeSet,
  Filter,
  OriginsQuery,
  RowOrigins,
  Positions,
  ResultRow,
  RowQuery,
  ResultPage,
  TotalsRow,
  TotalsQuery,
  WholeQuery,
} from '@entente/engine';
import { type Cell, type KeyMapping, groupedBy } from '@entente/kernel';
import type { DataSource } from 'typeorm';
import { CHECKPOINTS, type StoredCheckpoint, checkpointsByModel } from './checkpoints.js';
import { sumsIn, totalIn } from './exact-sums.js';
import { type At, type Compiled, keyedQuery, orderOf, rowsQuery, totalsQuery } from './queries.js';
import { type Queryable, type StoredModel, keyOf, rowIdOf } from './queryable.js';
import { type SqlProgram, type SqlQuery, query } from './sql-program.js';
import { decode } from './tables.js';

/**
 * The maximum number of changed rows in an answer. If there are more, the client must read all rows
 * again.
 */
const MAX_CHANGES = 500;
type ReadRow = Record<string, unknown>;

const same = (one: Positions, other: Positions): boolean => one.every((at, i) => at === other[i]);

/**
 * A statement that returns rows, the conversion of each row, and the positions at which they are
 * read.
 */
export interface PreparedRows {
  readonly statement: SqlQuery;
  readonly positions: Positions;
  readonly version: string;
  toRow(values: readonly unknown[]): ResultRow;
}

/** A SQL condition and its values, in order. */
type Condition = readonly [sql: string, values: readonly unknown[]];

/**
 * A condition on row versions for each partition, with the positions of that partition. It has no
 * partition number if there is only one partition.
 */
function ofEach(partitions: number, alias: string, holds: (partition: number) => Condition): Condition {
  const each = Array.from({ length: partitions }, (_, i) => holds(i));
  if (each.length === 1) return each[0] as Condition;
  const sql = each.map(([one], i) => `(${alias}.partition = ${i} AND ${one})`).join(' OR ');
  return [`(${sql})`, each.flatMap(([, values]) => values)];
}

/**
 * Reads the active tables, by programs that run on any driver. TypeORM compiles the queries. The
 * caller runs the program of one answer in one transaction, so that its rows, totals and positions
 * belong to one snapshot.
 */
export class RowReader {
  constructor(
    private readonly dataSource: DataSource,
    /** The number of partitions into which the log is folded. */
    private readonly partitions: number,
  ) {}

  /**
   * The catalog version. It increases when tables are promoted, or when clients must read all rows
   * again.
   */
  *catalogVersion(): SqlProgram<number> {
    const [info] = yield* query<{ catalog_version: unknown }>('SELECT catalog_version FROM store_info');
    return Number(info?.catalog_version);
  }

  /** The checkpoint of a model in each partition. */
  *checkpoints({ table }: StoredModel): SqlProgram<Positions> {
    const rows = yield* query<{ partition: unknown; at: string }>(
      'SELECT partition, CAST(position AS TEXT) AS at FROM checkpoints WHERE table_name = ?',
      table,
    );
    const positions = Array<bigint>(this.partitions).fill(0n);
    for (const { partition, at } of rows) positions[Number(partition)] = BigInt(at);
    return positions;
  }

  /** The checkpoints of several models, read by one statement. */
  *allCheckpoints(models: Iterable<StoredModel>): SqlProgram<ReadonlyMap<string, Positions>> {
    return checkpointsByModel(yield* query<StoredCheckpoint>(CHECKPOINTS), models, this.partitions);
  }

  /** All parked streams of all tables, as stored. */
  parked(): SqlProgram<readonly ReadRow[]> {
    return query<ReadRow>('SELECT * FROM parked ORDER BY position');
  }

  *query(source: Queryable, query: RowQuery): SqlProgram<ResultPage> {
    const { statement, toRow, positions, version } = yield* this.prepare(source, query, query.limit + 1);
    const rows = (yield statement) as readonly unknown[][];
    return { rows: rows.slice(0, query.limit).map(toRow), more: rows.length > query.limit, positions, version };
  }

  /** All rows of a query. The caller runs the statement row by row, in the same transaction. */
  scan(source: Queryable, query: WholeQuery): SqlProgram<PreparedRows> {
    return this.prepare(source, query, null);
  }

  private *prepare(source: Queryable, query: WholeQuery, limit: number | null): SqlProgram<PreparedRows> {
    const { where, sort, afterRow, day, occurredBy } = query;
    const reached = yield* this.reached(source);
    const positions = query.positions ?? lowest(reached);
    const after = afterRow === undefined ? {} : { after: this.valuesOf(source, query, afterRow) };
    const readAt = at(reached, positions, day, occurredBy);
    const [sql, values] = rowsQuery(this.dataSource, source, { where, sort, limit, ...after }, readAt);
    const parkedSince = yield* this.parkedSince(source);
    return {
      statement: { sql, values, raw: true },
      toRow: (row) => this.toResultRow(source, row, sort, parkedSince),
      positions,
      version: source.version,
    };
  }

  /** The values of a row in the total order of a query: its sort columns, then its key. */
  private valuesOf(
    source: Queryable,
    query: WholeQuery,
    { sortValues, key }: NonNullable<RowQuery['afterRow']>,
  ): readonly Cell[] {
    const named = keyOf(source, key) ?? {};
    return orderOf(source, query).map(({ column }, i) =>
      i < query.sort.length ? (sortValues[i] ?? null) : (named[column] ?? null),
    );
  }

  *totals(
    source: Queryable,
    where: readonly Filter[],
    positions: Positions,
    as: TotalsQuery = {},
  ): SqlProgram<readonly TotalsRow[]> {
    const { sums, counts } = source.totals;
    const by = groupedBy(source.totals, as.by ?? []);
    const [sql, values] = totalsQuery(
      this.dataSource,
      source,
      where,
      by,
      at(yield* this.reached(source), positions, as.day, as.occurredBy),
    );
    return (yield* query<ReadRow>(sql, ...values)).map((row) => ({
      by: Object.fromEntries(by.map((column) => [column, decode(source.columns[column] ?? 'text', row[column])])),
      counts,
      count: Number(row['counted']),
      sums: Object.fromEntries(sums.map((column) => [column, totalIn(row, column)])),
    }));
  }

  *positions(source: Queryable): SqlProgram<{ readonly positions: Positions; readonly version: string }> {
    return { positions: lowest(yield* this.reached(source)), version: source.version };
  }

  *changes(source: Queryable, since: Positions, upTo?: Positions, day: string = today()): SqlProgram<RowChangeSet> {
    const reached = yield* this.reached(source);
    const positions = upTo ?? lowest(reached);
    const keys = yield* this.changedKeys(source, since, positions);
    if (keys === null) return { changes: [], positions, version: source.version, tooMany: true };
    const changes =
      keys.length === 0 ? [] : yield* this.compare(source, keys, at(null, since, day), at(reached, positions, day));
    return { changes, positions, version: source.version, tooMany: changes.length > MAX_CHANGES };
  }

  /** The keys, or parts of keys, of the rows that may have changed; null if there are too many. */
  private *changedKeys(
    source: Queryable,
    from: Positions,
    to: Positions,
  ): SqlProgram<readonly Readonly<Record<string, Cell>>[] | null> {
    const keys = new Map<string, Readonly<Record<string, Cell>>>();
    const between = (column: string): Condition =>
      ofEach(this.partitions, 'r', (i) => [`${column} > ? AND ${column} <= ?`, [from[i] ?? 0n, to[i] ?? 0n]]);
    const beganIn = between('r.since');
    const endedIn = between('r."until"');
    for (const [{ table }, mapping] of mappingsOf(source)) {
      const columns = Object.entries(mapping);
      const selectList = columns.map(([as, column]) => `r."${column}" AS "${as}"`).join(', ');
      const rows = yield* query<Record<string, Cell>>(
        `SELECT ${selectList} FROM "${table}" r WHERE ${beganIn[0]}
         UNION SELECT ${selectList} FROM "${table}" r WHERE ${endedIn[0]} LIMIT ${MAX_CHANGES + 1}`,
        ...beganIn[1],
        ...endedIn[1],
      );
      for (const row of rows) keys.set(JSON.stringify(row), row);
      if (keys.size > MAX_CHANGES) return null;
    }
    return [...keys.values()];
  }

  private *compare(
    source: Queryable,
    keys: readonly Readonly<Record<string, Cell>>[],
    from: At,
    to: At,
  ): SqlProgram<readonly RowChange[]> {
    const parkedSince = yield* this.parkedSince(source);
    const before = yield* this.rowsAt(source, keys, from, parkedSince);
    const after = yield* this.rowsAt(source, keys, to, parkedSince);
    const changes: RowChange[] = [];
    for (const key of new Set([...before.keys(), ...after.keys()])) {
      const was = before.get(key) ?? null;
      const is = after.get(key) ?? null;
      if (
        was !== null &&
        is !== null &&
        source.type === 'view' &&
        JSON.stringify(was.columns) === JSON.stringify(is.columns)
      )
        continue;
      changes.push({ key, before: was?.columns ?? null, row: is });
    }
    return changes;
  }

  private *rowsAt(
    source: Queryable,
    keys: readonly Readonly<Record<string, Cell>>[],
    where: At,
    parkedSince: ReadonlyMap<string, string>,
  ): SqlProgram<ReadonlyMap<string, ResultRow>> {
    const found = new Map<string, ResultRow>();
    for (let i = 0; i < keys.length; i += 100)
      for (const row of yield* this.values(keyedQuery(this.dataSource, source, keys.slice(i, i + 100), where))) {
        const out = this.toResultRow(source, row, [], parkedSince);
        found.set(out.key, out);
      }
    return found;
  }

  *origins(
    source: Queryable,
    key: string,
    { positions: upTo, before, limit, occurredBy = null, day = today() }: OriginsQuery,
  ): SqlProgram<RowOrigins | null> {
    const reached = yield* this.reached(source);
    const positions = upTo ?? lowest(reached);
    const named = keyOf(source, key);
    if (named === null) return null;
    const [sql, values] = keyedQuery(this.dataSource, source, [named], at(reached, positions, day, occurredBy));
    const [row] = yield* query<ReadRow>(sql, ...values);
    if (row === undefined) return null;
    const parts: Condition[] = [];
    const made = ofEach(this.partitions, 'v', (i) => ['v.since <= ?', [positions[i] ?? 0n]]);
    const isCurrent = ofEach(this.partitions, 'r', (i) => [
      'r.since <= ? AND (r."until" IS NULL OR r."until" > ?)',
      [positions[i] ?? 0n, positions[i] ?? 0n],
    ]);
    for (const [{ model, table }, values, began] of madeBy(source, row, occurredBy !== null)) {
      const where = Object.entries(values).map(
        ([column, value]) => `r."${column}" ${value === null ? 'IS NULL' : '= ?'}`,
      );
      if (began !== null) where.push(`r."${began}" <= ?`);
      // The head row of a stream is part of its other rows. It did not begin on a day.
      if (began !== null && model.head === true) where.push(`r.row_key <> ''`);
      parts.push([
        `SELECT v.stream AS stream, v.event_id AS event_id, v.since AS since, '${model.name}' AS model FROM "${table}" r
           JOIN "${table}" v ON v.stream = r.stream AND (v.row_key = r.row_key${model.head === true ? ` OR v.row_key = ''` : ''}) AND ${made[0]}
           WHERE ${[...where, isCurrent[0]].join(' AND ')}`,
        [
          ...made[1],
          ...Object.values(values).filter((value) => value !== null),
          ...(began === null ? [] : [occurredBy]),
          ...isCurrent[1],
        ],
      ]);
    }
    return yield* this.originsIn(parts, before ?? LARGEST_POSITION, limit);
  }

  /**
   * The newest events of several queries before a position, oldest first, and the total number of
   * events.
   */
  private *originsIn(parts: readonly Condition[], before: bigint, limit: number): SqlProgram<RowOrigins> {
    if (parts.length === 0) return { origins: [], count: 0 };
    const all = `(${parts.map(([sql]) => sql).join(' UNION ALL ')}) u WHERE u.since < ?`;
    const values = [...parts.flatMap(([, given]) => given), before];
    const newest = yield* query<Record<string, string>>(
      `SELECT u.stream, u.event_id, CAST(u.since AS TEXT) AS at, MIN(u.model) AS model FROM ${all}
         GROUP BY u.stream, u.event_id, u.since ORDER BY u.since DESC LIMIT ${limit}`,
      ...values,
    );
    const [counted] = yield* query<{ count: unknown }>(
      `SELECT COUNT(DISTINCT u.since) AS count FROM ${all}`,
      ...values,
    );
    const origins = newest.map(({ model = '', stream = '', event_id: eventId = '', at = '0' }) => ({
      model,
      stream,
      eventId,
      position: BigInt(at),
    }));
    return { origins: origins.reverse(), count: Number(counted?.count) };
  }

  /** The checkpoints of each model that a source reads. */
  private *reached(source: Queryable): SqlProgram<readonly Positions[]> {
    const reached: Positions[] = [];
    for (const stored of [...source.reads, ...source.sums]) reached.push(yield* this.checkpoints(stored));
    return reached;
  }

  private *parkedSince(source: Queryable): SqlProgram<ReadonlyMap<string, string>> {
    if (source.type === 'view') return new Map();
    const rows = yield* query<Record<string, string>>(
      'SELECT stream, since FROM parked WHERE table_name = ?',
      (source.reads[0] as StoredModel).table,
    );
    return new Map(rows.map(({ stream = '', since = '' }) => [stream, since]));
  }

  private toResultRow(
    source: Queryable,
    row: readonly unknown[],
    sort: RowQuery['sort'],
    parkedSince: ReadonlyMap<string, string>,
  ): ResultRow {
    const { selects, types } = source;
    const columns = source.make(row, sumsIn(this.dataSource).decode);
    const sortValues = sort.map(
      ({ column }) => (column in columns ? columns[column] : row[selects.indexOf(column)]) as Cell,
    );
    const key = rowIdOf(source, row);
    if (source.type === 'view') return { key, columns, sortValues, source: null, parkedSince: null };
    const stream = row[types.length] as string;
    const from = { stream, since: BigInt(row[types.length + 2] as string), event: row[types.length + 3] as string };
    return { key, columns, sortValues, source: from, parkedSince: parkedSince.get(stream) ?? null };
  }

  /** The values of each row as an array. Rows as objects would double the time of the read. */
  private *values([sql, values]: Compiled): SqlProgram<readonly unknown[][]> {
    return (yield { sql, values, raw: true }) as readonly unknown[][];
  }
}

const OWN_KEY = { stream: 'stream', row_key: 'row_key' };

/**
 * The models of a source, each with a mapping from the source's key columns to columns of the
 * model. A change of the model's row changes the rows of the source with that key.
 */
function mappingsOf({ view, reads }: Queryable): readonly (readonly [StoredModel, KeyMapping])[] {
  return reads.flatMap((stored) => {
    const mappings = view === null ? OWN_KEY : (view.movedBy[stored.model.name] ?? []);
    return [mappings].flat().map((mapping) => [stored, mapping as KeyMapping] as const);
  });
}

/**
 * The models whose rows contribute to a row of a source, each with the column values of these rows.
 */
function madeOf(
  source: Queryable,
  row: ReadRow,
): readonly (readonly [StoredModel, Readonly<Record<string, unknown>>])[] {
  const { view, reads, key } = source;
  if (view?.madeOf !== undefined) {
    const values = view.madeOf(row as Record<string, string | null>);
    return Object.entries(values).flatMap(([name, given]) => {
      const stored = reads.find(({ model }) => model.name === name);
      return stored === undefined ? [] : [given].flat().map((one) => [stored, one] as const);
    });
  }
  return mappingsOf(source).map(([stored, mapping]) => {
    const shared = key.filter((name) => row[name] !== null && stored.columns.some((column) => column.name === name));
    const values = Object.fromEntries(shared.map((name) => [name, row[name]]));
    for (const [as, column] of Object.entries(mapping)) values[column] = row[as] ?? null;
    return [stored, values] as const;
  });
}

/**
 * Like {@link madeOf}, limited to what had occurred by a day. Each model comes with the column of
 * the day from which its rows count. Models that are not limited to a day are left out. If a row
 * sums other rows, only the models of those rows are returned.
 */
function madeBy(
  source: Queryable,
  row: ReadRow,
  byDay: boolean,
): readonly (readonly [StoredModel, Readonly<Record<string, unknown>>, string | null])[] {
  const own = madeOf(source, row);
  if (!byDay) return own.map(([stored, values]) => [stored, values, null] as const);
  if (source.view !== null) {
    const { occurredBy = {} } = source.view;
    return own.flatMap(([stored, values]) => {
      const began = occurredBy[stored.model.name];
      return began === undefined ? [] : [[stored, values, began] as const];
    });
  }
  const summed = source.sums.flatMap((stored) => {
    const sums = Object.values(source.reads[0]?.model.occurred?.sums ?? {});
    const of = sums.find(({ rows }) => rows === stored.model.name);
    if (of === undefined) return [];
    const shared = Object.entries(of.shared).map(([column, name]) => [column, row[name] ?? null] as const);
    return [[stored, Object.fromEntries(shared), of.on] as const];
  });
  return summed.length > 0 ? summed : own.map(([stored, values]) => [stored, values, null] as const);
}

/** The lowest position of all models of a source, in each partition. */
const lowest = (reached: readonly Positions[]): Positions =>
  reached.reduce((low, positions) => low.map((at, i) => (at < (positions[i] ?? 0n) ? at : (positions[i] ?? 0n))));

/**
 * The {@link At} of a query. If all models are exactly at the positions, current row versions are
 * read.
 */
const at = (
  reached: readonly Positions[] | null,
  positions: Positions,
  day = today(),
  occurredBy: string | null = null,
): At => ({ positions: reached?.every((one) => same(one, positions)) === true ? null : positions, day, occurredBy });
