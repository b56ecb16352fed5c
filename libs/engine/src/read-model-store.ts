import type {
  AnsweredQuestion,
  AnyProjection,
  Cell,
  ColumnCodes,
  ColumnFormats,
  ColumnType,
  Json,
  Totals,
} from '@entente/kernel';

/**
 * One position for each partition. A query, a cursor or a live stream reads rows as of such
 * positions.
 */
export type Positions = readonly bigint[];

/** The permanent id of a row: the stream from which it is folded, and its key within the stream. */
export interface RowId {
  readonly stream: string;
  readonly key: string;
}

/** A row version to close. It is valid up to, but excluding, `until`. */
export interface RowClose extends RowId {
  readonly until: bigint;
}

/** A row version to write. */
export interface RowVersion extends RowId {
  readonly since: bigint;
  readonly until: bigint | null;
  /** The event that made it. */
  readonly eventId: string;
  readonly row: object;
}

/** A stream that a projection cannot fold from this event on. */
export interface Parked {
  readonly model: string;
  readonly stream: string;
  readonly eventId: string;
  readonly position: bigint;
  readonly error: string;
  /** When it was parked; ISO 8601. */
  readonly since: string;
}

/** The changes of one batch of one partition in one model. */
export interface ModelBatch {
  readonly model: string;
  readonly partition: number;
  /** The checkpoint from which it was folded, and the new checkpoint. */
  readonly from: bigint;
  readonly to: bigint;
  readonly closes: readonly RowClose[];
  readonly versions: readonly RowVersion[];
  readonly parked: readonly Parked[];
  /**
   * The streams that are no longer parked. Their missing versions are among `versions`, with their
   * positions in the past. The model's epoch increases.
   */
  readonly cleared?: readonly string[];
}

/** Matches rows whose column has one of these values, or is between two values, or before one. */
export interface ColumnFilter {
  readonly column: string;
  readonly in?: readonly Cell[];
  readonly min?: Cell;
  readonly max?: Cell;
  readonly before?: Cell;
}

/**
 * Matches rows if one of these columns of type `text` contains a text. A to Z are compared without
 * case.
 */
export interface TextFilter {
  readonly columns: readonly string[];
  readonly contains: string;
}

/** A text with A to Z in lower case, as a {@link TextFilter} compares it. */
export const asciiLowerCase = (text: string): string => text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());

/** A condition on rows. */
export type Filter = ColumnFilter | TextFilter;

/** The decoded columns of a row. */
export type Columns = Readonly<Record<string, Json>>;

/** A query: which rows, in which order. All its columns exist; the caller has rejected others. */
export interface RowQuery {
  readonly where: readonly Filter[];
  readonly sort: readonly { readonly column: string; readonly descending: boolean }[];
  readonly limit: number;
  /** If set, only rows after this one, identified by its sort values and its key. */
  readonly afterRow?: { readonly sortValues: readonly Cell[]; readonly key: string };
  /** The positions to read at; by default the current ones. */
  readonly positions?: Positions;
  /** The day of the answer, YYYY-MM-DD; without it, {@link today}. */
  readonly day?: string;
  /** If set, only what had occurred by this day, YYYY-MM-DD. Only for views with `occurredBy`. */
  readonly occurredBy?: string | null;
}

/** A query of all rows without pages. With `afterRow`, only the rows after it. */
export type WholeQuery = Omit<RowQuery, 'limit'>;

/** The maximum number of rows of a scan that are read at a time. */
export const SCANNED_ROWS = 1000;

/**
 * The rows of a query, read by one statement from one snapshot, so that they are sorted only once.
 * It uses a database connection until it is closed.
 */
export interface RowScan {
  readonly version: string;
  /** The next rows, at most {@link SCANNED_ROWS}; none at the end. */
  next(): Promise<readonly ResultRow[]>;
  close(): Promise<void>;
}

/** A row of a result: its columns and its key. For a row of a model, also its stream and event. */
export interface ResultRow {
  /** Unique among the rows of the read model or view. */
  readonly key: string;
  readonly columns: Columns;
  /** The values of the sort columns. The next page begins after them and `key`. */
  readonly sortValues: readonly Cell[];
  readonly source: { readonly stream: string; readonly since: bigint; readonly event: string } | null;
  readonly parkedSince: string | null;
}

