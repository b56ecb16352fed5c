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
 * The result of an append. On success: the revision and position of the last event. Otherwise the
 * stream was not at the expected revision, and `actual` is its revision (-1: no stream).
 */
export type Appended =
  | { readonly ok: true; readonly revision: number; readonly position: bigint }
  | { readonly ok: false; readonly actual: number };

/** The part of a stream to read; by default all of it, forwards. */
export interface StreamRange {
  /** The first revision to return. Backwards: from this one down. */
  readonly from?: number;
  readonly backwards?: boolean;
  readonly limit?: number;
}

/**
 * The maximum number of events that are folded and committed in one transaction. With larger
 * batches, fewer index pages are written per event. The size of a page of the log in bytes also
 * limits a batch.
 */
export const FOLD_BATCH_SIZE = 2000;

/** The part of the log to read. If both kinds and types are given, an event must match both. */
export interface LogRange {
  /** The last position to return. */
  readonly upTo?: bigint;
  readonly kinds?: readonly string[];
  readonly types?: readonly string[];
  readonly limit?: number;
  /** The maximum number of events in a batch. A store may return smaller batches. */
  readonly batchSize?: number;
  /**
   * Called with the fault of each part of the log that cannot be read; that part is skipped.
   * Without it, the read rejects there.
   */
  readonly onDamage?: (fault: DamagedLog) => void;
}

/** Returns the position if a log can have it. Throws `InvalidPosition` for any other number. */
export function checkedPosition(position: bigint): bigint {
  if (position < 0n || position > LARGEST_POSITION) throw new InvalidPosition(position);
  return position;
}

/**
 * The permanent log of all decisions, for readers.
 *
 * - Revisions of a stream start at 0 and have no gaps. Positions increase along the log. Readers
 *   get events in that order and miss none, even during concurrent commits.
 * - `recordedAt` is the store's clock and never decreases along the log. One exception, on a
 *   server: concurrent appends at the moment in which its clock is set back.
 */
export abstract class EventLog {
  /** The id of the log. It is created with the log, and no two logs have the same id. */
  abstract readonly id: string;
  /** The eras after the first: one for each restore from a backup, and each move. */
  readonly eras: readonly Era[] = [];
  /** Reads the events of one stream in batches. There are none if the stream does not exist. */
  abstract readStream(stream: string, range?: StreamRange): AsyncIterable<readonly RecordedEvent[]>;
  /**
   * Reads the events after a position in batches, up to the current end of the log. The position
   * need not be that of an event. After the end there are no events. Throws `InvalidPosition` for a
   * number that no log can have as position.
   */
  abstract readLog(after: bigint, range?: LogRange): AsyncIterable<readonly RecordedEvent[]>;
  /** The event at exactly this position; null if there is none. */
  abstract eventAt(position: bigint): Promise<RecordedEvent | null>;
  /**
   * Whether an older copy of the log has replaced it, so that it lacks an event that was read from
   * it. An event that was removed from the log does not count. Without an id, any event at that
   * position is accepted.
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
  /** Why the store did not answer the last call; null if it did. */
  outage(): string | null {
    return null;
  }
  private lost: LogTakenBack | null = null;
  private readonly onLost: ((fault: LogTakenBack) => void)[] = [];

  /** The fault of every use of this log if it was found to be set back; null otherwise. */
  takenBack(): LogTakenBack | null {
    return this.lost;
  }

  /** Throws `LogTakenBack` if the log was found to be set back. */
  checkNotTakenBack(): void {
    if (this.lost !== null) throw this.lost;
  }

  /**
   * Marks the log as set back: a reader has proof that it lacks events that this process has read.
   * The mark remains until the log is opened again. Returns the fault.
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

  /** The known faults of streams that have lost events. */
  damages(): readonly DamagedLog[] {
    return [];
  }
  /** Waits for calls in progress, then closes the log. Later calls reject. */
  abstract close(): Promise<void>;
}

/**
 * The log, for writers.
 *
 * - Events are on disk before `append` resolves. Either all events of an append are stored, or
 *   none.
 * - The expected revision is compared exactly: an existing stream is never accepted as new. A
 *   mismatch is a result and not an error. It does not affect other appends.
 * - If the same events (by id) are appended again at the same expected revision, the first result
 *   is returned. 'any' and 'exists' name no revision, so there the events are appended again.
 * - Rejects with `Overloaded` if too many appends wait. Rejects with `DiskFull` if the disk is
 *   full; then nothing of the append is stored.
 */
export abstract class EventStore extends EventLog {
  abstract append(stream: string, expected: Expected, events: readonly NewEvent[]): Promise<Appended>;
  /**
   * Imports events of another log unchanged, with their streams, revisions, ids and times, in their
   * order. Returns their new positions. Rejects and imports nothing if an event is not the next of
   * its stream, or was recorded before the last event of this log. Events at the beginning that
   * were imported before are skipped; their existing positions are returned.
   *
   * So an interrupted import can be repeated until it succeeds. On a file, an import is atomic. A
   * server commits stream by stream, so it may have the first events.
   */
  abstract importEvents(events: readonly RecordedEvent[]): Promise<readonly bigint[]>;
  /** The number of appends that wait for their commit. */
  abstract waiting(): number;
}
