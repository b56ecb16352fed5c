import type { View } from '@entente/kernel';
import type { ObjectLiteral, SelectQueryBuilder } from 'typeorm';

/** TypeORM's query builder over rows of any shape. */
export type Query = SelectQueryBuilder<ObjectLiteral>;

/**
 * Gives a builder that selects from a model's rows as they stand at the position that the whole
 * query is pinned to, under an alias in lower_snake_case.
 */
export type From = (entity: new () => object, alias: string) => Query;

/** A view of this deployment. */
export type RowsView = View<From, Query> & {
  /** What each column means, its unit included. */
  readonly meanings: Readonly<Record<string, string>>;
};
