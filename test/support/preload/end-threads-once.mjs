/**
 * Loaded before the standalone server, it ends a worker thread the first time that the thread
 * writes or reads a stream whose name contains `.ends-`.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import Database from 'better-sqlite3';

function endOnce(name) {
  const mark = join(process.env.ENTENTE_DATA, `ended-by-${name}`);
  if (existsSync(mark)) return;
  writeFileSync(mark, '');
  process.exit(3);
}

if (!isMainThread) {
  const { prepare } = Database.prototype;
  Database.prototype.prepare = function (sql, ...more) {
    const statement = prepare.call(this, sql, ...more);
    const how = /^INSERT INTO "programmes_/.test(sql) ? 'run' : /^SELECT/.test(sql) ? 'all' : null;
    if (how === null) return statement;
    const real = statement[how];
    statement[how] = (...values) => {
      // Before a commit, so that nothing of it is kept; the next thread finds it marked and goes
      // on.
      const name = values.find((value) => typeof value === 'string' && value.includes('.ends-'));
      if (name !== undefined) endOnce(name.replaceAll('/', '-'));
      return real.apply(statement, values);
    };
    return statement;
  };
}
