import {
  type ColumnFilter,
  type Filter,
  MAX_TOTALS_GROUPS,
  type Positions,
  type RowQuery,
  asciiLowerCase,
} from '@entente/engine';
import { type Cell, type ColumnType, type DailyColumn, type SumOfRows, isSum, keptApart } from '@entente/kernel';
import type { DataSource, ObjectLiteral, SelectQueryBuilder } from 'typeorm';
import { type SourceBuilder, SYSTEM_COLUMNS, type Queryable, type StoredModel, dailyOf } from './queryable.js';
import { daysBetween } from './days.js';
import { sumsIn } from './exact-sums.js';

/** A statement and its values, in the form that drivers accept. */
export type Compiled = readonly [sql: string, values: readonly unknown[]];

/** The position and day of a query, which decide what it returns. */
export interface At {
  /**
   * The positions to read at, one for each partition. Null: now, from current row versions only.
   */
  readonly positions: Positions | null;
  /** The day of the answer, in the form YYYY-MM-DD. */
  readonly day: string;
  /** If set, the query returns only what had occurred by this day. */
  readonly occurredBy: string | null;
  /**
   * A database function that converts a text to a day. It returns null for a text that is not a
   * day.
   */
  readonly dayOf?: string;
}

/**
 * The position parameters of a query: none for current rows, one if all partitions have the same
 * position, else one per partition.
 */
const positionsOf = ({ positions: at }: At): Positions =>
  at === null ? [] : at.every((one) => one === at[0]) ? at.slice(0, 1) : at;

/** The parts of {@link At} that change the text of a statement. */
const shapeOf = (at: At): readonly unknown[] => [positionsOf(at).length, at.occurredBy !== null];

type Builder = SelectQueryBuilder<ObjectLiteral>;

/**
 * The prefix of a placeholder for a value that differs between queries of one shape. All other
 * values are part of the compiled statement.
 */
const PLACEHOLDER = '\u0000';
const placeholders = (names: Iterable<string>): Record<string, string> =>
  Object.fromEntries([...names].map((name) => [name, PLACEHOLDER + name]));

/**
 * Queries of one shape are compiled once, because building a statement takes longer than running
 * it.
 */
const compiled = new WeakMap<Queryable, Map<string, Compiled>>();
const MAX_COMPILED = 500;

function compile(
  source: Queryable,
  shape: readonly unknown[],
  values: ReadonlyMap<string, unknown>,
  build: () => Builder,
): Compiled {
  let shapes = compiled.get(source);
  if (shapes === undefined) compiled.set(source, (shapes = new Map<string, Compiled>()));
  const key = JSON.stringify(shape);
  let compiledQuery = shapes.get(key);
  if (compiledQuery === undefined) {
    if (shapes.size >= MAX_COMPILED) shapes.clear();
    compiledQuery = build().setParameters(placeholders(values.keys())).getQueryAndParameters() as Compiled;
    shapes.set(key, compiledQuery);
  }
  const [sql, parameters] = compiledQuery;
  return [
    sql,
    parameters.map((one) => (typeof one === 'string' && one.startsWith(PLACEHOLDER) ? values.get(one.slice(1)) : one)),
  ];
}

/**
 * The condition that a row version is visible at positions. All sources of one query share its
 * parameters.
 */
function visibleAt(positions: Positions): { readonly sql: string; readonly parameters: Record<string, string> } {
  const each = positions.map((_, i) => `+r.since <= :position${i} AND (r.until IS NULL OR r.until > :position${i})`);
  const sql =
    each.length === 1 ? (each[0] as string) : each.map((one, i) => `(r.partition = ${i} AND ${one})`).join(' OR ');
  return { sql: `(${sql})`, parameters: placeholders(positions.map((_, i) => `position${i}`)) };
}

/**
 * The rows of a model at positions, as a sub-query under an alias. The unary plus keeps SQLite from
 * using an index on `since`: nearly all versions begin before a position. In the order of the keys,
 * a page ends early.
 */
function pinned(dataSource: DataSource, stored: StoredModel, at: At, alias: string): Builder {
  return dataSource
    .createQueryBuilder()
    .from<ObjectLiteral>((sub) => versions(sub as Builder, stored, at, ofDay(dataSource, stored, at)), alias);
}

