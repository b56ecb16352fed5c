import { pause } from '@entente/async';
import {
  type Appended,
  Overloaded,
  ShuttingDown,
  CorruptFile,
  type Era,
  EventStore,
  type Expected,
  type LogRange,
  type NewEvent,
  DiskFull,
  OutcomeUnknown,
  type StreamRange,
} from '@entente/engine';
import type { RecordedEvent } from '@entente/kernel';
import type Database from 'better-sqlite3';
import { lockFolder } from './log-file.js';
import {
  type Failure,
  type EventColumns,
  SqliteLogWriter,
  type AppendResult,
  type AppendRequest,
  isFailure,
} from './log-writer.js';
import { SqliteLogReader } from './sqlite-log-reader.js';

interface PendingAppend {
  readonly request: AppendRequest;
  resolve(appended: Appended): void;
  reject(error: unknown): void;
}

/**
 * A batch of at most this number of appends is synced synchronously, which is faster than an
 * asynchronous sync.
 */
const MAX_SYNCED_AT_ONCE = 16;
/** The same limit while the disk is fast. */
const MAX_SYNCED_FAST = 64;
/**
 * A sync that takes less time than this is fast, in milliseconds. Other requests may wait for it.
 */
const FAST_SYNC_MS = 3;

/** Options of the store. */
export interface SqliteEventStoreOptions {
  /** The data folder. It is created if it is missing. */
  readonly folder: string;
  /** Converts an event to the newest version of its type. */
  readonly upcast?: (event: RecordedEvent) => RecordedEvent;
  /** The store's clock, in milliseconds. */
  readonly clock?: () => number;
  /**
   * The maximum number of events that wait for a commit. Further appends reject with `Overloaded`.
   */
  readonly maxWaiting?: number;
  /**
   * Called after each commit, with its number of appends and of events, and its duration in
   * milliseconds.
   */
  readonly onCommitted?: (appends: number, events: number, ms: number) => void;
  /**
   * Called when a read or write finds that the log is damaged. It stays damaged until an operator
   * restores it.
   */
  readonly onDamaged?: (damaged: CorruptFile) => void;
  /** Called when a commit failed and its outcome is unknown. The process should end. */
  readonly onOutcomeUnknown?: (error: OutcomeUnknown) => void;
}

/**
 * The maximum time that a query waits for the clock to pass the current millisecond, in
 * milliseconds.
 */
const MAX_CLOCK_WAIT_MS = 10;
/** The maximum time that it waits for a sync, in milliseconds. A failed sync ends the process. */
const MAX_SYNC_WAIT_MS = 5000;

/**
 * Stores the log in one SQLite file with a write-ahead log. Each commit is synced before its caller
 * gets a result, and before a reader sees it. There is one writer, by an exclusive lock on a
 * separate file, which the operating system releases when the process ends. Waiting appends are
 * committed together. The next commit begins when the previous one is synced; there is no timer.
 * Reads use a separate connection, and see only synced events.
 */
export class SqliteEventStore extends EventStore {
  readonly id: string;
  override readonly eras: readonly Era[];
  private readonly reader: SqliteLogReader;
  private readonly writer: SqliteLogWriter;
  private readonly lock: Database.Database;
  private queue: PendingAppend[] = [];
  private queuedEvents = 0;
  private flushing = false;
  /** The duration of the last synchronous sync, in milliseconds. */
  private lastSyncMs = 0;
  private closed = false;
  private readonly idle: (() => void)[] = [];

  constructor(private readonly options: SqliteEventStoreOptions) {
    super();
    const { folder, upcast, onDamaged } = options;
    this.lock = lockFolder(folder);
    try {
      this.writer = new SqliteLogWriter(folder);
      this.reader = new SqliteLogReader(folder, upcast, onDamaged);
      this.reader.committed(this.reader.lastWritten());
    } catch (error) {
      this.lock.close();
      throw error;
    }
    this.id = this.reader.id;
    this.eras = this.reader.eras;
  }

  append(stream: string, expected: Expected, events: readonly NewEvent[]): Promise<Appended> {
    if (this.closed) return Promise.reject(new ShuttingDown());
    if (events.length === 0) return Promise.reject(new Error('an append needs at least one event'));
    if (this.queuedEvents + events.length > (this.options.maxWaiting ?? 10_000) && this.queue.length > 0)
      return Promise.reject(new Overloaded(this.queue.length));
    return new Promise((resolve, reject) => {
      this.queue.push({ request: { stream, expected, events: events.map(columnsOf) }, resolve, reject });
      this.queuedEvents += events.length;
      this.schedule();
    });
  }

  /**
   * Schedules a commit of all waiting appends in the next iteration of the event loop. There is no
   * timer, so a single append does not wait.
   */
  private schedule(): void {
    if (this.flushing) return;
    this.flushing = true;
    setImmediate(() => this.flush());
  }

