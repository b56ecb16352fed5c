import { randomBytes, randomUUID } from 'node:crypto';
import { accessSync, constants, existsSync } from 'node:fs';
import { join } from 'node:path';
import { CorruptFile, type Era, DiskFull } from '@entente/engine';
import Database from 'better-sqlite3';
import { createFolderDurably } from './durable-files.js';

/** Marks the file as Entente's log: "Entt". */
const APPLICATION_ID = 0x456e7474;
const FORMAT = 1;
export const LOG_FILE = 'log.sqlite';
const ROWS_FILE = 'rows.sqlite';
const LOCK_FILE = 'writer.lock';
/**
 * The name of the temporary folder inside a data folder that is being filled. A deployment does not
 * start if it exists.
 */
export const FILLING = '.filling';

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

const ERAS = `CREATE TABLE IF NOT EXISTS eras (number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, since INTEGER NOT NULL, made TEXT NOT NULL);`;

/**
 * Begins a new era of the log in a folder that no process has open. From then on, the log differs
 * from the log that it was copied from. `since` is the last shared position; by default the end.
 * Readers with a later position of the older log are then recognised.
 */
export function beginEra(folder: string, since?: bigint): void {
  const db = new Database(join(folder, LOG_FILE), { fileMustExist: true });
  try {
    db.exec(ERAS);
    const last = db.prepare('SELECT coalesce(max(position), 0) FROM events').pluck();
    db.prepare('INSERT INTO eras (id, since, made) VALUES (?, ?, ?)').run(
      randomBytes(4).toString('hex'),
      since ?? last.get(),
      new Date(Date.now()).toISOString(),
    );
  } finally {
    db.close();
  }
}

/** The eras of a log, except the first one, which has no id. */
export function erasIn(db: Database.Database): readonly Era[] {
  const exists = db.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'eras'`).get();
  if (exists === undefined) return [];
  const rows = db.prepare('SELECT id, CAST(since AS TEXT) AS since FROM eras ORDER BY number').all();
  return (rows as { id: string; since: string }[]).map(({ id, since }) => ({ id, since: BigInt(since) }));
}

/**
 * Takes an exclusive lock on a separate file. It excludes other processes and other holders in this
 * process. The operating system releases it when the process ends. Throws if the folder is locked,
 * or cannot be written.
 */
export function lockFolder(folder: string): Database.Database {
  try {
    createFolderDurably(folder);
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new Error(`${folder} cannot be written by this user: allow it, or name another data folder (ENTENTE_DATA)`, {
      cause: error,
    });
  }
  const file = join(folder, LOCK_FILE);
  const lock = opened(file, () => new Database(file, { timeout: 0 }));
  try {
    opened(file, () => lock.exec('BEGIN EXCLUSIVE'));
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

/** Whether no process has the folder's lock. False also if this user may not open the lock. */
export function isUnlocked(folder: string): boolean {
  if (!existsSync(join(folder, LOCK_FILE))) return true;
  try {
    lockFolder(folder).close();
    return true;
  } catch {
    return false;
  }
}

export function openWriter(folder: string): Database.Database {
  checkFilled(folder);
  const file = join(folder, LOG_FILE);
  const isNew = !existsSync(file);
  const db = opened(file, () => new Database(file));
  try {
    const empty = isNew || readable(file, () => db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get()) === 0;
    if (empty) checkNotLost(folder);
    else checkFormat(db, file);
    opened(file, () => {
      db.pragma('journal_mode = WAL');
      // SQLite keeps the file consistent after a crash. The writer syncs each commit itself, before
      // any caller gets a result.
      db.pragma('synchronous = NORMAL');
      // Checkpoints of the write-ahead log run after 40 MB. A page that many commits changed is
      // then written once.
      db.pragma('wal_autocheckpoint = 10000');
      if (empty) db.transaction(() => makeLog(db))();
    });
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function makeLog(db: Database.Database): void {
  db.exec(SCHEMA);
  db.pragma(`application_id = ${APPLICATION_ID}`);
  db.pragma(`user_version = ${FORMAT}`);
  db.prepare('INSERT INTO log (only, id, made) VALUES (1, ?, ?)').run(randomUUID(), new Date(Date.now()).toISOString());
}

/** Throws if filling the folder was interrupted, because its content is incomplete. */
function checkFilled(folder: string): void {
  if (existsSync(join(folder, FILLING)))
    throw new Error(
      `${folder} was being filled by a restore or an import, which was interrupted: run it again on this folder`,
    );
}

/**
 * Throws if rows exist without a log. Rows are created after their log, so the log was lost. A new
 * log would hide that.
 */
function checkNotLost(folder: string): void {
  if (existsSync(join(folder, ROWS_FILE)))
    throw new Error(
      `${join(folder, LOG_FILE)} is missing or empty, and the rows that were folded from it are there (${ROWS_FILE}): ${REMEDY}`,
    );
}

export function openLogReader(folder: string): Database.Database {
  checkFilled(folder);
  const file = join(folder, LOG_FILE);
  if (!existsSync(file))
    throw new Error(
      `${folder} holds no log: start Entente there first, or name another folder by --data or ENTENTE_DATA`,
    );
  return openedToRead(file, () => {
    const db = new Database(file, { readonly: true });
    checkFormat(db, file);
    return db.defaultSafeIntegers(true);
  });
}

/**
 * Opens a file for reading. SQLite needs to create a shared-memory file in the same folder, which
 * fails if the user may only read the folder. The error names the remedy.
 */
function openedToRead<T>(file: string, open: () => T): T {
  try {
    return open();
  } catch (error) {
    const { code = '' } = error as { code?: string };
    if (!/^SQLITE_(?:READONLY|CANTOPEN)/.test(code)) throw error;
    throw new Error(
      `${file} cannot be opened by this user, who may not read it or not write its folder: copy the folder to another place, and name that one by --data`,
      { cause: error },
    );
  }
}

function checkFormat(db: Database.Database, file: string): void {
  const pragma = (name: string): number => Number(db.pragma(name, { simple: true }));
  if (readable(file, () => pragma('application_id')) !== APPLICATION_ID)
    throw new Error(`${file} is another program's database: choose another data folder`);
  if (pragma('user_version') > FORMAT)
    throw new Error(`${file} was written by a newer Entente (format ${pragma('user_version')}): run that one`);
}