/** The columns that depend on the day of the answer, each with its SQL expression. */
const ofDay = (dataSource: DataSource, stored: StoredModel, { dayOf }: At): ReadonlyMap<string, string> =>
  new Map(dailyOf(stored).map(([name, column]) => [name, dailyExpression(dataSource, name, column, dayOf)]));

/**
 * Selects the stored columns of `r`, and the columns that depend on the day. The latter replace
 * stored columns of the same name.
 */
function selectColumns(rows: Builder, stored: StoredModel, daily: ReadonlyMap<string, string>): void {
  for (const name of storedNames(stored)) if (!daily.has(name)) rows.addSelect(`r.${name}`, name);
  for (const [name, expression] of daily) rows.addSelect(expression, name);
}

const storedNames = ({ columns }: StoredModel): readonly string[] => [
  ...SYSTEM_COLUMNS,
  ...columns.map(({ name }) => name),
];

/**
 * Selects the stored columns of the versions that are visible at positions, and the columns that
 * depend on the day.
 */
function versions(
  builder: Builder,
  stored: StoredModel,
  at: At,
  daily: ReadonlyMap<string, string> = new Map(),
): Builder {
  const rows = builder.select([]).from(stored.schema, 'r');
  selectColumns(rows, stored, daily);
  if (at.positions === null) rows.where('r.until IS NULL');
  else {
    const { sql, parameters } = visibleAt(positionsOf(at));
    rows.where(sql, parameters);
  }
  return stored.model.head === true ? rows.andWhere(`r.row_key <> ''`) : rows;
}

/** A condition: the day in a column is not after the day by which something had occurred. */
const hasCome = (column: string): string => `${column} <= CAST(:occurred_by AS TEXT)`;

/**
 * The rows of a model, limited to what had occurred by a day. This is the only place where columns,
 * and sums of rows, are limited to a day. `began` is the column of the day from which a row counts.
 */
function occurred(
  dataSource: DataSource,
  stored: StoredModel,
  others: readonly StoredModel[],
  at: At,
  alias: string,
  began: string | null,
): Builder {
  const { days = [], words = {}, undated = [], sums = {} } = stored.model.occurred ?? {};
  const limited = dataSource.createQueryBuilder().select([]);
  const all = versions(dataSource.createQueryBuilder() as Builder, stored, at);
  limited.from(`(${all.getQuery()})`, 'o').setParameters(all.getParameters());
  const added = sumsOfRows(dataSource, sums, others, at);
  for (const { query, join, as } of added)
    limited.leftJoin(`(${query.getQuery()})`, as, join).setParameters(query.getParameters());
  for (const name of storedNames(stored)) {
    const column = `o.${name}`;
    const word = words[name];
    const sum = added.find(({ columns }) => columns.includes(name));
    if (days.includes(name)) limited.addSelect(`CASE WHEN ${hasCome(column)} THEN ${column} END`, name);
    else if (undated.includes(name)) limited.addSelect(`CASE WHEN 1 = 0 THEN ${column} END`, name);
    else if (word !== undefined) {
      const steps = Object.entries(word.by).map(
        ([day, is]) => `WHEN ${hasCome(`o.${day}`)} THEN ${is === null ? column : `'${is}'`}`,
      );
      limited.addSelect(`CASE ${steps.join(' ')} ELSE '${word.otherwise}' END`, name);
    } else if (sum !== undefined)
      limited.addSelect(`CASE WHEN ${column} IS NOT NULL THEN COALESCE(${sum.as}.${name}, 0) END`, name);
    else limited.addSelect(column, name);
  }
  if (began !== null) limited.where(hasCome(`o.${began}`));
  else if (added.length > 0 && stored.model.occurredBy === null)
    limited.where(added.map(({ as }) => `${as}.counted IS NOT NULL`).join(' OR '));
  return dataSource.createQueryBuilder().from<ObjectLiteral>((sub) => {
    const rows = sub.select([]).from(`(${limited.getQuery()})`, 'r').setParameters(limited.getParameters());
    selectColumns(rows, stored, ofDay(dataSource, stored, at));
    return rows;
  }, alias);
}

/** Sums over the same rows of one model, which are joined to another model's rows. */
interface AddedRows {
  readonly as: string;
  readonly columns: readonly string[];
  readonly query: Builder;
  readonly join: string;
}

/**
 * The sums over the rows that count by a day: one query for each combination of model, day and
 * shared columns.
 */
