import type { Event, RecordedEvent } from './event.js';

/** A value of a row: text, safe integer, boolean or null. */
export type Cell = string | number | boolean | null;

/**
 * How a column is decoded on every database: each type has one JSON type, whatever its size.
 * `day`: text, YYYY-MM-DD. `integer`, and `amount` in minor units: a number within the safe range.
 * `integer-sum` and `amount-sum`, of views alone, add them: decimal digits as text, since a sum can
 * exceed the range. `decimal`: a ratio or a mean, rounded by its query; never money.
 */
export type ColumnType =
  'text' | 'day' | 'integer' | 'boolean' | 'amount' | 'integer-sum' | 'amount-sum' | 'decimal' | 'json';

/** Whether a column holds a sum: decimal digits as text. */
export const isSum = (type: ColumnType | undefined): boolean => type === 'integer-sum' || type === 'amount-sum';

/**
 * What a column of texts holds, where that is no plain text. `instant`: ISO 8601, UTC. `person`: a
 * reference to a person, or several.
 */
export type ColumnFormat = 'instant' | 'person';

/** The codes that columns of texts can have, where they are a fixed list, by column. */
export type ColumnCodes = Readonly<Record<string, readonly string[]>>;

/** Formats by column. */
export type ColumnFormats = Readonly<Record<string, ColumnFormat>>;

/** The totals of a query over all rows that match, not only over the page. */
export interface Totals {
  /** The unit of `count`, in words: `programmes`, `accounts and periods`. */
  readonly counts: string;
  /** The columns by which totals are grouped, if the query names none. */
  readonly by: readonly string[];
  /** The columns that are summed. */
  readonly sums: readonly string[];
  /** Figures that several rows repeat, because they are of what these rows share. */
  readonly shared?: SharedFigures;
}

/** Columns between whose values nothing is added: money, goods, stages, and stocks by month. */
const NEVER_ADDED: readonly string[] = ['currency', 'unit', 'item', 'stage', 'month'];

/** The columns that group totals whatever a query asks: without them, its sums mix unlike units. */
export const keptApart = ({ by, sums }: Pick<Totals, 'by' | 'sums'>): readonly string[] =>
  sums.length === 0 ? [] : by.filter((column) => NEVER_ADDED.includes(column));

/** The columns by which totals are grouped: those asked for replace all but {@link keptApart}. */
export const groupedBy = (totals: Pick<Totals, 'by' | 'sums'>, asked: readonly string[]): readonly string[] =>
  asked.length === 0 ? totals.by : [...new Set([...keptApart(totals), ...asked])];

/**
 * Figures of a parent that each of its rows repeats, such as the deliveries of a programme in the
 * row of each currency. Totals have them once for each parent of which a row matches: in the group
 * that has no value in the columns that {@link keptApart} names, as the rows without money have
 * none. Groups with such a value have null, since a figure of all currencies is of none of them.
 */
export interface SharedFigures {
  /** The column that names the parent. */
  readonly of: string;
  /** The columns that name it together where that one is null. */
  readonly otherwise: readonly string[];
  /** The columns, which are summed too. */
  readonly sums: readonly string[];
}

/**
 * A column that is computed when a row is read, from days in the row and the day of the answer. An
 * item is open while its `done` is null and none of its `closed` columns has one of their values.
 *
 * - `overdue`: true for an open item whose `due` is before the day of the answer.
 * - `days-late`: days from `due` to `done`, negative if early; of an overdue item, days from `due`
 *   to the day of the answer; null for an open item that is not overdue and for a closed one.
 * - `days-left`: days from the day of the answer to the day promised, below zero after it; null if
 *   it is done, or not waited for any more.
 * - `elapsed-percent`: percent of the days from `from` to `due` that have passed by the day of the
 *   answer, with one digit: 0 up to the first day, 100 from the last one on, done or not.
 * - `until`: in place of the stored column of its name: its value, and once it is overdue that of
 *   the column `then`; null without one.
 */
