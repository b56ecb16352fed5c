import type { ProposedMetadata, RecordedEvent } from '@entente/kernel';
import type { Era } from './eras.js';
import { InvalidPosition, LARGEST_POSITION } from './faults.js';

/**
 * The revision that a stream must have for an append: a number exactly, no stream at all, any, or
 * any that exists.
 */
export type Expected = number | 'none' | 'any' | 'exists';

/** An event on its way into the store, which gives it its place and its time of recording. */
export interface NewEvent {
  readonly id: string;
  readonly type: string;
  readonly version: number;
  readonly data: unknown;
  readonly metadata: ProposedMetadata;
}

/**
 * Where the last event of an append stands; or, where the stream was not as expected, the revision
 * that it has (-1: none).
 */
export type Appended =
  | { readonly ok: true; readonly revision: number; readonly position: bigint }
  | { readonly ok: false; readonly actual: number };

/** Which part of a stream to read; all of it, forwards, unless told. */
export interface StreamRange {
  /** The first revision to give. Backwards: from here down. */
  readonly from?: number;
  readonly backwards?: boolean;
  readonly limit?: number;
}

/** Which part of the log to read. Kinds and types narrow it; both given, both must hold. */
export interface LogRange {
  /** The last position to give. */
  readonly upTo?: bigint;
  readonly kinds?: readonly string[];
  readonly types?: readonly string[];
  readonly limit?: number;
}

/** A position that a log can have. Fails with `InvalidPosition` for any other number. */
export function checkedPosition(position: bigint): bigint {
  if (position < 0n || position > LARGEST_POSITION) throw new InvalidPosition(position);
  return position;
}

/**
 * The log of everything that was decided, for ever, as it is read.
 *
 * - Revisions of a stream run from 0 without gaps. Positions rise along the log; readers see events
 *   in that order and none is passed over, whatever is being committed meanwhile.
 * - `recordedAt` is the store's clock and never goes back along the log; on a server, but for
 *   appends that are under way beside each other in the very moment in which its clock is set back.
 */
export abstract class EventLog {
  /** The log's own id, given when it was made: two logs are never taken for each other. */
  abstract readonly id: string;
  /** Where it went on after it was restored from a backup, or moved; none where it never was. */
  readonly eras: readonly Era[] = [];
  /** The events of one stream in batches; nothing where it does not exist. */
  abstract readStream(stream: string, range?: StreamRange): AsyncIterable<readonly RecordedEvent[]>;
  /**
   * The events behind a position, in batches, up to the end of the log as it is when the reader
   * gets there. An event need not begin at the position; behind the end there are none. A number
   * that can be no position of any log is an `InvalidPosition`.
   */
  abstract readLog(after: bigint, range?: LogRange): AsyncIterable<readonly RecordedEvent[]>;
  /** The event that begins at a position; null if no event of the log does. */
  abstract eventAt(position: bigint): Promise<RecordedEvent | null>;
  /** The last revision of a stream; -1 where there is none. */
  abstract revisionOf(stream: string): Promise<number>;
  /** The position of the last event; 0 where the log is empty. */
  abstract head(): Promise<bigint>;
  /** The position of the last event recorded at or before an instant; 0 where there is none. */
  abstract positionAt(instant: string): Promise<bigint>;
  /** Why the store does not answer just now, by what was last asked of it; null while it does. */
  outage(): string | null {
    return null;
  }
  /** Lets what is under way end, then closes. Later calls fail. */
  abstract close(): Promise<void>;
}

/**
 * The log as it is written.
 *
 * - What `append` has answered is on disk. All events of one append are there or none.
 * - The expected revision is exact in every case: a stream that exists is never accepted as new. A
 *   mismatch is an answer, not an error, and fails no other append.
 * - The same events (by id) appended again at the same expected revision are answered as the first
 *   time. 'any' and 'exists' name no revision: there they are appended again.
 * - Too many waiting appends: `Overloaded`. No room on the disk: `DiskFull`, and nothing of the
 *   append is there.
 */
export abstract class EventStore extends EventLog {
  abstract append(stream: string, expected: Expected, events: readonly NewEvent[]): Promise<Appended>;
  /**
   * Takes events of another log as they are, with their streams, revisions, ids and times, in their
   * order, and answers their new positions. Fails, and takes none, where one is not the next of its
   * stream, or was recorded before the last that is here. What stands at the beginning of them and
   * is here already is answered with the place that it has.
   *
   * So what was broken off is told again until it ends well. A file is left with all of them or
   * none; a server that commits stream by stream, with the first of them.
   */
  abstract importEvents(events: readonly RecordedEvent[]): Promise<readonly bigint[]>;
  /** How many appends wait for their commit. */
  abstract waiting(): number;
}
