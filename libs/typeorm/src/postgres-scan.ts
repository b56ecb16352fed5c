import { type RowScan, SCANNED_ROWS } from '@entente/engine';
import type { OpenSnapshot } from './postgres-connections.js';
import type { PreparedRows } from './row-reader.js';
import { type SqlProgram, runAsync } from './sql-program.js';

const CURSOR = 'scan';

/**
 * Scans the rows of one statement with a cursor. The program prepares the statement. Returns null
 * if the program returns null. Closing the scan ends the snapshot.
 */
export async function beginScan(
  snapshot: OpenSnapshot,
  program: SqlProgram<{ readonly result: PreparedRows } | null>,
): Promise<RowScan | null> {
  const prepared = await runAsync(program, (statement) => snapshot.run(statement));
  if (prepared === null) return null;
  const { statement, toRow, version } = prepared.result;
  await snapshot.run({
    sql: `DECLARE ${CURSOR} NO SCROLL CURSOR FOR ${statement.sql}`,
    values: statement.values,
  });
  const fetch = { sql: `FETCH FORWARD ${SCANNED_ROWS} FROM ${CURSOR}`, values: [], raw: true };
  return {
    version,
    next: async () => ((await snapshot.run(fetch)) as readonly unknown[][]).map(toRow),
    close: () => snapshot.end(),
  };
}