function sumsOfRows(
  dataSource: DataSource,
  sums: Readonly<Record<string, SumOfRows>>,
  others: readonly StoredModel[],
  at: At,
): readonly AddedRows[] {
  const { sum: exact, orZero, clamped } = sumsIn(dataSource);
  const groups = Map.groupBy(Object.entries(sums), ([, { rows, on, shared }]) => JSON.stringify([rows, on, shared]));
  return [...groups.values()].map((columns, n) => {
    const [[, { rows, on, shared }]] = columns as [[string, SumOfRows]];
    const stored = others.find(({ model }) => model.name === rows);
    if (stored === undefined) throw new Error(`${rows} is summed, and not read`);
    const as = `s${n}`;
    const all = versions(dataSource.createQueryBuilder() as Builder, stored, at);
    const query = dataSource.createQueryBuilder().select('COUNT(*)', 'counted').from(`(${all.getQuery()})`, 'f');
    query.setParameters(all.getParameters()).where(hasCome(`f.${on}`));
    for (const column of Object.keys(shared)) query.addSelect(`f.${column}`, column).addGroupBy(`f.${column}`);
    for (const [name, { sum, where = {} }] of columns) {
      const conditions = Object.entries(where).map(([column, value]) => `f.${column} = '${value}'`);
      const value = sum === null ? '1' : `f.${sum}`;
      const some = conditions.length === 0 ? value : `CASE WHEN ${conditions.join(' AND ')} THEN ${value} END`;
      query.addSelect(`CAST(${clamped(orZero(exact(some)))} AS BIGINT)`, `${name}`);
    }
    const join = Object.entries(shared).map(([column, own]) => `${as}.${column} = o.${own}`);
    return { as, columns: columns.map(([name]) => name), query, join: join.join(' AND ') };
  });
}

/**
 * The parameters that are days: the day of the answer, and the day by which something had occurred.
 */
const DAYS = placeholders(['today', 'occurred_by']);

/** A column that depends on the day of the answer, over the stored columns of `r`. */
function dailyExpression(
  dataSource: DataSource,
  name: string,
  { kind, due, done, from = due, then, closed = {} }: DailyColumn,
  dayOf?: string,
): string {
  const gone = Object.entries(closed).map(
    ([column, values]) => `COALESCE(r.${column}, '') IN (${values.map((one) => `'${one}'`).join(', ')})`,
  );
  const waitedFor = gone.length === 0 ? '' : ` AND NOT (${gone.join(' OR ')})`;
  const notDone = done === undefined ? '1 = 1' : `r.${done} IS NULL`;
  const overdue = `${notDone} AND COALESCE(r.${due} < CAST(:today AS TEXT), 1 = 0)${waitedFor}`;
  if (kind === 'overdue') return `(${overdue})`;
  if (kind === 'until')
    return `CASE WHEN ${overdue} THEN ${then === undefined ? 'NULL' : `r.${then}`} ELSE r.${name} END`;
  const days = (first: string, last: string): string => daysBetween(dataSource, first, last, dayOf);
  const late = (until: string): string => days(`r.${due}`, until);
  if (kind === 'elapsed-percent') {
    const part = `100.0 * ${days(`r.${from}`, ':today')} / ${days(`r.${from}`, `r.${due}`)}`;
    const at = 'CAST(:today AS TEXT)';
    return `CASE WHEN ${at} <= r.${from} THEN 0 WHEN ${at} >= r.${due} THEN 100 ELSE ROUND(${part}, 1) END`;
  }
  if (kind === 'days-left') return `CASE WHEN ${notDone}${waitedFor} THEN ${days(':today', `r.${due}`)} END`;
  const finished = done === undefined ? '' : `WHEN r.${done} IS NOT NULL${waitedFor} THEN ${late(`r.${done}`)} `;
  return `CASE ${finished}WHEN ${overdue} THEN ${late(':today')} END`;
}

