import type { DataSource } from 'typeorm';

/**
 * A SQL expression for the number of days between two days, both as text in the form YYYY-MM-DD. On
 * PostgreSQL, an invalid day fails the statement, unless `dayOf` names a function that returns null
 * for it.
 */
export function daysBetween(
  { options }: Pick<DataSource, 'options'>,
  from: string,
  to: string,
  dayOf?: string,
): string {
  if (options.type !== 'postgres') return `CAST(julianday(${to}) - julianday(${from}) AS INTEGER)`;
  if (dayOf !== undefined) return `(${dayOf}(CAST(${to} AS TEXT)) - ${dayOf}(${from}))`;
  return `(CAST(CAST(${to} AS TEXT) AS DATE) - CAST(${from} AS DATE))`;
}
