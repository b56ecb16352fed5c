import { existsSync } from 'node:fs';
import Database from 'better-sqlite3';

/**
 * Copies a SQLite file as it stands at one moment, beside those who write to it: neither waits for
 * the other. Fails where the copy is there already, and leaves none where the source is damaged.
 */
export function copyDatabase(file: string, to: string): void {
  if (existsSync(to)) throw new Error(`${to} is there already`);
  const db = new Database(file, { readonly: true, fileMustExist: true });
  try {
    db.prepare('VACUUM INTO ?').run(to);
  } finally {
    db.close();
  }
}

/** What is wrong with a SQLite file by its own check; null where it is whole. */
export function integrityCheck(file: string): string | null {
  try {
    const db = new Database(file, { readonly: true, fileMustExist: true });
    try {
      const said = db.pragma('integrity_check(1)', { simple: true }) as string;
      return said === 'ok' ? null : said;
    } finally {
      db.close();
    }
  } catch (error) {
    return (error as Error).message;
  }
}
