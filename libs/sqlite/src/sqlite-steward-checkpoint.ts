import { join } from 'node:path';
import { type EventLog, StewardCheckpoint, eraOf } from '@entente/engine';
import Database from 'better-sqlite3';
import { damageOf, opened } from './log-file.js';

const FILE = 'steward.sqlite';
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS checkpoint (log TEXT NOT NULL, era TEXT NOT NULL, position INTEGER NOT NULL, PRIMARY KEY (log, era));
`;

const REMEDY =
  'stop, remove this file with those beside it that begin with its name, and start again: the steward sends every consequence again, and each is recorded once';

/**
 * The steward's checkpoint, in a small SQLite file in the folder of the log, one for each log and
 * era. If a write is lost, consequences are sent again; none is lost.
 */
export class SqliteStewardCheckpoint extends StewardCheckpoint {
  private readonly file: string;
  private readonly db: Database.Database;
  private readonly key: readonly [log: string, era: string];

  constructor(folder: string, log: Pick<EventLog, 'id' | 'eras'>) {
    super();
    this.file = join(folder, FILE);
    this.key = [log.id, eraOf(log)];
    try {
      this.db = opened(this.file, () => {
        const db = new Database(this.file);
        db.pragma('journal_mode = WAL');
        db.pragma('synchronous = NORMAL');
        db.exec(SCHEMA);
        return db;
      });
    } catch (error) {
      throw damageOf(this.file, (error as Error).cause ?? error, REMEDY) ?? error;
    }
  }

  load(): Promise<bigint> {
    return this.attempt(() => {
      const found = this.db
        .prepare('SELECT position FROM checkpoint WHERE log = ? AND era = ?')
        .safeIntegers()
        .pluck()
        .get(...this.key) as bigint | undefined;
      return found ?? 0n;
    });
  }

  save(position: bigint): Promise<void> {
    return this.attempt(() => {
      this.db
        .prepare('INSERT INTO checkpoint VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET position = excluded.position')
        .run(...this.key, position);
    });
  }

  close(): Promise<void> {
    this.db.close();
    return Promise.resolve();
  }

  private attempt<T>(work: () => T): Promise<T> {
    try {
      return Promise.resolve(work());
    } catch (error) {
      return Promise.reject(damageOf(this.file, error, REMEDY) ?? (error as Error));
    }
  }
}
