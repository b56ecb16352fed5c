import type { ProposedMetadata, RecordedEvent } from '@entente/kernel';
import type { Era } from './eras.js';
import { type DamagedLog, InvalidPosition, LARGEST_POSITION, LogTakenBack } from './faults.js';

/**
 * The revision that a stream must have for an append: exactly this number, no stream yet, any, or
 * any existing stream.
 */
export type Expected = number | 'none' | 'any' | 'exists';

/** An event to append. The store adds its position and the time of recording. */
export interface NewEvent {
  readonly id: string;
  readonly type: string;
  readonly version: number;
  readonly data: unknown;
  readonly metadata: ProposedMetadata;
}

/**
 * The revision and position of the last event of an append. If the stream was not as expected: its
 * actual revision (-1: no stream).
 */
export type Appended =
  | { readonly ok: true; readonly revision: number; readonly position: bigint }
  | { readonly ok: false; readonly actual: number };

/** Which part of a stream to read; by default all of it, forwards. */
export interface StreamRange {
  /** The first revision to return. Backwards: from this one down. */
  readonly from?: number;
  readonly backwards?: boolean;
  readonly limit?: number;
}

/**
 * Events that are folded, and whose rows are written, in one transaction: with more of them, fewer
 * pages of the rows' indexes are written for each. A page of the log is bounded by bytes, too.
 */
export const FOLD_BATCH_SIZE = 2000;

/**
 * Which part of the log to read. Kinds and types narrow it; an event must match both if both are
 * present.
 */
export interface LogRange {
  /** The last position to return. */
  readonly upTo?: bigint;
  readonly kinds?: readonly string[];
  readonly types?: readonly string[];
  readonly limit?: number;
  /** At most this many events in a batch; a store may return fewer. */
  readonly batchSize?: number;
  /**
   * Called with each part of the log that cannot be read, which is skipped. Without it the read
   * fails there.
   */
  readonly onDamage?: (fault: DamagedLog) => void;
}

/** Returns the position if a log can have it. Throws `InvalidPosition` for any other number. */
export function checkedPosition(position: bigint): bigint {
  if (position < 0n || position > LARGEST_POSITION) throw new InvalidPosition(position);
  return position;
}

/**
 * The log of everything that was decided, for ever, for readers.
 *
 * - Revisions of a stream run from 0 without gaps. Positions rise along the log. Readers see events
 *   in that order and miss none, whatever is being committed at the same time.
 * - `recordedAt` is the store's clock and never goes back along the log. One exception, on a
 *   server: appends that run at the same time, in the moment in which its clock is set back.
 */
export abstract class EventLog {
  /** The log's own id, made with the log: two logs never have the same id. */
  abstract readonly id: string;
  /**
   * The eras after the first: one for each time that the log was restored from a backup, or moved.
   */
  readonly eras: readonly Era[] = [];
  /** The events of one stream in batches; none if it does not exist. */
  abstract readStream(stream: string, range?: StreamRange): AsyncIterable<readonly RecordedEvent[]>;
  /**
   * The events after a position, in batches, up to the end of the log when the reader gets there.
   * The position need not be that of an event; after the end there are no events. A number that no
   * log can have as position is an `InvalidPosition`.
   */
  abstract readLog(after: bigint, range?: LogRange): AsyncIterable<readonly RecordedEvent[]>;
  /** The event at exactly this position; null if there is none. */
  abstract eventAt(position: bigint): Promise<RecordedEvent | null>;
  /**
   * Whether the log does not have an event that was read from it, since an older copy took its
   * place. An event that was removed from the log is not such a one. Without an id, any event at
   * that position is taken for it.
   */
  async lacks(position: bigint, id?: string): Promise<boolean> {
    const event = await this.eventAt(position);
    return event === null || (id !== undefined && event.id !== id);
  }
  /** The last revision of a stream; -1 if there is none. */
  abstract revisionOf(stream: string): Promise<number>;
  /** The position of the last event; 0 if the log is empty. */
  abstract head(): Promise<bigint>;
  /** The position of the last event recorded at or before an instant; 0 if there is none. */
  abstract positionAt(instant: string): Promise<bigint>;
  /** Why the store does not answer now, by the last call to it; null while it answers. */
  outage(): string | null {
    return null;
  }
  private lost: LogTakenBack | null = null;
  private readonly onLost: ((fault: LogTakenBack) => void)[] = [];

  /** The fault of every use of this log since it was found to be set back; null until then. */
  takenBack(): LogTakenBack | null {
    return this.lost;
  }

  /** Fails if the log was found to be set back. */
  checkNotTakenBack(): void {
    if (this.lost !== null) throw this.lost;
  }

  /**
   * A reader has proof that the log ends before what this process has read of it. That stays so
   * until the log is opened again. Returns the fault.
   */
  setTakenBack(evidence: string): LogTakenBack {
    if (this.lost !== null) return this.lost;
    const fault = (this.lost = new LogTakenBack(evidence));
    for (const listener of this.onLost.splice(0)) listener(fault);
    return fault;
  }

  /** Calls the listener once, when the log is found to be set back. */
  onTakenBack(listener: (fault: LogTakenBack) => void): void {
    if (this.lost === null) this.onLost.push(listener);
    else listener(this.lost);
  }

  /** The faults of streams of which a part was removed, as far as they are known. */
  damages(): readonly DamagedLog[] {
    return [];
  }
  /** Waits for calls in progress, then closes. Later calls fail. */
  abstract close(): Promise<void>;
}

/**
 * The log for writers.
 *
 * - Events are on disk before `append` resolves. All events of one append are there or none.
 * - The expected revision is exact in every case: an existing stream is never accepted as new. A
 *   mismatch is a result, not an error, and fails no other append.
 * - Appending the same events (by id) again at the same expected revision returns the first result.
 *   'any' and 'exists' name no revision: there the events are appended again.
 * - Too many waiting appends: `Overloaded`. No space on the disk: `DiskFull`, and nothing of the
 *   append is there.
 */
export abstract class EventStore extends EventLog {
  abstract append(stream: string, expected: Expected, events: readonly NewEvent[]): Promise<Appended>;
  /**
   * Imports events of another log as they are, with their streams, revisions, ids and times, in
   * their order. Returns their new positions. Fails and imports none if one is not the next of its
   * stream, or was recorded before the last event here. Events at the beginning that are here
   * already are returned with the position that they have.
   *
   * So an import that was interrupted is repeated until it ends well. A file then has all events or
   * none; a server, which commits stream by stream, may have the first of them.
   */
  abstract importEvents(events: readonly RecordedEvent[]): Promise<readonly bigint[]>;
  /** How many appends wait for their commit. */
  abstract waiting(): number;
}
