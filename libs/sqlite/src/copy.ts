import { existsSync } from 'node:fs';
import Database from 'better-sqlite3';

/**
 * Copies a SQLite file in its state of one moment, while others write to it: neither waits for the
 * other. Fails if the copy exists already, and leaves no copy if the source is damaged.
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

/** What SQLite's own check finds wrong with a file; null if it is intact. */
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