/** The rows of a source under the alias `v`, for filters, sorting and totals. */
function rowsOf(dataSource: DataSource, source: Queryable, at: At): Builder {
  const { view } = source;
  /** The rows of a model, limited to what had occurred by a day if the query asks for that. */
  const rows = (stored: StoredModel, alias: string, began: string | null | undefined): Builder =>
    at.occurredBy === null || began === undefined
      ? pinned(dataSource, stored, at, alias)
      : occurred(dataSource, stored, [...source.reads, ...source.sums], at, alias, began);
  if (view === null) {
    const [own] = source.reads as readonly [StoredModel];
    return rows(own, 'v', own.model.occurredBy).setParameters(DAYS);
  }
  const from: SourceBuilder = (entity, alias) => {
    const stored = source.reads.find(({ model }) => model.entity === entity);
    if (stored === undefined) throw new Error(`${source.name} reads a model that its movedBy does not name`);
    return rows(stored, alias, view.occurredBy?.[stored.model.name]);
  };
  const inner = view.query(from, {
    occurredBy: at.occurredBy !== null,
    hasCome,
    sums: sumsIn(dataSource),
    days: (first, last) => daysBetween(dataSource, first, last, at.dayOf),
  });
  const parameters = { ...inner.getParameters(), ...DAYS };
  if (view.daily === undefined)
    return dataSource.createQueryBuilder().from(`(${inner.getQuery()})`, 'v').setParameters(parameters);
  const withDaily = dataSource.createQueryBuilder().from(`(${inner.getQuery()})`, 'r').select([]);
  for (const name of Object.keys(view.columns)) withDaily.addSelect(`r.${name}`, name);
  for (const [name, column] of Object.entries(view.daily))
    withDaily.addSelect(dailyExpression(dataSource, name, column, at.dayOf), name);
  return dataSource.createQueryBuilder().from(`(${withDaily.getQuery()})`, 'v').setParameters(parameters);
}

/**
 * The conditions of a query. Their values are named parameters, so that the text alone identifies
 * the shape.
 */
class Conditions {
  readonly parts: string[] = [];
  readonly values = new Map<string, unknown>();

  constructor(
    at: At,
    private readonly dataSource: DataSource,
    private readonly source: Queryable,
  ) {
    this.values.set('today', at.day);
    this.values.set('occurred_by', at.occurredBy);
    positionsOf(at).forEach((position, i) => this.values.set(`position${i}`, position));
  }

  private value(value: unknown): string {
    const name = `p${this.values.size}`;
    this.values.set(name, value);
    return `:${name}`;
  }

  /**
   * A parameter for a value that is compared with a column. The digits of a sum are encoded first.
   */
  private valueOf(column: string, value: Cell): string {
    const sum = isSum(this.source.columns[column]);
    return this.value(sum ? sumsIn(this.dataSource).encode(BigInt(String(value))) : value);
  }

  private equals(column: string, value: Cell): string {
    return value === null ? `v.${column} IS NULL` : `v.${column} = ${this.valueOf(column, value)}`;
  }

  filter(filter: Filter): void {
    if ('contains' in filter) {
      const text = this.value(asciiLowerCase(filter.contains));
      const has = (lower: string): string => `REPLACE(${lower}, ${text}, '') <> ${lower}`;
      this.parts.push(`(${filter.columns.map((column) => has(this.lowerCase(column))).join(' OR ')})`);
    } else this.filterColumn(filter);
  }

  /**
   * A column with A to Z in lower case. On PostgreSQL, only the collation C leaves all other
   * letters unchanged.
   */
  private lowerCase(column: string): string {
    return `LOWER(v.${column}${this.dataSource.options.type === 'postgres' ? ' COLLATE "C"' : ''})`;
  }

  private filterColumn({ column, in: oneOf, min, max, before }: ColumnFilter): void {
    if (oneOf !== undefined && oneOf.length > 0) {
      const values = oneOf.filter((cell) => cell !== null);
      const parts = oneOf.includes(null) ? [`v.${column} IS NULL`] : [];
      if (values.length > 0)
        parts.push(`v.${column} IN (${values.map((cell) => this.valueOf(column, cell)).join(', ')})`);
      this.parts.push(`(${parts.join(' OR ')})`);
    }
    if (min !== undefined && min !== null) this.parts.push(`v.${column} >= ${this.valueOf(column, min)}`);
    if (max !== undefined && max !== null) this.parts.push(`v.${column} <= ${this.valueOf(column, max)}`);
    if (before !== undefined && before !== null) this.parts.push(`v.${column} < ${this.valueOf(column, before)}`);
  }

  /** Keeps rows whose key, or the given part of it, is one of these. */
  keys(keys: readonly Readonly<Record<string, Cell>>[]): void {
    const each = keys.map(
      (key) =>
        `(${Object.entries(key)
          .map(([column, value]) => this.equals(column, value))
          .join(' AND ')})`,
    );
    this.parts.push(`(${each.join(' OR ')})`);
  }

