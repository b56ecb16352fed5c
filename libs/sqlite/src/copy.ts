import { existsSync } from 'node:fs';
import Database from 'better-sqlite3';

/**
 * Copies a consistent snapshot of a SQLite file. Other processes may write meanwhile; neither waits
 * for the other. Throws if the copy exists already, or if the source is damaged; then no copy is
 * left.
 */
export function copyDatabase(file: string, to: string): void {
  if (existsSync(to)) throw new Error(`${to} exists already`);
  const db = new Database(file, { readonly: true, fileMustExist: true });
  try {
    db.prepare('VACUUM INTO ?').run(to);
  } finally {
    db.close();
  }
}

/**
 * Runs SQLite's integrity check. Returns the first finding or the error; null if the file is
 * intact.
 */
export function integrityCheck(file: string): string | null {
  try {
    const db = new Database(file, { readonly: true, fileMustExist: true });
    try {
      const finding = db.pragma('integrity_check(1)', { simple: true }) as string;
      return finding === 'ok' ? null : finding;
    } finally {
      db.close();
    }
  } catch (error) {
    return (error as Error).message;
  }
}
