import { type ResultRow, SCANNED_ROWS } from '@entente/engine';
import Database from 'better-sqlite3';
import type { PreparedRows } from './row-reader.js';
import { type SqlProgram, asBound, runSync } from './sql-program.js';

/**
 * Scans the rows of one statement on a separate connection: a connection with an open statement
 * cannot run another one.
 */
export class SqliteScan {
  private constructor(
    private readonly db: Database.Database,
    private readonly rows: Iterator<readonly unknown[]>,
    private readonly prepared: PreparedRows,
  ) {}

  /** Runs a program that prepares the rows. Returns null if the program returns null. */
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
    const page: ResultRow[] = [];
    while (page.length < SCANNED_ROWS) {
      const row = this.rows.next();
      if (row.done === true) break;
      page.push(this.prepared.toRow(row.value));
    }
    return page;
  }

  close(): void {
    this.rows.return?.();
    this.db.close();
  }
}
