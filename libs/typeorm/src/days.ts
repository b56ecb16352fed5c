import type { DataSource } from 'typeorm';

/** An expression for the days from one day to another, both YYYY-MM-DD as text. */
export const daysBetween = ({ options }: Pick<DataSource, 'options'>, from: string, to: string): string =>
  options.type === 'postgres'
    ? `(CAST(CAST(${to} AS TEXT) AS DATE) - CAST(${from} AS DATE))`
    : `CAST(julianday(${to}) - julianday(${from}) AS INTEGER)`;