  /** Keeps rows after a given row in this order. Missing values come last. */
  after(order: readonly Order[], values: readonly Cell[]): void {
    const cases: string[] = [];
    order.forEach(({ column, descending, nullable }, i) => {
      const value = values[i] ?? null;
      if (value === null) return;
      const same = order.slice(0, i).map((before, j) => this.equals(before.column, values[j] ?? null));
      const further = `v.${column} ${descending ? '<' : '>'} ${this.valueOf(column, value)}`;
      cases.push([...same, nullable ? `(${further} OR v.${column} IS NULL)` : further].join(' AND '));
    });
    this.parts.push(cases.length === 0 ? '1 = 0' : `(${cases.join(' OR ')})`);
  }

  /** Adds the conditions to a query. */
  on(builder: Builder): Builder {
    for (const part of this.parts) builder.andWhere(part);
    return builder;
  }
}

interface Order {
  readonly column: string;
  readonly descending: boolean;
  readonly nullable: boolean;
}

/**
 * Whether a column may be null. For a view, and for a column that depends on the day, it is
 * assumed.
 */
function canBeEmpty({ view, reads: [stored] }: Queryable, name: string): boolean {
  if (view !== null || stored === undefined) return true;
  return (
    stored.columns.find((column) => column.name === name)?.nullable ?? dailyOf(stored).some(([one]) => one === name)
  );
}

/** The order of a query: its sort columns, then the key, so that the order is total. */
export const orderOf = (source: Queryable, query: Pick<RowQuery, 'sort'>): readonly Order[] =>
  [
    ...query.sort,
    ...source.key
      .filter((name) => !query.sort.some(({ column }) => column === name))
      .map((column) => ({ column, descending: false })),
  ].map((by) => ({ ...by, nullable: canBeEmpty(source, by.column) }));

/**
 * Selects values that may exceed the safe integer range as text, for every driver: sums and
 * positions. Amounts in rows never exceed it.
 */
const selected = (column: string, type: ColumnType | undefined): string =>
  isSum(type) || (type === undefined && column === 'since') ? `CAST(v.${column} AS TEXT)` : `v.${column}`;

function select(builder: Builder, source: Queryable): Builder {
  builder.select([]);
  for (const column of source.selects) builder.addSelect(selected(column, source.columns[column]), column);
  return builder;
}

/** A page of the rows of a source, or all of them. `after` are the values of {@link orderOf}. */
export function rowsQuery(
  dataSource: DataSource,
  source: Queryable,
  query: Pick<RowQuery, 'where' | 'sort'> & { readonly limit: number | null; readonly after?: readonly Cell[] },
  at: At,
): Compiled {
  const conditions = new Conditions(at, dataSource, source);
  for (const filter of query.where) conditions.filter(filter);
  const order = orderOf(source, query);
  if (query.after !== undefined) conditions.after(order, query.after);
  const shape = ['rows', shapeOf(at), conditions.parts, order, query.limit];
  return compile(source, shape, conditions.values, () => {
    const builder = conditions.on(select(rowsOf(dataSource, source, at), source));
    // NULLS LAST is added only if a column may be null, because a statement with it cannot use an
    // index.
    for (const { column, descending, nullable } of order)
      builder.addOrderBy(`v.${column}`, descending ? 'DESC' : 'ASC', nullable ? 'NULLS LAST' : undefined);
    return query.limit === null ? builder : builder.limit(query.limit);
  });
}

/**
 * The current rows of a source, as a statement without values for a SQL view on PostgreSQL. `today`
 * is an expression for the day of the answer as text. `dayOf` is explained in {@link At}.
 */
export function currentRowsSql(dataSource: DataSource, source: Queryable, today: string, dayOf: string): string {
  const now: At = { positions: null, day: '', occurredBy: null, dayOf };
  const builder = rowsOf(dataSource, source, now).select([]);
  for (const column of source.selects) builder.addSelect(`v.${column}`, column);
  const [sql, values] = builder.getQueryAndParameters();
  return sql.replaceAll(/\$([0-9]+)/g, (_, number: string) => {
    const value: unknown = values[Number(number) - 1];
    if (value !== DAYS['today']) throw new Error(`${source.name} cannot be a SQL view: it has a parameter`);
    return today;
  });
}

