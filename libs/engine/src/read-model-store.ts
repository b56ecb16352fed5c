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

/** One position for each partition: a query, a cursor or a live stream is pinned to it. */
export type Positions = readonly bigint[];

/** Identifies one row for ever: the stream that it folds and its key within it. */
export interface RowId {
  readonly stream: string;
  readonly key: string;
}

/** A version of a row to close: it holds up to, and not at, `until`. */
export interface RowClose extends RowId {
  readonly until: bigint;
}

/** A version of a row to write. */
export interface RowVersion extends RowId {
  readonly since: bigint;
  readonly until: bigint | null;
  /** The event that made it. */
  readonly eventId: string;
  readonly row: object;
}

/** A stream that a projection cannot fold, from this event on. */
export interface Parked {
  readonly model: string;
  readonly stream: string;
  readonly eventId: string;
  readonly position: bigint;
  readonly error: string;
  /** When it was parked; ISO 8601. */
  readonly since: string;
}

/** What one batch of one partition changed in one model. */
export interface ModelBatch {
  readonly model: string;
  readonly partition: number;
  /** The checkpoint on which it was folded, and the one after it. */
  readonly from: bigint;
  readonly to: bigint;
  readonly closes: readonly RowClose[];
  readonly versions: readonly RowVersion[];
  readonly parked: readonly Parked[];
  /**
   * Streams that are no longer parked. Their missing versions are among `versions`, at the
   * positions at which they belong. The model's epoch increases.
   */
  readonly cleared?: readonly string[];
}

/** Rows whose column has one of these values, or lies between two, or before one. */
export interface ColumnFilter {
  readonly column: string;
  readonly in?: readonly Cell[];
  readonly min?: Cell;
  readonly max?: Cell;
  readonly before?: Cell;
}

/** Rows of which one of the columns, all of type `text`, contains a text: A to Z in either case. */
export interface TextFilter {
  readonly columns: readonly string[];
  readonly contains: string;
}

/** A text with A to Z in lower case, as a {@link TextFilter} compares it. */
export const asciiLowerCase = (text: string): string => text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());

/** A condition on rows. */
export type Filter = ColumnFilter | TextFilter;

/** A row's columns, decoded. */
export type Columns = Readonly<Record<string, Json>>;

/** Which rows, in which order. It names known columns only; the caller has rejected any other. */
export interface RowQuery {
  readonly where: readonly Filter[];
  readonly sort: readonly { readonly column: string; readonly descending: boolean }[];
  readonly limit: number;
  /** Only rows after this one, given by its sort values and its key. */
  readonly afterRow?: { readonly sortValues: readonly Cell[]; readonly key: string };
  /** The positions to read at; without it, the current ones. */
  readonly positions?: Positions;
  /** The day of the answer, YYYY-MM-DD; without it, {@link today}. */
  readonly day?: string;
  /** Only what had occurred by this day, YYYY-MM-DD; only of views with `occurredBy`. */
  readonly occurredBy?: string | null;
}

/** A query of all rows, without pages; with `afterRow` only those after one. */
export type WholeQuery = Omit<RowQuery, 'limit'>;

/** The maximum number of rows of a scan that are read at a time. */
export const SCANNED_ROWS = 1000;

/**
 * The rows of a whole query, read by one statement from one snapshot, so that they are sorted once.
 * It holds a connection to the database until it is closed.
 */
export interface RowScan {
  readonly version: string;
  /** The next rows, at most {@link SCANNED_ROWS}; none at the end. */
  next(): Promise<readonly ResultRow[]>;
  close(): Promise<void>;
}