/** Describes a model or view to a client. */
export interface ReadModelDescription {
  readonly name: string;
  /** The group under which a page lists it; null if it has none. */
  readonly topic: string | null;
  readonly answers: readonly AnsweredQuestion[];
  readonly about: string;
  readonly type: 'model' | 'view';
  readonly columns: Readonly<Record<string, ColumnType>>;
  /** The meaning of each column with its unit. */
  readonly meanings: Readonly<Record<string, string>>;
  /** The formats of text columns that are not plain text. */
  readonly formats: ColumnFormats;
  /** The codes of columns that have a fixed list of them. */
  readonly codes: ColumnCodes;
  readonly key: readonly string[];
  readonly totals: Totals;
  /** Whether columns depend on the day of the answer. */
  readonly daily: boolean;
  /** Whether it can be limited to what had occurred by a day. */
  readonly occurredBy: boolean;
  /** The models that it reads; for a model, itself. */
  readonly reads: readonly string[];
}

/**
 * One group of totals: the values by which it is grouped, its number of rows, and each sum as a
 * decimal string. A sum is null if no row has a value.
 */
export interface TotalsRow {
  readonly by: Columns;
  readonly counts: string;
  readonly count: number;
  readonly sums: Readonly<Record<string, string | null>>;
}

/** The maximum number of groups of totals by other columns than the model's own. */
export const MAX_TOTALS_GROUPS = 1000;

/** Options of totals: the columns to group by, and the day. */
export interface TotalsQuery {
  readonly by?: readonly string[];
  /** The day of the answer, YYYY-MM-DD; without it, {@link today}. */
  readonly day?: string;
  readonly occurredBy?: string | null;
}

/** An event that made a version of a row. */
export interface RowOrigin {
  readonly model: string;
  readonly stream: string;
  readonly eventId: string;
  readonly position: bigint;
}

/** A query for the origins of a row: the newest before a position. */
export interface OriginsQuery {
  /** The positions at which the row is read; by default the current ones. */
  readonly positions?: Positions;
  readonly before?: bigint;
  readonly limit: number;
  /**
   * If set, the row is limited to what had occurred by this day. Its origins are the events of what
   * had begun by then, with the events that complete or correct it.
   */
  readonly occurredBy?: string | null;
  /** The day on which the row was read. Some rows exist only on some days. */
  readonly day?: string;
}

/**
 * The newest origins of a row, oldest first, and the number of all origins before the requested
 * position.
 */
export interface RowOrigins {
  readonly origins: readonly RowOrigin[];
  readonly count: number;
}

/** The answer to a query. */
export interface ResultPage {
  readonly rows: readonly ResultRow[];
  /** Whether there are rows after the last one. */
  readonly more: boolean;
  readonly positions: Positions;
  /**
   * Model version, generation and epoch. If any of them differs, cursors and live ids are invalid.
   */
  readonly version: string;
}

/**
 * A changed row: its columns at the earlier and at the later positions; null if it did not exist
 * there.
 */
export interface RowChange {
  readonly key: string;
  readonly before: Columns | null;
  readonly row: ResultRow | null;
}

/** The changes between two positions, with each row once. */
export interface RowChangeSet {
  readonly changes: readonly RowChange[];
  readonly positions: Positions;
  readonly version: string;
  /** True if too many rows changed to return each. The client must then read all rows again. */
  readonly tooMany: boolean;
}

/**
 * The rows that a fold reads and writes: those of the active tables, or of the pending tables of a
 * rebuild.
 */
export abstract class RowSink {
  /**
   * The number of partitions into which the log is folded. {@link partitionOf} computes that of a
   * stream.
   */
  abstract readonly partitions: number;
  /**
   * Why a model's table cannot hold this row; null if it can. If it cannot, the stream of the row
   * is parked.
   */
  abstract refuses(model: AnyProjection, row: object): string | null;
  /** The position up to which each model has folded each partition, from one consistent read. */
  abstract checkpoints(): Promise<ReadonlyMap<string, Positions>>;
  abstract parked(): Promise<readonly Parked[]>;
  /** The current rows of these keys; a key without a row is absent. */
  abstract current(model: AnyProjection, ids: readonly RowId[]): Promise<ReadonlyMap<string, object>>;
  /**
   * Commits all batches in one transaction. Returns false, and writes nothing, if another worker
   * has moved a checkpoint or other tables are active by now. It also returns false if
   * `catalogVersion`, at which the caller read the parked streams, has increased since, even if
   * this process has already loaded the new catalog.
   */
  abstract commit(batches: readonly ModelBatch[], catalogVersion?: number): Promise<boolean>;
  /** The models that are not folded here; by default none. */
  outdated(): Promise<readonly string[]> {
    return Promise.resolve([]);
  }
  /**
   * The catalog version for `commit`; by default undefined, if no other process changes these
   * tables.
   */
  catalogVersion(): Promise<number | undefined> {
    return Promise.resolve(undefined);
  }
}

