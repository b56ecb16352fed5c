import type { Change, Changes, Filter, Origin, Pin, RowOut, RowQuery, RowsOut, TotalOut } from '@entente/engine';
import type { Cell, ColumnType, Json } from '@entente/kernel';
import type Database from 'better-sqlite3';
import type { DataSource } from 'typeorm';
import { type At, type Compiled, keyedQuery, orderOf, pageQuery, totalsQuery } from './queries.js';
import { type Source, type StoredModel, keyOf, rowIdOf } from './source.js';
import { decode } from './tables.js';

/** Beside how many changed rows a reader had better read anew. */
const MOST_CHANGES = 500;
/** Beyond so many events a row's origins are cut: the stream's own history has them all. */
const MOST_ORIGINS = 1000;
type Row = Record<string, unknown>;

/** Reads what is served, on one connection: TypeORM compiles the queries, prepared statements run them. What belongs together is asked within `inOneView`. */
export class RowReader {
  private readonly prepared = new Map<string, Database.Statement>();

  constructor(
    private readonly db: Database.Database,
    private readonly dataSource: DataSource,
  ) {}

  /** All that is read meanwhile is of one moment. */
  inOneView<T>(work: () => T): T {
    return this.db.transaction(work)();
  }

  /** Moves whenever other tables are served, or readers of some must begin anew. */
  turn(): number {
    return Number((this.statement('SELECT turn FROM house').get() as { turn: number }).turn);
  }

  checkpoint({ table }: StoredModel, partition: number): bigint {
    const found = this.statement(
      'SELECT CAST(position AS TEXT) AS at FROM checkpoints WHERE rows_in = ? AND partition = ?',
    );
    return BigInt((found.get(table, partition) as { at: string } | undefined)?.at ?? 0);
  }

  /** Every parked stream of every table, as it is kept. */
  parked(): readonly Row[] {
    return this.statement('SELECT * FROM parked ORDER BY position').all() as Row[];
  }

  query(source: Source, query: RowQuery): RowsOut {
    const pin = query.pin ?? this.reachOf(source);
    const behind = query.behind === undefined ? undefined : this.behindValues(source, query, query.behind);
    const asked = {
      where: query.where,
      sort: query.sort,
      limit: query.limit + 1,
      ...(behind === undefined ? {} : { behind }),
    };
    const rows = this.values(pageQuery(this.dataSource, source, asked, this.at(source, pin)));
    const parkedSince = this.parkedSince(source);
    return {
      rows: rows.slice(0, query.limit).map((row) => this.rowOut(source, row, query.sort, parkedSince)),
      more: rows.length > query.limit,
      pin,
      version: source.version,
    };
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

  totals(source: Source, where: readonly Filter[], pin: Pin): readonly TotalOut[] {
    const { by, sums, counts } = source.totals;
    return this.all(totalsQuery(this.dataSource, source, where, this.at(source, pin))).map((row) => ({
      by: Object.fromEntries(by.map((column) => [column, decode(source.columns[column] ?? 'text', row[column])])),
      counts,
      count: Number(row['counted']),
      sums: Object.fromEntries(sums.map((column) => [column, String(row[column] as string)])),
    }));
  }

  reach(source: Source): { readonly pin: Pin; readonly version: string } {
    return { pin: this.reachOf(source), version: source.version };
  }

  changes(source: Source, since: Pin, upTo?: Pin): Changes {
    const pin = upTo ?? this.reachOf(source);
    const [from, to] = [since[0] ?? 0n, pin[0] ?? 0n];
    const keys = this.movedKeys(source, from, to);
    if (keys === null) return { changes: [], pin, version: source.version, tooMany: true };
    const changes = keys.length === 0 ? [] : this.compare(source, keys, from, to);
    return { changes, pin, version: source.version, tooMany: changes.length > MOST_CHANGES };
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
        for (const row of this.values(keyedQuery(this.dataSource, source, keys.slice(i, i + 100), at))) {
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

  origins(source: Source, key: string, pin?: Pin): readonly Origin[] | null {
    const at = (pin ?? this.reachOf(source))[0] ?? 0n;
    const named = keyOf(source, key);
    const row = named === null ? undefined : this.all(keyedQuery(this.dataSource, source, [named], at))[0];
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
  }

  private reachOf(source: Source): Pin {
    let lowest: bigint | null = null;
    for (const stored of source.reads) {
      const at = this.checkpoint(stored, 0);
      if (lowest === null || at < lowest) lowest = at;
    }
    return [lowest ?? 0n];
  }

  /** Now, where the pin is what every model has reached; else the position itself. */
  private at(source: Source, pin: Pin): At {
    const at = pin[0] ?? 0n;
    return source.reads.every((stored) => this.checkpoint(stored, 0) === at) ? null : at;
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
    const { selects, types } = source;
    const columns: Record<string, Json> = {};
    for (let i = 0; i < types.length; i += 1) {
      const [type, cell] = [types[i] as ColumnType, row[i]];
      columns[selects[i] as string] = type === 'text' ? (cell as string | null) : decode(type, cell);
    }
    const place = sort.map(({ column }) => columns[column] as Cell);
    const key = rowIdOf(source, row);
    if (source.is === 'view') return { key, columns, place, source: null, parkedSince: null };
    const [stream, , since, event] = row.slice(types.length) as [string, string, string, string];
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
      this.prepared.set(sql, (statement = this.db.prepare(sql)));
    }
    return statement;
  }
}
