import type { View } from '@entente/kernel';
import type { ObjectLiteral, SelectQueryBuilder } from 'typeorm';
import type { ColumnMeaning } from './columns.js';

/** In the meaning of a column that is empty by what had occurred by a day. */
export const NOT_BY_DAY = 'null with occurred-by: it has no day';
/** In the meaning of a day that is empty by what had occurred by an earlier one. */
export const NULL_IF_LATER = '; null with occurred-by if it is later';
/** In the meaning of a column that is the same by what had occurred by a day. */
export const AS_KNOWN_NOW = '; with occurred-by, as known now';

/** TypeORM's query builder over rows of any shape. */
export type Query = SelectQueryBuilder<ObjectLiteral>;

/**
 * Returns a builder that selects from a model's rows at the position of the whole query, under an
 * alias in lower_snake_case.
 */
export type From = (entity: new () => object, alias: string) => Query;

/** A view of this deployment: each of its columns is declared once. */
export type RowsView = Omit<View<From, Query>, 'columns' | 'meanings' | 'formats' | 'codes'> & {
  readonly columns: Readonly<Record<string, ColumnMeaning>>;
};
