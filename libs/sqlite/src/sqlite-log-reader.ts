import { EventLog, type LogRange, type StreamRange } from '@entente/engine';
import type { RecordedEvent } from '@entente/kernel';
import { join } from 'node:path';
import type Database from 'better-sqlite3';
import { LOG_FILE, openLogReader, readable } from './log-file.js';

interface Stored {
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

const PAGE = 500;

/** The log read on a connection of its own, beside a running house or within one, which tells it of each commit: everything but appending. */
export class SqliteLogReader extends EventLog {
  readonly id: string;
  private readonly file: string;
  private readonly db: Database.Database;
  private readonly prepared = new Map<string, Database.Statement>();
  private readonly listeners = new Set<() => void>();

  constructor(
    folder: string,
    /** Reads old versions of events as the newest. */
    private readonly upcast: (event: RecordedEvent) => RecordedEvent = (event) => event,
  ) {
    super();
    this.file = join(folder, LOG_FILE);
    this.db = openLogReader(folder);
    this.id = this.get<{ id: string }>('SELECT id FROM log')?.id ?? '';
  }

  async *readStream(
    stream: string,
    { from, backwards = false, limit = Infinity }: StreamRange = {},
  ): AsyncIterable<readonly RecordedEvent[]> {
    const page = this.statement(
      backwards
        ? 'SELECT * FROM events WHERE stream = ? AND revision <= ? ORDER BY revision DESC LIMIT ?'
        : 'SELECT * FROM events WHERE stream = ? AND revision >= ? ORDER BY revision LIMIT ?',
    );
    let next = from ?? (backwards ? Number.MAX_SAFE_INTEGER : 0);
    for (let left = limit; left > 0;) {
      const rows = readable(this.file, () => page.all(stream, next, Math.min(PAGE, left)) as Stored[]);
      if (rows.length === 0) return;
      yield rows.map((row) => this.recorded(row));
      left -= rows.length;
      next = Number((rows.at(-1) as Stored).revision) + (backwards ? -1 : 1);
      if (rows.length < PAGE) return;
    }
  }

  async *readLog(
    after: bigint,
    { upTo, kinds, types, limit = Infinity }: LogRange = {},
  ): AsyncIterable<readonly RecordedEvent[]> {
    const narrowed: string[] = ['position > ?'];
    const values: unknown[] = [];
    if (upTo !== undefined) {
      narrowed.push('position <= ?');
      values.push(upTo);
    }
    if (kinds !== undefined) {
      narrowed.push(`substr(stream, 1, instr(stream, '/') - 1) IN (${kinds.map(() => '?').join(',')})`);
      values.push(...kinds);
    }
    if (types !== undefined) {
      narrowed.push(`type IN (${types.map(() => '?').join(',')})`);
      values.push(...types);
    }
    const page = this.statement(`SELECT * FROM events WHERE ${narrowed.join(' AND ')} ORDER BY position LIMIT ?`);
    let next = after;
    for (let left = limit; left > 0;) {
      const rows = readable(this.file, () => page.all(next, ...values, Math.min(PAGE, left)) as Stored[]);
      if (rows.length === 0) return;
      yield rows.map((row) => this.recorded(row));
      left -= rows.length;
      next = (rows.at(-1) as Stored).position;
      if (rows.length < PAGE) return;
    }
  }

  revisionOf(stream: string): Promise<number> {
    return new Promise((resolve) => {
      const sql = 'SELECT revision FROM events WHERE stream = ? ORDER BY revision DESC LIMIT 1';
      resolve(Number(this.get<{ revision: bigint }>(sql, stream)?.revision ?? -1));
    });
  }

  head(): Promise<bigint> {
    return new Promise((resolve) => {
      resolve(this.get<{ at: bigint | null }>('SELECT max(position) AS at FROM events')?.at ?? 0n);
    });
  }

  positionAt(instant: string): Promise<bigint> {
    return new Promise((resolve) => {
      const sql = 'SELECT position FROM events WHERE recorded_at <= ? ORDER BY recorded_at DESC, position DESC LIMIT 1';
      resolve(this.get<{ position: bigint }>(sql, instant)?.position ?? 0n);
    });
  }

  /** Calls back after each commit that it is told of; the in-process feed reads then. */
  onCommit(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** The writer, in this process, has committed. */
  committed(): void {
    for (const listener of this.listeners) listener();
  }

  close(): Promise<void> {
    this.db.close();
    return Promise.resolve();
  }

  private get<Row>(sql: string, ...values: readonly string[]): Row | undefined {
    return readable(this.file, () => this.statement(sql).get(...values) as Row | undefined);
  }

  private statement(sql: string): Database.Statement {
    let statement = this.prepared.get(sql);
    if (statement === undefined) {
      if (this.prepared.size > 100) this.prepared.clear();
      this.prepared.set(sql, (statement = this.db.prepare(sql)));
    }
    return statement;
  }

  private recorded(row: Stored): RecordedEvent {
    return this.upcast({
      id: row.id,
      stream: row.stream,
      revision: Number(row.revision),
      position: row.position,
      type: row.type,
      version: Number(row.version),
      data: JSON.parse(row.data) as unknown,
      metadata: JSON.parse(row.metadata) as RecordedEvent['metadata'],
    });
  }
}