  private flush(): void {
    const batch = this.queue;
    const events = this.queuedEvents;
    this.queue = [];
    this.queuedEvents = 0;
    const startedAt = performance.now();
    const results = this.writer.write(
      batch.map(({ request }) => request),
      (this.options.clock ?? Date.now)(),
    );
    const end = (failed: Failure | null): void => {
      this.resolveBatch(batch, failed ?? results);
      if (failed === null && !isFailure(results))
        this.options.onCommitted?.(batch.length, events, performance.now() - startedAt);
    };
    if (isFailure(results)) end(results);
    else if (batch.length > this.maxSyncedAtOnce()) this.writer.sync(end);
    else end(this.syncAtOnce());
  }

  private maxSyncedAtOnce(): number {
    return this.lastSyncMs < FAST_SYNC_MS ? MAX_SYNCED_FAST : MAX_SYNCED_AT_ONCE;
  }

  private syncAtOnce(): Failure | null {
    const startedAt = performance.now();
    const failed = this.writer.syncAtOnce();
    this.lastSyncMs = performance.now() - startedAt;
    return failed;
  }

  /** Settles the appends of a batch that was synced or failed, and continues with the queue. */
  private resolveBatch(batch: readonly PendingAppend[], results: readonly AppendResult[] | Failure): void {
    this.flushing = false;
    if (isFailure(results)) {
      const fault = this.faultOf(results);
      for (const { reject } of batch) reject(fault);
    } else {
      let last = 0;
      results.forEach((result, i) => {
        if (result.ok && result.position > last) last = result.position;
        batch[i]?.resolve(
          result.ok ? { ok: true, revision: result.revision, position: BigInt(result.position) } : result,
        );
      });
      if (last > 0) this.reader.committed(BigInt(last));
    }
    if (this.queue.length > 0) this.schedule();
    else for (const done of this.idle.splice(0)) done();
  }

  importEvents(events: readonly RecordedEvent[]): Promise<readonly bigint[]> {
    if (this.closed) return Promise.reject(new ShuttingDown());
    const positions = this.writer.importEvents(
      events.map((event) => [...columnsOf(event), event.stream, event.revision, event.metadata.recordedAt]),
    );
    if (isFailure(positions)) return Promise.reject(this.faultOf(positions));
    this.reader.committed(BigInt(positions.at(-1) ?? 0));
    return Promise.resolve(positions.map(BigInt));
  }

  private faultOf({ reason, cause }: Failure): Error {
    if (reason === 'disk-full') return new DiskFull('the log');
    if (cause instanceof CorruptFile) this.options.onDamaged?.(cause);
    if (reason === 'fault') return cause;
    const fault = new OutcomeUnknown(cause);
    this.closed = true;
    this.options.onOutcomeUnknown?.(fault);
    return fault;
  }

  readStream(stream: string, range?: StreamRange): AsyncIterable<readonly RecordedEvent[]> {
    return this.reader.readStream(stream, range);
  }

  readLog(after: bigint, range?: LogRange): AsyncIterable<readonly RecordedEvent[]> {
    return this.reader.readLog(after, range);
  }

  eventAt(position: bigint): Promise<RecordedEvent | null> {
    return this.reader.eventAt(position);
  }

  revisionOf(stream: string): Promise<number> {
    return this.reader.revisionOf(stream);
  }

  head(): Promise<bigint> {
    return this.reader.head();
  }

  /**
   * Waits until no event can be recorded at or before the instant any more: the clock has passed
   * it, and everything written by then is synced. Does not wait if the instant is in the future.
   */
  async positionAt(instant: string): Promise<bigint> {
    const clock = this.options.clock ?? Date.now;
    const at = Date.parse(instant);
    if (at <= clock()) {
      for (let waited = 0; clock() <= at && waited < MAX_CLOCK_WAIT_MS; waited += 1) await pause(1);
      const written = this.reader.lastWritten();
      for (let waited = 0; this.flushing && waited < MAX_SYNC_WAIT_MS; waited += 1) {
        if (this.reader.isSynced(written)) break;
        await pause(1);
      }
    }
    return this.reader.positionAt(instant);
  }

  waiting(): number {
    return this.queue.length;
  }

  /**
   * Calls the listener after each commit, with the last synced position. The in-process feed reads
   * then.
   */
  onCommit(listener: (durable: bigint) => void): () => void {
    return this.reader.onCommit(listener);
  }

  async close(): Promise<void> {
    if (this.closed && !this.writer.open) return;
    this.closed = true;
    if (this.flushing) await new Promise<void>((resolve) => this.idle.push(resolve));
    await this.reader.close();
    this.writer.close();
    this.lock.close();
  }
}

const columnsOf = ({ id, type, version, data, metadata }: NewEvent): EventColumns => [
  id,
  type,
  version,
  JSON.stringify(data),
  JSON.stringify(metadata),
];
