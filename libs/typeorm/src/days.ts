import type { DataSource } from 'typeorm';

/**
 * An expression for the days from one day to another, both YYYY-MM-DD as text. On PostgreSQL, a
 * text that is no day fails the statement, unless `dayOf` names a function that checks it.
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
