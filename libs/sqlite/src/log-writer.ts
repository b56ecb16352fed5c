import { LRUCache } from 'lru-cache';
import { closeSync, fdatasync, fdatasyncSync, fsyncSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { Expected } from '@entente/engine';
import type Database from 'better-sqlite3';
import { LOG_FILE, damageOf, openWriter, readable } from './log-file.js';

/** An event as it goes to the writer: its data and its metadata as JSON already. */
export type EventColumns = readonly [id: string, type: string, version: number, data: string, circumstance: string];

/** One append of a batch. */
export interface AppendRequest {
  readonly stream: string;
  readonly expected: Expected;
  readonly events: readonly EventColumns[];
}

/**
 * What became of it: the revision and position of its last event, or the revision that is there
 * instead.
 */
export type AppendResult =
  | { readonly ok: true; readonly revision: number; readonly position: number }
  | { readonly ok: false; readonly actual: number };

/** An event of another log, taken as it is. */
export type ImportedEvent = readonly [...event: EventColumns, stream: string, revision: number, recordedAt: string];

/**
 * Why nothing of a batch was answered: the disk is full, nobody knows what took effect, or another
 * fault under which nothing did.
 */
export interface Failure {
  readonly why: 'disk-full' | 'unknown' | 'fault';
  readonly message: string;
  readonly cause: Error;
}

/** Streams whose last revision is kept at hand. */
const MAX_REMEMBERED_REVISIONS = 100_000;

/**
 * Writes batches of appends, each in one transaction, and syncs them: what was written counts only
 * once it is synced. Whoever opens it holds the folder's lock. SQLite itself syncs the write-ahead
 * log only where it moves it into the file, so that a sync can be waited for beside other work.
 */
export class SqliteLogWriter {
  readonly db: Database.Database;
  private readonly file: string;
  private lastRecorded: string;
  private readonly statements: ReturnType<SqliteLogWriter['prepare']>;
  /**
   * The last revision of streams that were written lately: this writer is the only one, so what it
   * committed is so.
   */
  private readonly revisions = new LRUCache<string, number>({ max: MAX_REMEMBERED_REVISIONS });
  /** The same for what the batch at hand has written and not committed yet. */
  private readonly written = new Map<string, number>();
  private readonly wal: number;

  constructor(folder: string) {
    this.file = join(folder, LOG_FILE);
    this.db = openWriter(folder);
    try {
      this.statements = readable(this.file, () => this.prepare());
      const last = this.db.prepare('SELECT recorded_at FROM events ORDER BY position DESC LIMIT 1').pluck();
      this.lastRecorded = readable(this.file, () => last.get() as string | undefined) ?? '';
      this.wal = openSync(`${this.file}-wal`, 'r+');
      // What an earlier process wrote and did not come to sync, and the name of the write-ahead log
      // in its folder.
      fdatasyncSync(this.wal);
      const named = openSync(folder, 'r');
      fsyncSync(named);
      closeSync(named);
    } catch (error) {
      this.db.close();
      throw error;
    }
  }

  /**
   * Puts what was written on the disk before it returns; nobody knows what took effect where it
   * fails.
   */
  syncAtOnce(): Failure | null {
    try {
      fdatasyncSync(this.wal);
      return null;
    } catch (error) {
      return unsynced(error as Error);
    }
  }

  /** The same beside other work. */
  sync(done: (failed: Failure | null) => void): void {
    fdatasync(this.wal, (error) => done(error === null ? null : unsynced(error)));
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
   * Writes a batch, all of it in one transaction and not synced yet, at this time of the clock
   * (milliseconds); an append that does not fit is answered so and fails no other.
   */
  write(batch: readonly AppendRequest[], now: number): readonly AppendResult[] | Failure {
    return this.inTransaction(() => {
      const stamp = new Date(now).toISOString();
      const recordedAt = stamp > this.lastRecorded ? stamp : this.lastRecorded;
      return [batch.map((wanted) => this.append(wanted, recordedAt)), recordedAt];
    });
  }

  /**
   * Takes events of another log as they are, all or none, synced, and answers their positions;
   * those at the beginning that are there already have theirs.
   */
  importEvents(events: readonly ImportedEvent[]): readonly number[] | Failure {
    const positions = this.inTransaction<readonly number[]>(() => {
      let last = this.lastRecorded;
      const there = this.alreadyImported(events);
      const positions = events
        .slice(there.length)
        .map(([id, type, version, data, metadata, stream, revision, recordedAt]) => {
          const next = this.revisionOf(stream) + 1;
          if (revision !== next) throw new Error(`${stream}: revision ${revision} is not the next one, ${next}`);
          if (recordedAt < last) throw new Error(`${stream}: recorded at ${recordedAt}, before ${last}`);
          last = recordedAt;
          this.written.set(stream, revision);
          return this.insert(stream, revision, id, type, version, recordedAt, data, metadata);
        });
      return [[...there, ...positions], last];
    });
    return isFailure(positions) ? positions : (this.syncAtOnce() ?? positions);
  }

  /** Where those of the events stand that are there already. */
  private alreadyImported(events: readonly ImportedEvent[]): number[] {
    const there: number[] = [];
    for (const [id, , , , , stream, revision] of events) {
      const same = this.statements.repeated.get(stream, revision, 1) as { id: string; position: number } | undefined;
      if (same?.id !== id) break;
      there.push(same.position);
    }
    return there;
  }

  get open(): boolean {
    return this.db.open;
  }

  close(): void {
    closeSync(this.wal);
    this.db.close();
  }

  /**
   * Nothing of it took effect where it fails, unless the disk failed under the commit itself: then
   * nobody knows.
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
      return { why: 'unknown', message: (failed as Error).message, cause: failed as Error };
    }
    const damage = damageOf(this.file, error);
    if (damage !== null) return { why: 'fault', message: damage.message, cause: damage };
    if (code.startsWith('SQLITE_IOERR')) return { why: 'unknown', message, cause: error };
    return { why: code === 'SQLITE_FULL' ? 'disk-full' : 'fault', message, cause: error };
  }

  private append({ stream, expected, events }: AppendRequest, recordedAt: string): AppendResult {
    let actual = this.written.get(stream) ?? this.revisions.get(stream);
    // A stream that is not known lately and should not exist is tried at once: the unique index
    // says whether it does.
    const untried = actual === undefined && expected === 'none';
    actual ??= untried ? -1 : this.lastRevision(stream);
    const fits =
      expected === 'any' || (expected === 'exists' ? actual >= 0 : actual === (expected === 'none' ? -1 : expected));
    if (!fits) return this.repeated(stream, expected, events) ?? { ok: false, actual };
    let position = 0;
    let revision = actual;
    for (const [id, type, version, data, circumstance] of events) {
      revision += 1;
      try {
        const metadata = `${circumstance.slice(0, -1)},"recordedAt":"${recordedAt}"}`;
        position = this.insert(stream, revision, id, type, version, recordedAt, data, metadata);
      } catch (error) {
        if (revision > 0 || !untried || (error as { code?: string }).code !== 'SQLITE_CONSTRAINT_UNIQUE') throw error;
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

  /**
   * What was committed is known from now on; the streams written longest ago are forgotten when
   * there are too many.
   */
  private remember(): void {
    for (const [stream, revision] of this.written) this.revisions.set(stream, revision);
  }

  /** The same events at the same place are answered as the first time. */
  private repeated(stream: string, expected: Expected, events: readonly EventColumns[]): AppendResult | null {
    if (typeof expected !== 'number' && expected !== 'none') return null;
    const first = expected === 'none' ? 0 : expected + 1;
    const there = this.statements.repeated.all(stream, first, events.length) as { id: string; position: number }[];
    if (there.length !== events.length || there.some(({ id }, i) => id !== events[i]?.[0])) return null;
    return { ok: true, revision: first + events.length - 1, position: there.at(-1)?.position ?? 0 };
  }
}

/** Whether it failed. */
export const isFailure = (answer: object): answer is Failure => 'why' in answer;

const unsynced = (cause: Error): Failure => ({ why: 'unknown', message: cause.message, cause });
