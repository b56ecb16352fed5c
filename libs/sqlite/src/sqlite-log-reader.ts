import {
  type Era,
  EventLog,
  LARGEST_POSITION,
  type LogRange,
  type StreamRange,
  checkedPosition,
} from '@entente/engine';
import type { RecordedEvent } from '@entente/kernel';
import { join } from 'node:path';
import type Database from 'better-sqlite3';
import { LOG_FILE, type OnDamaged, erasIn, openLogReader, readable } from './log-file.js';

interface EventRecord {
  position: bigint;
  stream: string;
  revision: bigint;
  id: string;
  type: string;
  version: bigint;
  recorded_at: string;
  data: string;
  metadata: string;
}

const PAGE_SIZE = 500;
/** The maximum number of events of a page, for callers with a larger batch size. */
const MAX_PAGE_SIZE = 2000;
/**
 * A page ends after the event with which it exceeds this number of characters, so that memory is
 * bounded.
 */
const MAX_PAGE_LENGTH = 4 * 1024 * 1024;
/** The number of positions per scan for events of some kinds or types. */
const SCAN_SIZE = 5000n;
const ALL = LARGEST_POSITION;

/**
 * Reads the log on a separate connection. Within a deployment, the owner calls `committed` after
 * each sync, and only synced events are read. So no reader sees an event that a power failure could
 * remove. In a separate process, all written events are read.
 */
export class SqliteLogReader extends EventLog {
  readonly id: string;
  override readonly eras: readonly Era[];
  private readonly file: string;
  private readonly db: Database.Database;
  private readonly prepared = new Map<string, Database.Statement>();
  private readonly listeners = new Set<(durable: bigint) => void>();
  /** The last position that may be read; without a call of `committed`, there is no limit. */
  private durable = ALL;

  constructor(
    folder: string,
    /** Converts an event to the newest version of its type. */
    private readonly upcast: (event: RecordedEvent) => RecordedEvent = (event) => event,
    private readonly onDamaged?: OnDamaged,
  ) {
    super();
    this.file = join(folder, LOG_FILE);
    this.db = openLogReader(folder);
    this.id = this.get<{ id: string }>('SELECT id FROM log')?.id ?? '';
    this.eras = this.run(() => erasIn(this.db));
  }

  async *readStream(
    stream: string,
    { from, backwards = false, limit = Infinity }: StreamRange = {},
  ): AsyncIterable<readonly RecordedEvent[]> {
    const page = this.statement(
      backwards
        ? 'SELECT * FROM events WHERE stream = ? AND revision <= ? AND position <= ? ORDER BY revision DESC LIMIT ?'
        : 'SELECT * FROM events WHERE stream = ? AND revision >= ? AND position <= ? ORDER BY revision LIMIT ?',
    );
    let next = from ?? (backwards ? Number.MAX_SAFE_INTEGER : 0);
    for (let left = limit; left > 0;) {
      const size = Math.min(PAGE_SIZE, left);
      const { rows, isCut } = this.page(page, stream, next, this.durable, size);
      if (rows.length === 0) return;
      yield rows.map((row) => this.recorded(row));
      left -= rows.length;
      next = Number((rows.at(-1) as EventRecord).revision) + (backwards ? -1 : 1);
      if (rows.length < size && !isCut) return;
    }
  }

  async *readLog(
    after: bigint,
    { upTo, kinds, types, limit = Infinity, batchSize = PAGE_SIZE }: LogRange = {},
  ): AsyncIterable<readonly RecordedEvent[]> {
    const filters: string[] = ['position > ?', 'position <= ?'];
    const values: unknown[] = [];
    if (kinds !== undefined) {
      filters.push(`substr(stream, 1, instr(stream, '/') - 1) IN (${kinds.map(() => '?').join(',')})`);
      values.push(...kinds);
    }
    if (types !== undefined) {
      filters.push(`type IN (${types.map(() => '?').join(',')})`);
      values.push(...types);
    }
    const page = this.statement(`SELECT * FROM events WHERE ${filters.join(' AND ')} ORDER BY position LIMIT ?`);
    // A search for rare events is split into scans. Other requests run between scans.
    const scans = values.length > 0;
    const end = scans ? lowest(upTo ?? ALL, await this.head()) : ALL;
    let next = checkedPosition(after);
    for (let left = limit; left > 0;) {
      const last = scans ? lowest(next + SCAN_SIZE, end) : lowest(upTo ?? ALL, this.durable);
      const size = Math.min(MAX_PAGE_SIZE, batchSize, left);
      const { rows, isCut } = this.page(page, next, last, ...values, size);
      if (rows.length > 0) yield rows.map((row) => this.recorded(row));
      left -= rows.length;
      const isFull = isCut || rows.length === size;
      if (!isFull && (!scans || last === end)) return;
      next = isFull ? (rows.at(-1) as EventRecord).position : last;
      if (scans) await new Promise(setImmediate);
    }
  }

