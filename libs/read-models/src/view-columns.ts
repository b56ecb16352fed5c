import type { ColumnType } from '@entente/kernel';
import { type ColumnMeaning, columnsOf, inWords } from './columns.js';

const column =
  (type: ColumnType) =>
  (meaning: string, codes: readonly string[] | null = null): ColumnMeaning => ({ type, meaning, codes, format: null });

// Each takes the meaning of a view's column with its unit; a text, the codes that it can have, too,
// if they are a fixed list.

/** A word, a code or an id. */
export const text = column('text');
/** One of a fixed list of codes, where they say what it means. */
export const oneOf = (codes: readonly string[]): ColumnMeaning => text(inWords(codes), codes);
/** A day, YYYY-MM-DD. */
export const day = column('day');
/** A whole number. */
export const integer = column('integer');
/** Money in minor units. */
export const amount = column('amount');
/** A sum of whole numbers: decimal digits as text. */
export const integerSum = column('integer-sum');
/** A sum of money in minor units: decimal digits as text. */
export const amountSum = column('amount-sum');
/** A ratio or a mean, rounded by its query. */
export const decimal = column('decimal');

/** Columns that a view has as a model's rows have them. */
export const sameAs = <Row extends object>(
  entity: new () => Row,
  ...names: readonly (keyof Row & string)[]
): Readonly<Record<string, ColumnMeaning>> =>
  Object.fromEntries(names.map((name) => [name, columnsOf(entity).get(name) as ColumnMeaning]));
