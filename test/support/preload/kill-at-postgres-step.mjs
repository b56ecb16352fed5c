/**
 * Loaded before a program, it ends the process by SIGKILL at the first writing statement to
 * PostgreSQL of a kind: `?kind=INSERT...&when=before`. With `to` it ends nothing and writes the
 * kinds of all statements to that file: the SQL without the generation of a table; of a COMMIT, the
 * first statement of its transaction.
 */
import { writeFileSync } from 'node:fs';
import pg from 'pg';

const asked = new URL(import.meta.url).searchParams;
const kind = asked.get('kind');
const when = asked.get('when');
const to = asked.get('to');
const steps = [];
if (to !== null) process.on('exit', () => writeFileSync(to, JSON.stringify(steps)));

const { query } = pg.Client.prototype;
const die = () => process.kill(process.pid, 'SIGKILL');
/** What each connection's transaction wrote first; null within one that only reads. */
const first = new WeakMap();
pg.Client.prototype.query = function (asked, ...more) {
  const sql = (asked.text ?? String(asked))
    .trim()
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/_g[0-9]+/g, '')
    .slice(0, 80);
  const [verb = ''] = /^(BEGIN|COMMIT|CREATE|INSERT|UPDATE|DELETE|DROP|ALTER)/i.exec(sql) ?? [];
  if (verb === 'BEGIN') first.set(this, sql.includes('READ ONLY') ? null : undefined);
  if (verb === '' || first.get(this) === null) return query.call(this, asked, ...more);
  const step = verb === 'COMMIT' ? `COMMIT of ${first.get(this)}` : sql;
  if (verb !== 'BEGIN') first.set(this, first.get(this) ?? sql);
  steps.push(step);
  if (step !== kind) return query.call(this, asked, ...more);
  if (when === 'before') die();
  const then = more.at(-1);
  if (typeof then === 'function') return query.call(this, asked, ...more.slice(0, -1), die);
  return query.call(this, asked, ...more).finally(die);
};
