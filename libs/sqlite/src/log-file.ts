import { randomUUID } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Damaged } from '@entente/engine';
import Database from 'better-sqlite3';

/** Names the file as Entente's log: "Entt". */
const APPLICATION_ID = 0x456e7474;
const FORMAT = 1;
export const LOG_FILE = 'log.sqlite';

const SCHEMA = `
  CREATE TABLE log (only INTEGER PRIMARY KEY CHECK (only = 1), id TEXT NOT NULL, made TEXT NOT NULL);
  CREATE TABLE events (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    stream TEXT NOT NULL,
    revision INTEGER NOT NULL,
    id TEXT NOT NULL,
    type TEXT NOT NULL,
    version INTEGER NOT NULL,
    recorded_at TEXT NOT NULL,
    data TEXT NOT NULL,
    metadata TEXT NOT NULL
  );
  CREATE UNIQUE INDEX events_by_stream ON events (stream, revision);
  CREATE INDEX events_by_time ON events (recorded_at);
`;

/** An exclusive lock on a file of its own: refuses another process and this one alike, and ends with the process however it ends. */
export function lockFolder(folder: string): Database.Database {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new Error(`${folder} cannot be written by this user: let it, or name another data folder (ENTENTE_DATA)`, {
      cause: error,
    });
  }
  const lock = new Database(join(folder, 'writer.lock'), { timeout: 0 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock.close();
    if ((error as { code?: string }).code !== 'SQLITE_BUSY') throw error;
    throw new Error(
      `${folder} is in use: another process writes to this data folder; stop it, or choose another folder`,
      {
        cause: error,
      },
    );
  }
}

export function openWriter(file: string): Database.Database {
  const fresh = !existsSync(file);
  const db = new Database(file);
  try {
    const empty = fresh || readable(file, () => db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get()) === 0;
    if (!empty) checkFormat(db, file);
    readable(file, () => db.pragma('journal_mode = WAL'));
    // SQLite keeps the file whole; what makes a commit durable is the writer's own sync, before anybody is told of it.
    db.pragma('synchronous = NORMAL');
    if (empty)
      db.transaction(() => {
        db.exec(SCHEMA);
        db.pragma(`application_id = ${APPLICATION_ID}`);
        db.pragma(`user_version = ${FORMAT}`);
        db.prepare('INSERT INTO log (only, id, made) VALUES (1, ?, ?)').run(
          randomUUID(),
          new Date(Date.now()).toISOString(),
        );
      })();
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

export function openLogReader(folder: string): Database.Database {
  const file = join(folder, LOG_FILE);
  if (!existsSync(file)) throw new Error(`${folder} holds no log: start Entente there first, or name its data folder`);
  const db = new Database(file, { readonly: true });
  checkFormat(db, file);
  return db.defaultSafeIntegers(true);
}

function checkFormat(db: Database.Database, file: string): void {
  const pragma = (name: string): number => Number(db.pragma(name, { simple: true }));
  if (readable(file, () => pragma('application_id')) !== APPLICATION_ID)
    throw new Error(`${file} is another program's database: choose another data folder`);
  if (pragma('user_version') > FORMAT)
    throw new Error(`${file} was written by a newer Entente (format ${pragma('user_version')}): run that one`);
}

/** Reads or writes the log; what shows that the file is damaged says what to do. */
export function readable<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw damageOf(file, error) ?? error;
  }
}

/** A SQLite error that shows damage, said in so many words; null for every other. */
export function damageOf(file: string, error: unknown): Damaged | null {
  const { code = '' } = error as { code?: string };
  const damage = code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB' || code === 'SQLITE_IOERR_SHORT_READ';
  return damage ? new Damaged(file, REMEDY, error) : null;
}

const REMEDY =
  'stop, keep a copy of the data folder, and restore a backup into an empty one (entente restore); senders then repeat what they sent since';