/**
 * The pending tables of some models. The same fold fills them while the active tables are read.
 * They are promoted in one transaction. After an interruption the next rebuild continues.
 */
export abstract class Rebuild extends RowSink {
  /**
   * Promotes the pending tables if each model has reached the active one in every partition.
   * Returns false if one is behind; the caller must then continue to fold and call again. Rejects
   * if another rebuild of the same models was promoted.
   */
  abstract cutOver(): Promise<boolean>;
  /** Ends without promotion. */
  abstract close(): Promise<void>;
}

/**
 * Stores rows: every version of each row, with the positions from and until which it was valid, and
 * the checkpoints of each model.
 *
 * - `commit` is atomic. It takes effect only if no checkpoint and no catalog version has moved
 *   since the fold. Otherwise it returns false: another worker folds, or a skipped stream is no
 *   longer parked.
 * - Readers see only complete commits. A query at a position always returns the same rows.
 * - If the disk is full, `commit` rejects with `DiskFull`, and nothing of the batch is stored.
 */
export abstract class ReadModelStore extends RowSink {
  /**
   * Creates the tables of new models. If the version of a model has changed, the old rows are read
   * until it has been rebuilt. Rejects if the rows belong to another log. `head` is the end of the
   * log, which only its writer knows. Rows that are ahead of it, as after a restore, are folded
   * from scratch. `era` is the era of the log. Every version contains it, so that a client with a
   * cursor of another era must read all rows again.
   */
  abstract open(storeId: string, head?: bigint, era?: string): Promise<void>;
  abstract names(): readonly ReadModelDescription[];
  /**
   * The models whose active tables have another version than the code. They wait for a rebuild, and
   * are not folded.
   */
  abstract override outdated(): Promise<readonly string[]>;
  /**
   * Creates the pending tables of these models, or continues an interrupted rebuild (never if
   * `fromScratch`).
   */
  abstract rebuild(models: readonly string[], fromScratch: boolean): Promise<Rebuild>;
  /**
   * The catalog version. It increases when any process promotes tables or clears a parked stream.
   */
  abstract override catalogVersion(): Promise<number>;
  /** The rows of a model or view. */
  abstract query(name: string, query: RowQuery): Promise<ResultPage>;
  /** Begins to read all rows of a query. The caller must close the scan. */
  abstract scan(name: string, query: WholeQuery): Promise<RowScan>;
  /**
   * Sums and counts over all matching rows, at positions. `by` names columns to group by. They
   * replace the model's own, except those that keep sums apart. For other columns, at most {@link
   * MAX_TOTALS_GROUPS} + 1 groups are returned.
   */
  abstract totals(
    name: string,
    where: readonly Filter[],
    positions: Positions,
    as?: TotalsQuery,
  ): Promise<readonly TotalsRow[]>;
  /**
   * The current positions of a read model or view: for each partition the lowest checkpoint of the
   * models that it reads; and its version.
   */
  abstract positions(name: string): Promise<{ readonly positions: Positions; readonly version: string }>;
  /**
   * The changes after positions, up to other positions (by default the current ones), computed for
   * a day.
   */
  abstract changes(name: string, since: Positions, upTo?: Positions, day?: string): Promise<RowChangeSet>;
  /**
   * The events that made a row, oldest first. For a row of a view: those of the rows from which it
   * is made. Null if there is no such row at the positions.
   */
  abstract origins(name: string, key: string, query: OriginsQuery): Promise<RowOrigins | null>;
  /**
   * Calls the listener after each commit with the models that changed. A notification may be late
   * or missing.
   */
  abstract onCommit(listener: (models: ReadonlySet<string>) => void): () => void;
  abstract close(): Promise<void>;
}

/** The current day in UTC, YYYY-MM-DD: the day of an answer about now. */
export const today = (): string => new Date().toISOString().slice(0, 10);

/** The key of a row in a map. */
export const rowKey = ({ stream, key }: RowId): string => `${stream}#${key}`;
