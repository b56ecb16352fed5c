/**
 * Loaded before the standalone server, it makes each query of the journal by the thread that reads
 * rows take two seconds.
 */
import { isMainThread, threadName } from 'node:worker_threads';
import Database from 'better-sqlite3';

const QUERY_MS = 2000;

if (!isMainThread && threadName === 'reads') {
  const { prepare } = Database.prototype;
  Database.prototype.prepare = function (sql, ...more) {
    const statement = prepare.call(this, sql, ...more);
    if (!/FROM "journal_/.test(sql)) return statement;
    const { all } = statement;
    statement.all = (...values) => {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, QUERY_MS);
      return all.apply(statement, values);
    };
    return statement;
  };
}
