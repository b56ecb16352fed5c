import type { Event, RecordedEvent } from './event.js';

/** What a row may hold: text, safe integers, truth values, nothing. */
export type Cell = string | number | boolean | null;

/**
 * How a column is decoded on every database. `amount`: integer minor units, a number within the
 * safe range and else a decimal string (only a view's sum can leave it). `decimal`: a ratio or a
 * mean, rounded by its query; never money.
 */
export type ColumnType = 'text' | 'integer' | 'boolean' | 'amount' | 'decimal' | 'json';

/** The measures that a query prints over all rows that match, not only over the page. */
export interface Totals {
  /** What one unit of `count` is, in words: `programmes`, `accounts and periods`. */
  readonly counts: string;
  /** The column whose distinct values are counted; without it, rows are. */
  readonly distinct?: string;
  /** The columns that keep totals apart, such as `currency`: unlike units are never added. */
  readonly by: readonly string[];
  /** The columns that are added up. */
  readonly sums: readonly string[];
}

/**
 * A pure fold of one stream's events into its rows. The table's columns stand in the entity;
 * `version` rises whenever the fold or the columns change, and the new version fills tables of its
 * own.
 */
export interface Projection<E extends Event, Row extends object> {
  readonly name: string;
  readonly version: number;
  readonly kinds: readonly string[] | 'all';
  /** One line on what a row is. */
  readonly about: string;
  /** The TypeORM entity that describes the columns. */
  readonly entity: new () => Row;
  readonly totals: Totals;
  /**
   * The rows of a stream share what its opening event said: it is kept in a row under the key ''
   * (the head), which no query shows, and `evolve` is given it.
   */
  readonly head?: boolean;
  /**
   * Each of its rows is made by one event alone, which no other touches: none is read before it is
   * written.
   */
  readonly appendOnly?: boolean;
  /**
   * The keys, within the event's stream, of the rows that it changes. Only these, and the head
   * where there is one, are read.
   */
  touches(event: RecordedEvent<E>): readonly string[];
  /**
   * The row after the event; null where it ends here; the same row where the event changes nothing
   * in it.
   */
  evolve(row: Row | null, event: RecordedEvent<E>, key: string, head: Row | null): Row | null;
}

/**
 * What joins or sums rows of several streams: a query, never kept. `Query` is the query builder's
 * type and `From` the function that gives it a pinned source; the kernel knows neither.
 */
export interface View<From, Query> {
  readonly name: string;
  readonly version: number;
  readonly about: string;
  /** The columns that tell its rows apart. */
  readonly key: readonly string[];
  readonly columns: Readonly<Record<string, ColumnType>>;
  readonly totals: Totals;
  /**
   * The models that it reads. For each, which column of a row gives which column of the key: an old
   * or new version of a row moves the view's rows with these values, and a row of the view is made
   * of the model's rows with these values. `null`: it is read but moves nothing that is there
   * already.
   */
  readonly movedBy: Readonly<Record<string, Readonly<Record<string, string>> | null>>;
  /**
   * The view's rows from pinned sources: now, as of a past position and live alike. Aliases are in
   * lower_snake_case.
   */
  query(from: From): Query;
}

/** A projection whose types are not known here. */
export type AnyProjection = Projection<never, object>;