export interface DailyColumn {
  readonly kind: 'overdue' | 'days-late' | 'days-left' | 'elapsed-percent' | 'until';
  /** The meaning of the column, with its unit. */
  readonly meaning: string;
  /** The column with the day promised; without a day nothing is overdue. */
  readonly due: string;
  /** The column with the first day, of `elapsed-percent` only. */
  readonly from?: string;
  /** The column with the value after that day, of `until` only; of the same type. */
  readonly then?: string;
  /** The column with the day on which it was done; without one, rows are of what is not done. */
  readonly done?: string;
  /** Values of columns with which an item is not waited for any more, though it was not done. */
  readonly closed?: Readonly<Record<string, readonly string[]>>;
}

/** A column that adds up rows of another model, such as movements. */
export interface SumOfRows {
  /** The model whose rows are summed, and its column of the day on which each counts. */
  readonly rows: string;
  readonly on: string;
  /** The column that is summed; null: the rows are counted. */
  readonly sum: string | null;
  /** Columns of these rows, each with the column of the sum's row that has the same value. */
  readonly shared: Readonly<Record<string, string>>;
  /** Columns of these rows, each with its value. */
  readonly where?: Readonly<Record<string, string>>;
}

/**
 * How a row is seen by what had occurred by a day, as it is known now. Columns that are not named
 * here stay as they are known now.
 */
export interface OccurredRow {
  /** Columns of days: null if they lie after that day. */
  readonly days?: readonly string[];
  /**
   * Words that follow from days: of the first of these columns whose day has come, its word, or the
   * stored one if that is null; else `otherwise`.
   */
  readonly words?: Readonly<
    Record<string, { readonly by: Readonly<Record<string, string | null>>; readonly otherwise: string }>
  >;
  /** Columns that have no day: null. */
  readonly undated?: readonly string[];
  /** Columns that are summed over the rows that count by that day. */
  readonly sums?: Readonly<Record<string, SumOfRows>>;
}

/** A question of an audience that a table answers. */
export interface AnsweredQuestion {
  readonly audience: 'Donors' | 'Recipients' | 'Auditors';
  readonly question: string;
  /** The parameters of the query that answers it, as in an address; empty for the whole table. */
  readonly query: string;
}

/**
 * A pure fold of one stream's events into its rows. The entity declares the columns. `version`
 * increases whenever the fold or the columns change; the new version fills separate tables.
 */
export interface Projection<E extends Event, Row extends object> {
  readonly name: string;
  /** The group under which a page lists it. */
  readonly topic?: string;
  readonly answers?: readonly AnsweredQuestion[];
  readonly version: number;
  readonly kinds: readonly string[] | 'all';
  /** One line on what a row is. */
  readonly about: string;
  /** The TypeORM entity that describes the columns. */
  readonly entity: new () => Row;
  readonly totals: Totals;
  /** The meaning of each column with its unit. */
  readonly meanings?: Readonly<Record<string, string>>;
  /** What texts hold in columns where that is no plain text. */
  readonly formats?: ColumnFormats;
  readonly codes?: ColumnCodes;
  /** Columns that depend on the day of the answer, by name. They are not stored. */
  readonly daily?: Readonly<Record<string, DailyColumn>>;
  /** How a row is seen by what had occurred by a day, if anything in it has a day. */
  readonly occurred?: OccurredRow;
  /**
   * That its own rows can be asked by what had occurred by a day: the column of the day from which
   * a row counts; null: a row counts while one of its sums has something to add.
   */
  readonly occurredBy?: string | null;
  /**
   * The rows of a stream share the data of its opening event. It is stored in a row under the key
   * '' (the head), which no query returns; `evolve` gets it as `head`.
   */
  readonly head?: boolean;
  /**
   * Each row but the head is made by exactly one event and never changed: none is read before it is
   * written, and the primary key alone finds it.
   */
  readonly appendOnly?: boolean;
  /**
   * Columns by which the deployment itself looks for current rows all the time: each list has an
   * index, so that the search costs nothing that grows with the log.
   */
  readonly indexes?: readonly (readonly string[])[];
  /**
   * The keys, within the event's stream, of the rows that it changes. Only these, and the head if
   * there is one, are read.
   */
  touches(event: RecordedEvent<E>): readonly string[];
  /**
   * The row after the event; null if it ends here; the same object if the event does not change it.
   */
  evolve(row: Row | null, event: RecordedEvent<E>, key: string, head: Row | null): Row | null;
}

