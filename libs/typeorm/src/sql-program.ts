/**
 * A statement with `?` for each of its values. If `raw` is true, rows are arrays in the order of
 * the selected columns.
 */
export interface SqlQuery {
  readonly sql: string;
  readonly values: readonly unknown[];
  readonly raw?: boolean;
}

/**
 * A read as a generator. It yields each statement, and receives the rows. So the same read runs on
 * a synchronous and on an asynchronous driver.
 */
export type SqlProgram<T> = Generator<SqlQuery, T, readonly unknown[]>;

/** Runs one statement within a program. */
export function* query<Row>(sql: string, ...values: readonly unknown[]): SqlProgram<readonly Row[]> {
  return (yield { sql, values }) as readonly Row[];
}

/** Converts a value for SQLite, which has no booleans. */
export const asBound = (value: unknown): unknown => (typeof value === 'boolean' ? Number(value) : value);

/** Runs a program on a synchronous driver. */
export function runSync<T>(program: SqlProgram<T>, answer: (statement: SqlQuery) => readonly unknown[]): T {
  let next = program.next();
  while (next.done !== true) next = program.next(answer(next.value));
  return next.value;
}

/** Runs a program on an asynchronous driver. */
export async function runAsync<T>(
  program: SqlProgram<T>,
  answer: (statement: SqlQuery) => Promise<readonly unknown[]>,
): Promise<T> {
  let next = program.next();
  while (next.done !== true) next = program.next(await answer(next.value));
  return next.value;
}