/** The rows of a source with one of these keys, or with these parts of a key. */
export function keyedQuery(
  dataSource: DataSource,
  source: Queryable,
  keys: readonly Readonly<Record<string, Cell>>[],
  at: At,
): Compiled {
  const conditions = new Conditions(at, dataSource, source);
  conditions.keys(keys);
  return compile(source, ['keys', shapeOf(at), conditions.parts], conditions.values, () =>
    conditions.on(select(rowsOf(dataSource, source, at), source)),
  );
}

/** The name of the column with the values to sum, if rows repeat figures. */
const summed = (column: string): string => `summed_${column}`;

/** The expressions whose sums make the total of a column. */
function partsOf(
  dataSource: DataSource,
  { columns, totals }: Queryable,
  column: string,
): Readonly<Record<string, string>> {
  const { partsOfSum, partsOfInteger } = sumsIn(dataSource);
  const value = `v.${totals.shared === undefined ? column : summed(column)}`;
  return isSum(columns[column]) ? partsOfSum(value) : partsOfInteger(value);
}

/** The number of a row among the rows of its parent, within its group. */
const NTH = 'nth_of_parent';

/**
 * Adds one row for each parent whose figures the matching rows repeat. The added row has these
 * figures once. It does not count as a row, and is null in the columns by which sums are kept
 * apart.
 */
function withParents(
  dataSource: DataSource,
  { totals, key }: Queryable,
  matching: Builder,
  by: readonly string[],
): Builder {
  const { shared, sums } = totals;
  if (shared === undefined) return matching;
  const apart = keptApart(totals);
  const { of, otherwise } = shared;
  const within = [
    `v.${of}`,
    ...otherwise.map((column) => `CASE WHEN v.${of} IS NULL THEN v.${column} END`),
    ...by.filter((column) => !apart.includes(column)).map((column) => `v.${column}`),
  ];
  const order = key.map((column) => `v.${column} ASC NULLS LAST`);
  matching
    .select('v.*')
    .addSelect(`ROW_NUMBER() OVER (PARTITION BY ${within.join(', ')} ORDER BY ${order.join(', ')})`, NTH);
  const rows = dataSource
    .createQueryBuilder()
    .from(`(${matching.getQuery()})`, 'm')
    .innerJoin('(SELECT 0 AS parent UNION ALL SELECT 1)', 'o', `o.parent = 0 OR m.${NTH} = 1`)
    .select('1 - o.parent', 'counted');
  const onlyOf = (parent: 0 | 1, column: string): string => `CASE WHEN o.parent = ${parent} THEN m.${column} END`;
  for (const column of by) rows.addSelect(apart.includes(column) ? onlyOf(0, column) : `m.${column}`, column);
  for (const column of sums) rows.addSelect(onlyOf(shared.sums.includes(column) ? 1 : 0, column), summed(column));
  return dataSource.createQueryBuilder().from(`(${rows.getQuery()})`, 'v').setParameters(matching.getParameters());
}

/**
 * Counts and sums over all matching rows, grouped by columns. If other columns than the source's
 * own group them, the number of groups is limited.
 */
export function totalsQuery(
  dataSource: DataSource,
  source: Queryable,
  where: readonly Filter[],
  by: readonly string[],
  at: At,
): Compiled {
  const { sums } = source.totals;
  const conditions = new Conditions(at, dataSource, source);
  for (const filter of where) conditions.filter(filter);
  return compile(source, ['totals', shapeOf(at), conditions.parts, by], conditions.values, () => {
    const builder = withParents(dataSource, source, conditions.on(rowsOf(dataSource, source, at)), by);
    builder.select(source.totals.shared === undefined ? 'COUNT(*)' : 'SUM(v.counted)', 'counted');
    for (const column of by)
      builder.addSelect(`v.${column}`, column).addGroupBy(`v.${column}`).addOrderBy(`v.${column}`, 'ASC', 'NULLS LAST');
    for (const column of sums)
      for (const [suffix, expression] of Object.entries(partsOf(dataSource, source, column)))
        builder.addSelect(`CAST(SUM(${expression}) AS TEXT)`, `${column}${suffix}`);
    return by.some((column) => !source.totals.by.includes(column)) ? builder.limit(MAX_TOTALS_GROUPS + 1) : builder;
  });
}
