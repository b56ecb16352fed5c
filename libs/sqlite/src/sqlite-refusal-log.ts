import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type NumberedRefusal, RefusalLog, type RefusalQuery, type RefusedCommand } from '@entente/engine';
import Database from 'better-sqlite3';
import { damageOf, opened } from './log-file.js';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS refusals (
    number INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, organisation TEXT NOT NULL, role TEXT NOT NULL, stream TEXT NOT NULL, command TEXT NOT NULL,
    command_id TEXT NOT NULL, correlation_id TEXT NOT NULL, code TEXT NOT NULL, rule TEXT
  );
`;

/** The interval between two writes of the queue, in milliseconds. */
const FLUSH_EVERY_MS = 250;

const REMEDY =
  'stop, remove this file with those beside it that begin with its name, and start again: only its list of refused commands is lost';

function openRefusals(file: string): Database.Database {
  try {
    return opened(file, () => {
      const db = new Database(file);
      db.pragma('journal_mode = WAL');
      db.pragma('synchronous = NORMAL');
      db.exec(SCHEMA);
      return db;
    });
  } catch (error) {
    throw damageOf(file, (error as Error).cause ?? error, REMEDY) ?? error;
  }
}

/**
 * The refused commands, in a separate small SQLite file. The queue is written four times a second.
 */
export class SqliteRefusalLog extends RefusalLog {
  private readonly file: string;
  private readonly db: Database.Database;
  private queued: RefusedCommand[] = [];
  private leftOut = 0;
  private readonly timer: NodeJS.Timeout;

  constructor(
    folder: string,
    /** The maximum number of stored refusals. The oldest are removed. */
    private readonly maxEntries = 100_000,
    /** The maximum number of refusals in the queue. Further ones are only counted. */
    private readonly maxWaiting = 10_000,
  ) {
    super();
    mkdirSync(folder, { recursive: true });
    this.file = join(folder, 'refusals.sqlite');
    this.db = openRefusals(this.file);
    this.timer = setInterval(() => this.write(), FLUSH_EVERY_MS).unref();
  }

  note(refused: RefusedCommand): void {
    if (this.queued.length >= this.maxWaiting) this.leftOut += 1;
    else this.queued.push(refused);
  }

  list(query: RefusalQuery): Promise<{
    readonly refusals: readonly NumberedRefusal[];
    readonly leftOut: number;
  }> {
    this.write();
    try {
      return Promise.resolve({ refusals: this.read(query), leftOut: this.leftOut });
    } catch (error) {
      return Promise.reject(damageOf(this.file, error, REMEDY) ?? (error as Error));
    }
  }

  private read({ limit, before, organisation, stream, code }: RefusalQuery): readonly NumberedRefusal[] {
    const filters = Object.entries({ organisation, stream, code }).filter(([, value]) => value !== undefined);
    const where = ['number < ?', ...filters.map(([column]) => `${column} = ?`)].join(' AND ');
    return this.db
      .prepare(
        `SELECT number, at, organisation, role, stream, command, command_id AS commandId, correlation_id AS correlationId, code, rule
         FROM refusals WHERE ${where} ORDER BY number DESC LIMIT ?`,
      )
      .all(before ?? Number.MAX_SAFE_INTEGER, ...filters.map(([, value]) => value), limit) as NumberedRefusal[];
  }

  /**
   * Writes the queue. If that fails, as with a full disk, the refusals stay in the queue, which
   * keeps its limit.
   */
  private write(): void {
    if (this.queued.length === 0 || !this.db.open) return;
    try {
      const insert = this.db.prepare('INSERT INTO refusals VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
      this.db.transaction(() => {
        for (const one of this.queued) {
          const { at, organisation, role, stream, command, commandId, correlationId, code, rule } = one;
          insert.run(at, organisation, role, stream, command, commandId, correlationId, code, rule);
        }
        this.db
          .prepare('DELETE FROM refusals WHERE number <= (SELECT MAX(number) FROM refusals) - ?')
          .run(this.maxEntries);
      })();
      this.queued = [];
    } catch {
      // The transaction was rolled back. The next write tries again.
    }
  }

  close(): Promise<void> {
    clearInterval(this.timer);
    this.write();
    this.db.close();
    return Promise.resolve();
  }
}
