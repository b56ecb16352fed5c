import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type NumberedRefusal, RefusalLog, type RefusalQuery, type RefusedCommand } from '@entente/engine';
import Database from 'better-sqlite3';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS refusals (
    number INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, organisation TEXT NOT NULL, role TEXT NOT NULL, stream TEXT NOT NULL, command TEXT NOT NULL,
    command_id TEXT NOT NULL, correlation_id TEXT NOT NULL, code TEXT NOT NULL, rule TEXT
  );
`;

/** How often what was noted is written, in milliseconds. */
const EVERY = 250;

/** Refused commands in a small SQLite file of their own, written together four times a second. */
export class SqliteRefusalLog extends RefusalLog {
  private readonly db: Database.Database;
  private noted: RefusedCommand[] = [];
  private leftOut = 0;
  private readonly timer: NodeJS.Timeout;

  constructor(
    folder: string,
    /** As many are kept; the oldest go. */
    private readonly most = 100_000,
    /** As many may wait to be written. */
    private readonly mostWaiting = 10_000,
  ) {
    super();
    mkdirSync(folder, { recursive: true });
    this.db = new Database(join(folder, 'refusals.sqlite'));
    this.db.pragma('journal_mode = WAL');
    this.db.pragma('synchronous = NORMAL');
    this.db.exec(SCHEMA);
    this.timer = setInterval(() => this.write(), EVERY).unref();
  }

  note(refused: RefusedCommand): void {
    if (this.noted.length >= this.mostWaiting) this.leftOut += 1;
    else this.noted.push(refused);
  }

  list({ limit, before, organisation, stream, code }: RefusalQuery): Promise<{
    readonly refusals: readonly NumberedRefusal[];
    readonly leftOut: number;
  }> {
    this.write();
    const wanted = Object.entries({ organisation, stream, code }).filter(([, value]) => value !== undefined);
    const where = ['number < ?', ...wanted.map(([column]) => `${column} = ?`)].join(' AND ');
    const rows = this.db
      .prepare(
        `SELECT number, at, organisation, role, stream, command, command_id AS commandId, correlation_id AS correlationId, code, rule
         FROM refusals WHERE ${where} ORDER BY number DESC LIMIT ?`,
      )
      .all(before ?? Number.MAX_SAFE_INTEGER, ...wanted.map(([, value]) => value), limit) as NumberedRefusal[];
    return Promise.resolve({ refusals: rows, leftOut: this.leftOut });
  }

  /** Writes what was noted; where that fails (a full disk), it is kept for the next time, within its bound. */
  private write(): void {
    if (this.noted.length === 0 || !this.db.open) return;
    const insert = this.db.prepare('INSERT INTO refusals VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
    try {
      this.db.transaction(() => {
        for (const one of this.noted) {
          const { at, organisation, role, stream, command, commandId, correlationId, code, rule } = one;
          insert.run(at, organisation, role, stream, command, commandId, correlationId, code, rule);
        }
        this.db.prepare('DELETE FROM refusals WHERE number <= (SELECT MAX(number) FROM refusals) - ?').run(this.most);
      })();
      this.noted = [];
    } catch {
      // Nothing of it was written: the next second tries again.
    }
  }

  close(): Promise<void> {
    clearInterval(this.timer);
    this.write();
    this.db.close();
    return Promise.resolve();
  }
}