/** Opens a file of the data folder. Translates errors to errors that name the remedy. */
export function opened<T>(file: string, open: () => T): T {
  try {
    // SQLite opens a read-only file without an error, and fails only at the first write.
    if (existsSync(file)) accessSync(file, constants.R_OK | constants.W_OK);
    return readable(file, open);
  } catch (error) {
    const { code = '' } = error as { code?: string };
    if (code === 'SQLITE_FULL') throw new DiskFull(file);
    if (!/^(?:SQLITE_READONLY|SQLITE_CANTOPEN|EACCES|EPERM|EROFS)/.test(code)) throw error;
    throw new Error(`${file} cannot be written by this user: allow it, or name another data folder (ENTENTE_DATA)`, {
      cause: error,
    });
  }
}

/** Called when a read or write finds that the file is damaged. */
export type OnDamaged = (damaged: CorruptFile) => void;

/**
 * Runs a read or write of the log. Translates an error that shows damage to a `CorruptFile`, which
 * names the remedy.
 */
export function readable<T>(file: string, read: () => T, onDamaged: OnDamaged = () => undefined): T {
  try {
    return read();
  } catch (error) {
    const damaged = damageOf(file, error);
    if (damaged === null) throw error;
    onDamaged(damaged);
    throw damaged;
  }
}

/** Translates an error of SQLite or of JSON parsing that shows damage; null for any other error. */
export function damageOf(file: string, error: unknown, remedy = REMEDY): CorruptFile | null {
  if (error instanceof CorruptFile) return error;
  const { code = '' } = error as { code?: string };
  const damage =
    error instanceof SyntaxError ||
    code.startsWith('SQLITE_CORRUPT') ||
    code === 'SQLITE_NOTADB' ||
    code === 'SQLITE_IOERR_SHORT_READ';
  return damage ? new CorruptFile(file, remedy, error) : null;
}

const REMEDY =
  'stop, keep a copy of the data folder, and restore a backup into an empty one (entente restore); senders then repeat what they sent since';
