/**
 * Loaded before a program, it ends the process by SIGKILL at one of its writing statements to
 * SQLite: with `?at=7&when=before` before the eighth. With `to` it ends nothing and writes the
 * statements to that file.
 */
import { writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';

const asked = new URL(import.meta.url).searchParams;
const at = asked.get('at');
const when = asked.get('when');
const to = asked.get('to');
const steps = [];
if (to !== null) process.on('exit', () => writeFileSync(to, JSON.stringify(steps)));

function dyingAt(real, sqlOf) {
  return function step(...args) {
    const sql = sqlOf(this, args);
    if (!/^\s*(BEGIN|COMMIT|CREATE|INSERT|UPDATE|DELETE|DROP|ALTER)/i.test(sql)) return real.apply(this, args);
    const dies = at !== null && steps.length === Number(at);
    steps.push(sql.replaceAll(/\s+/g, ' ').slice(0, 60));
    if (dies && when === 'before') process.kill(process.pid, 'SIGKILL');
    const answer = real.apply(this, args);
    if (dies) process.kill(process.pid, 'SIGKILL');
    return answer;
  };
}

Database.prototype.exec = dyingAt(Database.prototype.exec, (_, [sql]) => sql);
const db = new Database(':memory:');
const statement = Object.getPrototypeOf(db.prepare('SELECT 1'));
db.close();
statement.run = dyingAt(statement.run, ({ source }) => source);
