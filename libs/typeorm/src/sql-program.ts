/**
 * A statement with `?` for each of its values; `raw` asks for rows as arrays, in the order in which
 * they are selected.
 */
export interface SqlQuery {
  readonly sql: string;
  readonly values: readonly unknown[];
  readonly raw?: boolean;
}

/**
 * Reading told step by step: each statement is yielded, and its rows come back. So the same reading
 * runs on a driver that answers at once and on one that does not.
 */
export type SqlProgram<T> = Generator<SqlQuery, T, readonly unknown[]>;

/** Asks one statement within steps. */
export function* query<Row>(sql: string, ...values: readonly unknown[]): SqlProgram<readonly Row[]> {
  return (yield { sql, values }) as readonly Row[];
}

/** Runs steps on a driver that answers at once. */
export function runSync<T>(steps: SqlProgram<T>, answer: (asked: SqlQuery) => readonly unknown[]): T {
  let next = steps.next();
  while (next.done !== true) next = steps.next(answer(next.value));
  return next.value;
}

/** Runs steps on a driver that has to be waited for. */
export async function runAsync<T>(
  steps: SqlProgram<T>,
  answer: (asked: SqlQuery) => Promise<readonly unknown[]>,
): Promise<T> {
  let next = steps.next();
  while (next.done !== true) next = steps.next(await answer(next.value));
  return next.value;
}
