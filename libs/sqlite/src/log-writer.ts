import { LRUCache } from 'lru-cache';
import { closeSync, fdatasync, fdatasyncSync, fsyncSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { Expected } from '@entente/engine';
import type Database from 'better-sqlite3';
import { LOG_FILE, damageOf, openWriter, readable } from './log-file.js';

/** An event in the form of the writer, with data and metadata as JSON text. */
export type EventColumns = readonly [id: string, type: string, version: number, data: string, metadataJson: string];

/** One append of a batch. */
export interface AppendRequest {
  readonly stream: string;
  readonly expected: Expected;
  readonly events: readonly EventColumns[];
}

/**
 * The result of an append: the revision and position of its last event, or the actual revision of
 * the stream.
 */
export type AppendResult =
  | { readonly ok: true; readonly revision: number; readonly position: number }
  | { readonly ok: false; readonly actual: number };

/** An event of another log, which is stored unchanged. */
export type ImportedEvent = readonly [...event: EventColumns, stream: string, revision: number, recordedAt: string];

/**
 * Why a batch failed. `disk-full` and `fault`: nothing took effect. `unknown`: it is unknown what
 * took effect.
 */
export interface Failure {
  readonly reason: 'disk-full' | 'unknown' | 'fault';
  readonly message: string;
  readonly cause: Error;
}

/** The number of streams whose last revision is cached. */
const MAX_REMEMBERED_REVISIONS = 100_000;

/**
 * Writes batches of appends, each in one transaction, and syncs them. A batch is durable only after
 * its sync. The caller must hold the folder's lock. SQLite itself syncs the write-ahead log only at
 * a checkpoint, so the sync here can run asynchronously.
 */
export class SqliteLogWriter {
  readonly db: Database.Database;
  private readonly file: string;
  private lastRecorded: string;
  private readonly statements: ReturnType<SqliteLogWriter['prepare']>;
  /**
   * The last revision of recently written streams. It is exact, because there is no other writer.
   */
  private readonly revisions = new LRUCache<string, number>({ max: MAX_REMEMBERED_REVISIONS });
  /** The last revision of streams in the current, uncommitted batch. */
  private readonly written = new Map<string, number>();
  private readonly walFd: number;

  constructor(folder: string) {
    this.file = join(folder, LOG_FILE);
    this.db = openWriter(folder);
    try {
      this.statements = readable(this.file, () => this.prepare());
      const last = this.db.prepare('SELECT recorded_at FROM events ORDER BY position DESC LIMIT 1').pluck();
      this.lastRecorded = readable(this.file, () => last.get() as string | undefined) ?? '';
      this.walFd = openSync(`${this.file}-wal`, 'r+');
      // Sync data that an earlier process wrote without a sync, and the folder entry of the
      // write-ahead log.
      fdatasyncSync(this.walFd);
      const folderFd = openSync(folder, 'r');
      fsyncSync(folderFd);
      closeSync(folderFd);
    } catch (error) {
      this.db.close();
      throw error;
    }
  }

  /** Syncs synchronously. If it fails, it is unknown what took effect. */
  syncAtOnce(): Failure | null {
    try {
      fdatasyncSync(this.walFd);
      return null;
    } catch (error) {
      return unsynced(error as Error);
    }
  }

  /** Syncs asynchronously, then calls `onDone`. */
  sync(onDone: (failed: Failure | null) => void): void {
    fdatasync(this.walFd, (error) => onDone(error === null ? null : unsynced(error)));
  }

  private prepare() {
    return {
      begin: this.db.prepare('BEGIN IMMEDIATE'),
      commit: this.db.prepare('COMMIT'),
      revision: this.db.prepare('SELECT revision FROM events WHERE stream = ? ORDER BY revision DESC LIMIT 1').pluck(),
      insert: this.db.prepare(
        'INSERT INTO events (stream, revision, id, type, version, recorded_at, data, metadata) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      ),
      repeated: this.db.prepare(
        'SELECT id, position FROM events WHERE stream = ? AND revision >= ? ORDER BY revision LIMIT ?',
      ),
    };
  }

  /**
   * Writes a batch in one transaction, without a sync. `now` is the time in milliseconds. If the
   * stream of an append has another revision, that append's result is the actual revision; other
   * appends are not affected.
   */
  write(batch: readonly AppendRequest[], now: number): readonly AppendResult[] | Failure {
    return this.inTransaction(() => {
      const stamp = new Date(now).toISOString();
      const recordedAt = stamp > this.lastRecorded ? stamp : this.lastRecorded;
      return [batch.map((request) => this.append(request, recordedAt)), recordedAt];
    });
  }

  /**
   * Stores events of another log unchanged, all or none, and syncs them. Returns their positions.
   * Events at the beginning that are stored already keep their positions.
   */
  importEvents(events: readonly ImportedEvent[]): readonly number[] | Failure {
    const positions = this.inTransaction<readonly number[]>(() => {
      let last = this.lastRecorded;
      const stored = this.alreadyImported(events);
      const positions = events
        .slice(stored.length)
        .map(([id, type, version, data, metadata, stream, revision, recordedAt]) => {
          const next = this.revisionOf(stream) + 1;
          if (revision !== next) throw new Error(`${stream}: revision ${revision} is not the next one, ${next}`);
          if (recordedAt < last) throw new Error(`${stream}: recorded at ${recordedAt}, before ${last}`);
          last = recordedAt;
          this.written.set(stream, revision);
          return this.insert(stream, revision, id, type, version, recordedAt, data, metadata);
        });
      return [[...stored, ...positions], last];
    });
    return isFailure(positions) ? positions : (this.syncAtOnce() ?? positions);
  }

  /** The positions of the events at the beginning that are stored already. */
  private alreadyImported(events: readonly ImportedEvent[]): number[] {
    const stored: number[] = [];
    for (const [id, , , , , stream, revision] of events) {
      const existing = this.statements.repeated.get(stream, revision, 1) as
        { id: string; position: number } | undefined;
      if (existing?.id !== id) break;
      stored.push(existing.position);
    }
    return stored;
  }

  get open(): boolean {
    return this.db.open;
  }

  close(): void {
    closeSync(this.walFd);
    this.db.close();
  }

  /**
   * Runs the work in one transaction. After a failure nothing took effect, unless the disk failed
   * during the commit: then the outcome is unknown.
   */
  private inTransaction<T>(work: () => [written: T, lastRecorded: string]): T | Failure {
    try {
      this.statements.begin.run();
      const [written, lastRecorded] = work();
      this.statements.commit.run();
      this.lastRecorded = lastRecorded;
      this.remember();
      return written;
    } catch (error) {
      return this.rolledBack(error as Error & { code?: string });
    } finally {
      this.written.clear();
    }
  }

  private rolledBack(error: Error & { code?: string }): Failure {
    const { code = '', message } = error;
    try {
      if (this.db.inTransaction) this.db.exec('ROLLBACK');
    } catch (failed) {
      return { reason: 'unknown', message: (failed as Error).message, cause: failed as Error };
    }
    const damage = damageOf(this.file, error);
    if (damage !== null) return { reason: 'fault', message: damage.message, cause: damage };
    if (code.startsWith('SQLITE_IOERR')) return { reason: 'unknown', message, cause: error };
    return { reason: code === 'SQLITE_FULL' ? 'disk-full' : 'fault', message, cause: error };
  }

  private append({ stream, expected, events }: AppendRequest, recordedAt: string): AppendResult {
    let actual = this.written.get(stream) ?? this.revisions.get(stream);
    // A new stream that is not in the cache is inserted without a read. The unique index shows if
    // it exists.
    const isUnverified = actual === undefined && expected === 'none';
    actual ??= isUnverified ? -1 : this.lastRevision(stream);
    const fits =
      expected === 'any' || (expected === 'exists' ? actual >= 0 : actual === (expected === 'none' ? -1 : expected));
    if (!fits) return this.repeated(stream, expected, events) ?? { ok: false, actual };
    let position = 0;
    let revision = actual;
    for (const [id, type, version, data, metadataJson] of events) {
      revision += 1;
      try {
        const metadata = `${metadataJson.slice(0, -1)},"recordedAt":"${recordedAt}"}`;
        position = this.insert(stream, revision, id, type, version, recordedAt, data, metadata);
      } catch (error) {
        if (revision > 0 || !isUnverified || (error as { code?: string }).code !== 'SQLITE_CONSTRAINT_UNIQUE')
          throw error;
        return this.repeated(stream, expected, events) ?? { ok: false, actual: this.lastRevision(stream) };
      }
    }
    this.written.set(stream, revision);
    return { ok: true, revision, position };
  }

  private insert(...values: readonly (string | number)[]): number {
    return Number(this.statements.insert.run(...values).lastInsertRowid);
  }

  private revisionOf(stream: string): number {
    return this.written.get(stream) ?? this.revisions.get(stream) ?? this.lastRevision(stream);
  }

  private lastRevision(stream: string): number {
    return (this.statements.revision.get(stream) as number | undefined) ?? -1;
  }

  /** Caches the committed revisions. The cache evicts the streams that were written longest ago. */
  private remember(): void {
    for (const [stream, revision] of this.written) this.revisions.set(stream, revision);
  }

  /**
   * The first result of a repeated append: the same events are stored at the same revisions. Null
   * if they are not.
   */
  private repeated(stream: string, expected: Expected, events: readonly EventColumns[]): AppendResult | null {
    if (typeof expected !== 'number' && expected !== 'none') return null;
    const first = expected === 'none' ? 0 : expected + 1;
    const stored = this.statements.repeated.all(stream, first, events.length) as { id: string; position: number }[];
    if (stored.length !== events.length || stored.some(({ id }, i) => id !== events[i]?.[0])) return null;
    return { ok: true, revision: first + events.length - 1, position: stored.at(-1)?.position ?? 0 };
  }
}

/** Whether a result is a failure. */
export const isFailure = (answer: object): answer is Failure => 'reason' in answer;

const unsynced = (cause: Error): Failure => ({ reason: 'unknown', message: cause.message, cause });
