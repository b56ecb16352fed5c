import { type ResultRow, SCANNED_ROWS } from '@entente/engine';
import Database from 'better-sqlite3';
import type { PreparedRows } from './row-reader.js';
import { type SqlProgram, asBound, runSync } from './sql-program.js';

/**
 * Rows that one statement returns, read on a separate connection: one with an open statement can
 * run no other.
 */
export class SqliteScan {
  private constructor(
    private readonly db: Database.Database,
    private readonly rows: Iterator<readonly unknown[]>,
    private readonly prepared: PreparedRows,
  ) {}

  /** Runs a program that prepares the rows; null if it returns null. */
  static begin(file: string, program: SqlProgram<{ readonly result: PreparedRows } | null>): SqliteScan | null {
    const db = new Database(file, { readonly: true });
    try {
      db.exec('BEGIN');
      const prepared = runSync(program, ({ sql, values, raw = false }) =>
        db
          .prepare(sql)
          .raw(raw)
          .all(...values.map(asBound)),
      );
      if (prepared === null) {
        db.close();
        return null;
      }
      const { sql, values } = prepared.result.statement;
      const statement = db.prepare<unknown[], readonly unknown[]>(sql).raw(true);
      return new SqliteScan(db, statement.iterate(...values.map(asBound)), prepared.result);
    } catch (error) {
      db.close();
      throw error;
    }
  }

  get version(): string {
    return this.prepared.version;
  }

  next(): readonly ResultRow[] {
    const some: ResultRow[] = [];
    while (some.length < SCANNED_ROWS) {
      const row = this.rows.next();
      if (row.done === true) break;
      some.push(this.prepared.toRow(row.value));
    }
    return some;
  }

  close(): void {
    this.rows.return?.();
    this.db.close();
  }
}