  eventAt(position: bigint): Promise<RecordedEvent | null> {
    return new Promise((resolve) => {
      const readable = position <= LARGEST_POSITION && position <= this.durable;
      const row = readable ? this.get<EventRecord>('SELECT * FROM events WHERE position = ?', position) : undefined;
      resolve(row === undefined ? null : this.recorded(row));
    });
  }

  revisionOf(stream: string): Promise<number> {
    return new Promise((resolve) => {
      const sql = 'SELECT revision FROM events WHERE stream = ? AND position <= ? ORDER BY revision DESC LIMIT 1';
      resolve(Number(this.get<{ revision: bigint }>(sql, stream, this.durable)?.revision ?? -1));
    });
  }

  head(): Promise<bigint> {
    return new Promise((resolve) => resolve(lowest(this.lastWritten(), this.durable)));
  }

  /** The last position in the file, whether or not it is synced. */
  lastWritten(): bigint {
    return this.get<{ at: bigint | null }>('SELECT max(position) AS at FROM events')?.at ?? 0n;
  }

  positionAt(instant: string): Promise<bigint> {
    return new Promise((resolve) => {
      const sql =
        'SELECT position FROM events WHERE recorded_at <= ? AND position <= ? ORDER BY recorded_at DESC, position DESC LIMIT 1';
      resolve(this.get<{ position: bigint }>(sql, instant, this.durable)?.position ?? 0n);
    });
  }

  /**
   * Calls the listener after each call of `committed`, with the last synced position. The
   * in-process feed reads then.
   */
  onCommit(listener: (durable: bigint) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Whether the writer, in this process, has synced everything up to a position. */
  isSynced(position: bigint): boolean {
    return this.durable >= position;
  }

  /** Notes that the writer in this process has synced everything up to a position. */
  committed(durable: bigint): void {
    // A repeated append returns an old position.
    if (this.durable === ALL || durable > this.durable) this.durable = durable;
    for (const listener of this.listeners) listener(this.durable);
  }

  close(): Promise<void> {
    this.db.close();
    return Promise.resolve();
  }

  /** The rows of a page, and whether its size in characters ended it early. */
  private page(
    statement: Database.Statement,
    ...values: readonly unknown[]
  ): { readonly rows: EventRecord[]; readonly isCut: boolean } {
    return this.run(() => {
      const rows: EventRecord[] = [];
      let length = 0;
      for (const row of statement.iterate(...values) as IterableIterator<EventRecord>) {
        rows.push(row);
        length += row.data.length + row.metadata.length;
        if (length >= MAX_PAGE_LENGTH) return { rows, isCut: true };
      }
      return { rows, isCut: false };
    });
  }

  private get<Row>(sql: string, ...values: readonly (string | bigint)[]): Row | undefined {
    return this.run(() => this.statement(sql).get(...values) as Row | undefined);
  }

  private run<T>(read: () => T): T {
    return readable(this.file, read, this.onDamaged);
  }

  private statement(sql: string): Database.Statement {
    let statement = this.prepared.get(sql);
    if (statement === undefined) {
      if (this.prepared.size > 100) this.prepared.clear();
      this.prepared.set(sql, (statement = this.db.prepare(sql)));
    }
    return statement;
  }

  private recorded(row: EventRecord): RecordedEvent {
    const [data, metadata] = this.run(() => [JSON.parse(row.data), JSON.parse(row.metadata)] as [unknown, unknown]);
    return this.upcast({
      id: row.id,
      stream: row.stream,
      revision: Number(row.revision),
      position: row.position,
      type: row.type,
      version: Number(row.version),
      data,
      metadata: metadata as RecordedEvent['metadata'],
    });
  }
}

const lowest = (a: bigint, b: bigint): bigint => (a < b ? a : b);
