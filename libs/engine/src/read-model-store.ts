import type { AnyProjection, Cell, ColumnType, Json, Totals } from '@entente/kernel';

/** One position for each partition: what a screen, a cursor or a live stream is pinned to. */
export type Positions = readonly bigint[];

/** Names one row for ever: the stream that it folds and its key within it. */
export interface RowId {
  readonly stream: string;
  readonly key: string;
}

/** A version of a row to be closed: it holds up to, and not at, `until`. */
export interface RowClose extends RowId {
  readonly until: bigint;
}

/** A version of a row to be written. */
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
   * Streams that are parked no more: what they had missed is among the versions, at the positions
   * at which it belongs. The model's epoch moves on.
   */
  readonly cleared?: readonly string[];
}

/** Rows whose column has one of these values, or lies between two. */
export interface Filter {
  readonly column: string;
  readonly in?: readonly Cell[];
  readonly min?: Cell;
  readonly max?: Cell;
}

/** A row's columns, decoded. */
export type Columns = Readonly<Record<string, Json>>;

/** Which rows, in which order. Only named columns; anything else has been refused before. */
export interface RowQuery {
  readonly where: readonly Filter[];
  readonly sort: readonly { readonly column: string; readonly descending: boolean }[];
  readonly limit: number;
  /** Only rows behind this one: its place and its key. */
  readonly behind?: { readonly place: readonly Cell[]; readonly key: string };
  /** The positions to look from; now, where it is not given. */
  readonly pin?: Positions;
}

/**
 * A row on its way out: its columns, its key, and for a model's row the stream and event that made
 * it.
 */
export interface ResultRow {
  /** Unlike for every row of the name. */
  readonly key: string;
  readonly columns: Columns;
  /** The values of the sort columns: with `key`, where the next page goes on. */
  readonly place: readonly Cell[];
  readonly source: { readonly stream: string; readonly since: bigint; readonly event: string } | null;
  readonly parkedSince: string | null;
}

/** What a model or view is, for those who ask. */
export interface ReadModelDescription {
  readonly name: string;
  readonly about: string;
  readonly is: 'model' | 'view';
  readonly columns: Readonly<Record<string, ColumnType>>;
  readonly key: readonly string[];
  readonly totals: Totals;
  /** The models that it reads: itself, where it is one. */
  readonly reads: readonly string[];
}

/**
 * One group of totals: the columns that keep it apart, how many, and each sum as a decimal string.
 */
export interface TotalsRow {
  readonly by: Columns;
  readonly counts: string;
  readonly count: number;
  readonly sums: Readonly<Record<string, string>>;
}

/** An event that made a version of a row. */
export interface RowOrigin {
  readonly model: string;
  readonly stream: string;
  readonly eventId: string;
  readonly position: bigint;
}

/** The answer to a query. */
export interface ResultPage {
  readonly rows: readonly ResultRow[];
  /** Whether rows are left behind the last one. */
  readonly more: boolean;
  readonly pin: Positions;
  /**
   * Model version, generation and epoch: where any of them differs, cursors and live ids are void.
   */
  readonly version: string;
}

/**
 * A row that changed: what it was at the first pin and is at the second; null where it was or is
 * not there.
 */
export interface RowChange {
  readonly key: string;
  readonly before: Columns | null;
  readonly row: ResultRow | null;
}

/** What changed between two pins, each row once. */
export interface RowChangeSet {
  readonly changes: readonly RowChange[];
  readonly pin: Positions;
  readonly version: string;
  /** True where more changed than is worth telling one by one: read anew. */
  readonly tooMany: boolean;
}

/**
 * What a fold needs of the rows: the living ones, or those of a next version that is being filled.
 */