/** For each column of a view's key, the column of a model's row that has its value. */
export type KeyMapping = Readonly<Record<string, string>>;

/** Values of columns, by name; a name that is no column has none. */
export type ColumnValues = Readonly<Record<string, string | null | undefined>>;

/** SQL for sums of whole numbers, exact at any size, in the form of the columns that hold sums. */
export interface ExactSums {
  /** The sum of an expression over a group; null if no row of the group has a value. */
  sum(expression: string): string;
  /** A sum; zero if it is null. */
  orZero(sum: string): string;
  /** A sum as a whole number to compare with others: cut off at the bounds of the safe range. */
  clamped(sum: string): string;
}

/** What is asked of a view, beside the position; the day of the answer is its parameter `today`. */
export interface ViewOptions {
  readonly sums: ExactSums;
  /** SQL for the days from one day to another, each an expression. */
  days(from: string, to: string): string;
  /** Only what had occurred by a day. The rows that the query reads are limited to it already. */
  readonly occurredBy: boolean;
  /**
   * SQL for whether a day had come by then: for rows that count on the day of another row. Only
   * with `occurredBy`.
   */
  hasCome(day: string): string;
}

/**
 * Joins or sums rows of several streams: a query, never stored. `Query` is the query builder's type
 * and `From` the function that returns a pinned source; the kernel knows neither.
 */
export interface View<From, Query> {
  readonly name: string;
  /** The group under which a page lists it. */
  readonly topic?: string;
  readonly answers?: readonly AnsweredQuestion[];
  readonly version: number;
  readonly about: string;
  /** The columns that identify a row. */
  readonly key: readonly string[];
  readonly columns: Readonly<Record<string, ColumnType>>;
  readonly totals: Totals;
  /** The meaning of each column with its unit. */
  readonly meanings?: Readonly<Record<string, string>>;
  /** What texts hold in columns where that is no plain text. */
  readonly formats?: ColumnFormats;
  readonly codes?: ColumnCodes;
  /** Columns that depend on the day of the answer, over the view's own columns, by name. */
  readonly daily?: Readonly<Record<string, DailyColumn>>;
  /**
   * The models of which the view can be limited to what had occurred by a day, each with the column
   * of the day from which a row counts; null: at any day. Their rows are seen by that day, too, as
   * their `occurred` states. Without it, the view cannot be limited.
   */
  readonly occurredBy?: Readonly<Record<string, string | null>>;
  /**
   * The models that the view reads. For each: which column of a row gives which column of the key.
   * An old or new version of a row changes the view's rows with these values; with several
   * mappings, those of each. `null`: the view reads the model, but a change of it changes no
   * existing row.
   */
  readonly movedBy: Readonly<Record<string, KeyMapping | readonly KeyMapping[] | null>>;
  /**
   * The rows of models that a row of the view is made of, as values of their columns; with several
   * of them, the rows of each. Without it, those of `movedBy` that have the view's other key
   * columns, too.
   */
  madeOf?(row: ColumnValues): Readonly<Record<string, ColumnValues | readonly ColumnValues[]>>;
  /**
   * The view's rows from pinned sources: the same for now, for a past position and for live
   * streams. Aliases are in lower_snake_case.
   */
  query(from: From, options: ViewOptions): Query;
}

/** A projection of unknown types. */
export type AnyProjection = Projection<Event, object>;
