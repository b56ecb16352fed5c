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
 * A batch of at most this many appends is synced while the process waits, which takes less than
 * waiting beside other work.
 */
const MAX_SYNCED_AT_ONCE = 16;
/** A larger batch too, up to this many appends, while the disk is fast. */
const MAX_SYNCED_FAST = 64;
/** A sync that takes less is fast, in milliseconds: other requests may wait for it. */
const FAST_SYNC_MS = 3;

/** How the store is opened. */
export interface SqliteEventStoreOptions {
  /** The data folder; created if it is missing. */
  readonly folder: string;
  /** Converts old versions of events to the newest. */
  readonly upcast?: (event: RecordedEvent) => RecordedEvent;
  /** The store's clock, in milliseconds. */
  readonly clock?: () => number;
  /** The number of events that may wait for a commit; above it an append is `Overloaded`. */
  readonly maxWaiting?: number;
  /**
   * Called after each commit: how many appends and events it had, and how long it took in
   * milliseconds.
   */
  readonly onCommitted?: (appends: number, events: number, ms: number) => void;
  /**
   * Called when a read or write finds the log damaged. It stays damaged until an operator restores
   * it.
   */
  readonly onDamaged?: (damaged: CorruptFile) => void;
  /** Called when a commit failed and its outcome cannot be known: the process should end. */
  readonly onOutcomeUnknown?: (error: OutcomeUnknown) => void;
}

/** Milliseconds that a question waits for the clock to pass the one in which it is asked. */
const MAX_CLOCK_WAIT_MS = 10;
/** Milliseconds that it waits for a sync; one that fails ends the process. */
const MAX_SYNC_WAIT_MS = 5000;

/**
 * The log in one SQLite file with a write-ahead log. Each commit is synced before a caller gets its
 * result or a reader here sees it. There is one writer: an exclusive lock on a separate file, which
 * the operating system releases with the process. Waiting appends are committed together; the next
 * commit begins when the last is on the disk, without a timer. Readers have a separate connection
 * and see only what is on the disk.
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
  /** How long the last sync took that the process waited for. */
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
   * The next iteration of the event loop commits all appends that wait by then: there is no timer,
   * and a single append does not wait.
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

  /**
   * Resolves the appends of a batch that is on the disk or failed, and continues with the queue.
   */
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
   * Waits until nothing can be recorded at or before the instant any more, unless that is in the
   * future: the clock has passed it, and what was written by then is synced.
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
   * Calls the listener after each commit, with the last position on the disk; the in-process feed
   * then reads.
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
