import type { Query } from './from.js';

/** The expression of each column; a column without one is null. */
type Expressions<Column extends string> = Readonly<Partial<Record<Column, string>>>;

/** Rows of several kinds as one: each part has the same columns, in the same order. */
export class UnionOf<Column extends string> {
  /** `numbers`: the columns that are whole numbers. PostgreSQL asks for the type of a null. */
  constructor(
    private readonly columns: readonly Column[],
    private readonly numbers: readonly Column[] = [],
  ) {}

  /** The rows of one kind. */
  part(source: Query, expressions: Expressions<Column>): Query {
    source.select([]);
    for (const column of this.columns) {
      const none = `CAST(NULL AS ${this.numbers.includes(column) ? 'BIGINT' : 'TEXT'})`;
      source.addSelect(expressions[column] ?? none, column);
    }
    return source;
  }

  /** The rows of all parts, under an alias. */
  rows(parts: readonly Query[], alias: string): Query {
    const [first] = parts as readonly [Query, ...Query[]];
    const rows = first.connection
      .createQueryBuilder()
      .from(`(${parts.map((one) => one.getQuery()).join(' UNION ALL ')})`, alias)
      .select([]);
    for (const one of parts) rows.setParameters(one.getParameters());
    for (const column of this.columns) rows.addSelect(`${alias}.${column}`, column);
    return rows;
  }
}

/** The same columns under an alias. */
export const columnsAs = <Column extends string>(alias: string, ...names: readonly Column[]): Expressions<Column> =>
  Object.fromEntries(names.map((name) => [name, `${alias}.${name}`])) as Expressions<Column>;

/** Rows of a query under an alias. */
export const rowsAs = (query: Query, alias: string): Query =>
  query.connection.createQueryBuilder().from(`(${query.getQuery()})`, alias).setParameters(query.getParameters());
