/** Loaded before a house: whenever its projection's thread has folded a stream whose name says so for the first time, the thread ends by itself. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import Database from 'better-sqlite3';

if (!isMainThread) {
  const { prepare } = Database.prototype;
  Database.prototype.prepare = function (sql, ...more) {
    const statement = prepare.call(this, sql, ...more);
    if (!/^INSERT INTO "programmes_/.test(sql)) return statement;
    const { run } = statement;
    statement.run = (...values) => {
      // Before its commit, so that nothing of it is kept; the next thread finds it marked and folds it.
      const [stream] = values;
      const mark = join(process.env.ENTENTE_DATA, `ended-by-${stream.replaceAll('/', '-')}`);
      if (stream.includes('.ends-') && !existsSync(mark)) {
        writeFileSync(mark, '');
        process.exit(3);
      }
      return run.apply(statement, values);
    };
    return statement;
  };
}
