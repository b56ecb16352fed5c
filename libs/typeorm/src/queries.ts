import type { Filter, RowQuery } from '@entente/engine';
import type { Cell, ColumnType } from '@entente/kernel';
import type { DataSource, ObjectLiteral, SelectQueryBuilder } from 'typeorm';
import type { From, Source, StoredModel } from './source.js';

/** A statement and its values, as a driver takes them. */
export type Compiled = readonly [sql: string, values: readonly unknown[]];

/** From which position to look: `null` is now, where only current versions are read. */
export type At = bigint | null;

type Builder = SelectQueryBuilder<ObjectLiteral>;

const SYSTEM_COLUMNS = ['stream', 'row_key', 'since', 'event_id'] as const;

/** The rows of a model as they stand at a position, as a sub-query under an alias. Every source of one query shares the parameter `pin`. */
function pinned(dataSource: DataSource, { model, columns, schema }: StoredModel, at: At, alias: string): Builder {
  const names = [...SYSTEM_COLUMNS, ...columns.map(({ name }) => name)];
  const [first, ...others] = names as [string, ...string[]];
  return dataSource.createQueryBuilder().from<ObjectLiteral>((sub) => {
    const rows = sub.select(`r.${first}`, first).from(schema, 'r');
    for (const name of others) rows.addSelect(`r.${name}`, name);
    if (at === null) rows.where('r.until IS NULL');
    else rows.where('r.since <= :pin AND (r.until IS NULL OR r.until > :pin)', { pin: at });
    if (model.head === true) rows.andWhere(`r.row_key <> ''`);
    return rows;
  }, alias);
}

/** A source's rows under the alias `v`, to be narrowed, sorted or summed. */
function rowsOf(dataSource: DataSource, source: Source, at: At): Builder {
  if (source.view === null) return pinned(dataSource, source.reads[0] as StoredModel, at, 'v');
  const from: From = (entity, alias) => {
    const stored = source.reads.find(({ model }) => model.entity === entity);
    if (stored === undefined) throw new Error(`${source.name} reads a model that its movedBy does not name`);
    return pinned(dataSource, stored, at, alias);
  };
  const inner = source.view.query(from);
  return dataSource.createQueryBuilder().from(`(${inner.getQuery()})`, 'v').setParameters(inner.getParameters());
}

/** Gives each condition's values names of their own. */
class Conditions {
  private count = 0;

  constructor(private readonly builder: Builder) {}

  value(value: unknown): string {
    const name = `p${(this.count += 1)}`;
    this.builder.setParameter(name, typeof value === 'boolean' ? Number(value) : value);
    return `:${name}`;
  }

  equals(column: string, value: Cell): string {
    return value === null ? `v.${column} IS NULL` : `v.${column} = ${this.value(value)}`;
  }

  filter({ column, in: any, min, max }: Filter): void {
    if (any !== undefined && any.length > 0) {
      const given = any.filter((cell) => cell !== null);
      const parts = any.includes(null) ? [`v.${column} IS NULL`] : [];
      if (given.length > 0) parts.push(`v.${column} IN (${given.map((cell) => this.value(cell)).join(', ')})`);
      this.builder.andWhere(`(${parts.join(' OR ')})`);
    }
    if (min !== undefined && min !== null) this.builder.andWhere(`v.${column} >= ${this.value(min)}`);
    if (max !== undefined && max !== null) this.builder.andWhere(`v.${column} <= ${this.value(max)}`);
  }

  /** Rows whose key, or the part of it that is given, is one of these. */
  keys(keys: readonly Readonly<Record<string, Cell>>[]): void {
    const each = keys.map(
      (key) =>
        `(${Object.entries(key)
          .map(([column, value]) => this.equals(column, value))
          .join(' AND ')})`,
    );
    this.builder.andWhere(`(${each.join(' OR ')})`);
  }

  /** Rows behind one of them, in the order of these columns with what is missing last. */
  behind(order: readonly Order[], values: readonly Cell[]): void {
    const cases: string[] = [];
    order.forEach(({ column, descending }, i) => {
      const value = values[i] ?? null;
      if (value === null) return;
      const same = order.slice(0, i).map((before, j) => this.equals(before.column, values[j] ?? null));
      const later = `(v.${column} ${descending ? '<' : '>'} ${this.value(value)} OR v.${column} IS NULL)`;
      cases.push([...same, later].join(' AND '));
    });
    this.builder.andWhere(cases.length === 0 ? '1 = 0' : `(${cases.join(' OR ')})`);
  }
}

interface Order {
  readonly column: string;
  readonly descending: boolean;
}

/** The order of a query: what was asked for, then the key, so that no two rows stand at one place. */
export const orderOf = (source: Source, query: Pick<RowQuery, 'sort'>): readonly Order[] => [
  ...query.sort,
  ...source.key
    .filter((name) => !query.sort.some(({ column }) => column === name))
    .map((column) => ({ column, descending: false })),
];

const selected = (column: string, type: ColumnType): string =>
  type === 'amount' ? `CAST(v.${column} AS TEXT)` : `v.${column}`;

function select(builder: Builder, source: Source): Builder {
  builder.select([]);
  for (const [column, type] of Object.entries(source.columns)) builder.addSelect(selected(column, type), column);
  if (source.is === 'model')
    for (const column of SYSTEM_COLUMNS)
      builder.addSelect(column === 'since' ? 'CAST(v.since AS TEXT)' : `v.${column}`, column);
  return builder;
}

/** One page of a source's rows. `behind` are the values of {@link orderOf}. */
export function pageQuery(
  dataSource: DataSource,
  source: Source,
  query: Pick<RowQuery, 'where' | 'sort' | 'limit'> & { readonly behind?: readonly Cell[] },
  at: At,
): Compiled {
  const builder = select(rowsOf(dataSource, source, at), source);
  const conditions = new Conditions(builder);
  for (const filter of query.where) conditions.filter(filter);
  const order = orderOf(source, query);
  if (query.behind !== undefined) conditions.behind(order, query.behind);
  for (const { column, descending } of order)
    builder.addOrderBy(`v.${column}`, descending ? 'DESC' : 'ASC', 'NULLS LAST');
  return builder.limit(query.limit).getQueryAndParameters() as Compiled;
}

/** The rows of a source that have one of these keys, or these parts of one. */
export function keyedQuery(
  dataSource: DataSource,
  source: Source,
  keys: readonly Readonly<Record<string, Cell>>[],
  at: At,
): Compiled {
  const builder = select(rowsOf(dataSource, source, at), source);
  new Conditions(builder).keys(keys);
  return builder.getQueryAndParameters() as Compiled;
}

/** Counts and sums over all rows that match, apart by the columns that keep unlike units apart. */
export function totalsQuery(dataSource: DataSource, source: Source, where: readonly Filter[], at: At): Compiled {
  const { by, sums, distinct } = source.totals;
  const builder = rowsOf(dataSource, source, at).select(
    distinct === undefined ? 'COUNT(*)' : `COUNT(DISTINCT v.${distinct})`,
    'counted',
  );
  for (const column of by)
    builder.addSelect(`v.${column}`, column).addGroupBy(`v.${column}`).addOrderBy(`v.${column}`, 'ASC', 'NULLS LAST');
  for (const column of sums) builder.addSelect(`CAST(COALESCE(SUM(v.${column}), 0) AS TEXT)`, column);
  const conditions = new Conditions(builder);
  for (const filter of where) conditions.filter(filter);
  return builder.getQueryAndParameters() as Compiled;
}