/** A row of a result: its columns and its key; for a model's row also its stream and event. */
export interface ResultRow {
  /** Unique among the rows of the name. */
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
  /** What texts hold in columns where that is no plain text. */
  readonly formats: ColumnFormats;
  /** The codes that columns can have, where they are a fixed list. */
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
 * One group of totals: the values that it is grouped by, its number of rows, and each sum as a
 * decimal string; null where no row has a value.
 */
export interface TotalsRow {
  readonly by: Columns;
  readonly counts: string;
  readonly count: number;
  readonly sums: Readonly<Record<string, string | null>>;
}

/** The maximum number of groups of totals by columns that are not its own. */
export const MAX_TOTALS_GROUPS = 1000;

/** How to total: by which columns, and seen on a day. */
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

/** Which of a row's origins to return: the newest before a position. */
export interface OriginsQuery {
  /** The positions of the row; now, if it is left out. */
  readonly positions?: Positions;
  readonly before?: bigint;
  readonly limit: number;
  /**
   * Of a row that was limited to what had occurred by this day: the events of what had begun by
   * then, those that complete or correct it included.
   */
  readonly occurredBy?: string | null;
  /** The day on which the row was seen: some rows are there on some days only. */
  readonly day?: string;
}

/**
 * The newest origins of a row, oldest first, and how many there are before the position asked for.
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
 * A row that changed: its columns at the first positions and at the second; null if it did not
 * exist there.
 */
export interface RowChange {
  readonly key: string;
  readonly before: Columns | null;
  readonly row: ResultRow | null;
}

/** What changed between two times, each row once. */
export interface RowChangeSet {
  readonly changes: readonly RowChange[];
  readonly positions: Positions;
  readonly version: string;
  /** True if too many rows changed to return each: read the rows from scratch. */
  readonly tooMany: boolean;
}

/**
 * What a fold needs of the rows: those of the active tables, or of the pending tables that a
 * rebuild fills.
 */
export abstract class RowSink {
  /** Into how many partitions the log is folded: a stream's is {@link partitionOf}. */
  abstract readonly partitions: number;
  /**
   * Why a model's table cannot hold this row; null if it can. A row that cannot be held parks its
   * stream.
   */
  abstract refuses(model: AnyProjection, row: object): string | null;
  /**
   * The position up to which each model has folded each partition: one consistent read of all of
   * them.
   */
  abstract checkpoints(): Promise<ReadonlyMap<string, Positions>>;
  abstract parked(): Promise<readonly Parked[]>;
  /** The current rows of these keys; a key without a row is absent. */
  abstract current(model: AnyProjection, ids: readonly RowId[]): Promise<ReadonlyMap<string, object>>;
  /**
   * Takes effect whole or not at all. Returns false if a checkpoint is not the one on which a batch
   * was folded, or other tables are active by now: another worker was here. It also returns false
   * if `catalogVersion`, at which the caller read the parked streams, has moved since, even if this
   * process has already loaded the new catalog.
   */
  abstract commit(batches: readonly ModelBatch[], catalogVersion?: number): Promise<boolean>;
  /** Models that are not folded here; none, if not overridden. */
  outdated(): Promise<readonly string[]> {
    return Promise.resolve([]);
  }
  /** For `commit`; undefined, if not overridden: no other process changes these tables. */
  catalogVersion(): Promise<number | undefined> {
    return Promise.resolve(undefined);
  }
}

/**
 * The pending tables of some models. The same fold fills them while the active tables are read, and
 * they are promoted in one transaction. After an interruption the next rebuild continues.
 */
export abstract class Rebuild extends RowSink {
  /**
   * Promotes the pending tables if each model has reached the active one in every partition.
   * Returns false if one is behind: fold on and call again.
   */
  abstract cutOver(): Promise<boolean>;
  /** Ends without promotion. */
  abstract close(): Promise<void>;
}

/**
 * Keeps rows: every version of each, with the positions from and until which it held, and the
 * checkpoints of each model.
 *
 * - `commit` takes effect whole or not at all, and only if every checkpoint is still the one on
 *   which the batch was folded and the catalog version has not moved. Otherwise it returns false:
 *   another worker folds, or a stream that was skipped is no longer parked.
 * - Readers see whole commits only. A query pinned to a position gives the same rows for ever.
 * - No space on the disk: `DiskFull`, and nothing of the batch is there.
 */
export abstract class ReadModelStore extends RowSink {
  /**
   * Creates the tables of new models. A model whose version changed is read as it was until it has
   * been rebuilt. Fails if the file belongs to another log. `head` is the end of the log, which
   * only its writer knows: rows that are ahead of it, as after a restore, are folded from scratch.
   * `era` is the log's. Every version names it, so that a reader with a cursor of another era
   * begins again.
   */
  abstract open(storeId: string, head?: bigint, era?: string): Promise<void>;
  abstract names(): readonly ReadModelDescription[];
  /**
   * Models whose active tables have another version than the code. They wait for a rebuild, and are
   * not folded.
   */
  abstract override outdated(): Promise<readonly string[]>;
  /**
   * Begins to fill the pending tables of these models, or continues an interrupted rebuild (never
   * if `fromScratch`).
   */
  abstract rebuild(models: readonly string[], fromScratch: boolean): Promise<Rebuild>;
  /** Increases whenever any process promotes tables or clears a parked stream. */
  abstract override catalogVersion(): Promise<number>;
  /** The rows of a model or view. */
  abstract query(name: string, query: RowQuery): Promise<ResultPage>;
  /** Begins to read all rows of a query. The caller closes what it returns. */
  abstract scan(name: string, query: WholeQuery): Promise<RowScan>;
  /**
   * Sums and counts over all rows that match, at positions. `by` names columns to group by, in
   * place of its own but for those that keep sums apart: for other columns it returns at most one
   * group more than {@link MAX_TOTALS_GROUPS}.
   */
  abstract totals(
    name: string,
    where: readonly Filter[],
    positions: Positions,
    as?: TotalsQuery,
  ): Promise<readonly TotalsRow[]>;
  /**
   * How far a name can be read: for each partition the lowest checkpoint of the models that it
   * reads; and its version.
   */
  abstract positions(name: string): Promise<{ readonly positions: Positions; readonly version: string }>;
  /** What changed after positions, up to others (or now), seen on a day. */
  abstract changes(name: string, since: Positions, upTo?: Positions, day?: string): Promise<RowChangeSet>;
  /**
   * The events that made a row, oldest first. For a view's row: those of the rows that it is made
   * of. Null if there is no such row at the positions.
   */
  abstract origins(name: string, key: string, query: OriginsQuery): Promise<RowOrigins | null>;
  /**
   * Calls the listener after each commit, with the models that changed: a hint, which may be late
   * or missing.
   */
  abstract onCommit(listener: (models: ReadonlySet<string>) => void): () => void;
  abstract close(): Promise<void>;
}

/** The present day in UTC, YYYY-MM-DD: the day of an answer about now. */
export const today = (): string => new Date().toISOString().slice(0, 10);

/** The key of a row in a map. */
export const rowKey = ({ stream, key }: RowId): string => `${stream}#${key}`;