export abstract class RowSink {
  /** Into how many partitions the log is folded: a stream's is {@link partitionOf}. */
  abstract readonly partitions: number;
  /**
   * Why a model's table cannot hold this row; null where it can. A row that cannot be held parks
   * its stream.
   */
  abstract refuses(model: AnyProjection, row: object): string | null;
  /** How far each model has folded each partition: by one look at all of them. */
  abstract checkpoints(): Promise<ReadonlyMap<string, Positions>>;
  abstract parked(): Promise<readonly Parked[]>;
  /** The current rows of these keys; a key that has none is left out. */
  abstract current(model: AnyProjection, ids: readonly RowId[]): Promise<ReadonlyMap<string, object>>;
  /**
   * Takes effect whole or not at all; false where a checkpoint is not what a batch was folded on,
   * or other tables are served by now: somebody else was here. `turn` is what the store's was when
   * whoever folds has read what is parked: false where it has moved since, even where this process
   * has taken up what is served now.
   */
  abstract commit(batches: readonly ModelBatch[], turn?: number): Promise<boolean>;
}

/**
 * The next version of some models' tables, beside the living ones, which serve meanwhile. It is
 * filled by the same fold and takes over in one transaction. Broken off, it is gone on with the
 * next time.
 */
export abstract class Rebuild extends RowSink {
  /**
   * Takes over, where each of its models is as far as the living one in every partition; false
   * where one is behind: fold on and ask again.
   */
  abstract cutOver(): Promise<boolean>;
  /** Lets go of it without taking over. */
  abstract close(): Promise<void>;
}

/**
 * Keeps rows: every version of each, with the positions from and until which it held, and how far
 * each model has folded.
 *
 * - `commit` takes effect whole or not at all, and only where every checkpoint is still what the
 *   batch was folded on, and the turn what it was; else it answers false: somebody else folds, or a
 *   stream that was left out is parked no more.
 * - Readers see whole commits only. A query pinned to a position gives the same rows for ever.
 * - No room on the disk: `DiskFull`, and nothing of the batch is there.
 */
export abstract class ReadModelStore extends RowSink {
  /**
   * Makes the tables of models that are new. A model whose version changed is served as it was
   * until it has been rebuilt. Fails where the file belongs to another log. `head`, which only the
   * one that writes the log can give, is where the log ends: rows that are ahead of it, as after a
   * restore, are folded anew. `era` is the log's: every version names it, so that who comes back
   * with what another era told begins anew.
   */
  abstract open(storeId: string, head?: bigint, era?: string): Promise<void>;
  abstract names(): readonly ReadModelDescription[];
  /**
   * Models that are served in another version than the code has: they wait to be rebuilt, and are
   * folded no further.
   */
  abstract outdated(): Promise<readonly string[]>;
  /**
   * Begins to fill the next version of these models, or goes on where that was broken off (`anew`:
   * never).
   */
  abstract rebuild(models: readonly string[], anew: boolean): Promise<Rebuild>;
  /**
   * Moves whenever other tables are served or a parked stream was cleared, by whichever process.
   */
  abstract catalogVersion(): Promise<number>;
  /** The rows of a model or view. */
  abstract query(name: string, query: RowQuery): Promise<ResultPage>;
  /** Sums and counts over all rows that match, at a pin. */
  abstract totals(name: string, where: readonly Filter[], pin: Positions): Promise<readonly TotalsRow[]>;
  /**
   * How far a name can be read: the lowest checkpoint of the models that it reads, for each
   * partition; and its version.
   */
  abstract positions(name: string): Promise<{ readonly pin: Positions; readonly version: string }>;
  /** What changed behind a pin, up to another one (or now). */
  abstract changes(name: string, since: Positions, upTo?: Positions): Promise<RowChangeSet>;
  /**
   * The events that made a row, oldest first: of a view's row, those that made the rows that it is
   * made of. Null where there is no such row at the pin.
   */
  abstract origins(name: string, key: string, pin?: Positions): Promise<readonly RowOrigin[] | null>;
  /**
   * Calls back after each commit, with the models that moved: a hint, which may be late or missing.
   */
  abstract onCommit(listener: (models: ReadonlySet<string>) => void): () => void;
  abstract close(): Promise<void>;
}

/** The text by which a map finds a row. */
export const rowKey = ({ stream, key }: RowId): string => `${stream}#${key}`;
