import { type ColumnType, type Json, isSum } from '@entente/kernel';
import { decode } from './tables.js';

/** Converts values, in the order in which they are selected, to the columns of a row. */
export type RowMaker = (values: readonly unknown[], decodeSum: (stored: unknown) => string) => Record<string, Json>;

/**
 * The JavaScript expression that decodes the value `v` of a column. It is never evaluated for null.
 */
function expressionOf(type: ColumnType): string {
  if (isSum(type)) return 'decodeSum(v)';
  if (type === 'text' || type === 'day') return `typeof v === 'string' ? v : decode('${type}', v)`;
  if (type === 'integer' || type === 'amount') return `typeof v === 'number' ? v : decode('${type}', v)`;
  return `decode('${type}', v)`;
}

/**
 * Compiles a function that makes the rows of a source by an object literal. A generic loop stores
 * each member by a dynamic name. That took four times as long per row when measured, and as much
 * time as the read of a page. Names and types come from the declarations of models and views, never
 * from a request.
 */
export function rowMaker(columns: Readonly<Record<string, ColumnType>>): RowMaker {
  const members = Object.entries(columns).map(
    ([name, type], i) => `${JSON.stringify(name)}: (v = values[${i}]) === null ? null : ${expressionOf(type)}`,
  );
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- of declared names
  const compile = new Function(
    'decode',
    `return (values, decodeSum) => { let v; return { ${members.join(', ')} }; };`,
  ) as (decoder: typeof decode) => RowMaker;
  return compile(decode);
}
