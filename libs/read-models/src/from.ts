import type { View } from '@entente/kernel';
import type { ObjectLiteral, SelectQueryBuilder } from 'typeorm';

/** TypeORM's query builder over rows of any shape. */
export type Query = SelectQueryBuilder<ObjectLiteral>;

/**
 * Returns a builder that selects from a model's rows at the position of the whole query, under an
 * alias in lower_snake_case.
 */
export type From = (entity: new () => object, alias: string) => Query;

/** A view of this deployment. */
export type RowsView = View<From, Query> & {
  /** The meaning of each column with its unit. */
  readonly meanings: Readonly<Record<string, string>>;
};
