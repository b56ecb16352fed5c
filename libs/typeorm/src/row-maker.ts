import { type ColumnType, type Json, isSum } from '@entente/kernel';
import { decode } from './tables.js';

/** Makes the columns of a row from its values, in the order in which they are selected. */
export type RowMaker = (values: readonly unknown[], decodeSum: (stored: unknown) => string) => Record<string, Json>;

/** The expression of a column over `v`, its value. A null is never decoded. */
function expressionOf(type: ColumnType): string {
  if (isSum(type)) return 'decodeSum(v)';
  if (type === 'text' || type === 'day') return `typeof v === 'string' ? v : decode('${type}', v)`;
  if (type === 'integer' || type === 'amount') return `typeof v === 'number' ? v : decode('${type}', v)`;
  return `decode('${type}', v)`;
}

/**
 * Compiles the maker of a source's rows: an object literal with the columns in their order. A loop
 * that serves all sources stores each member by a name that the engine must look up (measured:
 * four times the time of a row, and as much as the read of a page). Names and types come from the
 * declarations of models and views, never from a request.
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
