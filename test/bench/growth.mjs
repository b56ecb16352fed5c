/**
 * What a log of a million events costs more than one of ten thousand; and what its queries and its
 * start cost against the same by hand.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { program } from '../support/app-process.mjs';
import { ours } from './appends.mjs';
import { fillLog, openStores } from './log.mjs';
import { folder, load, median, note, quantile, quick, ratioOf } from './measure.mjs';
import { memoryOf, openAccounts, pledges, receiptsToLive, serve } from './servers.mjs';

const FEW = quick ? 1_000 : 10_000;
const MANY = quick ? 5_000 : 1_000_000;
const now = () => '2026-06-01T12:00:00.000Z';

/**
 * Fills a folder with a log and its rows; answers events folded a second at the beginning and at
 * the end.
 */
async function fill(data, events) {
  const { replay } = await load('libs/engine/src/index.js');
  await fillLog(data, events);
  const { log, rows, models } = await openStores(data);
  const begun = performance.now();
  const marks = [];
  let printedAt = 0;
  await replay(log, models, rows, await log.head(), now, (position) => {
    marks.push([Number(position), performance.now()]);
    if (marks.length % 40 === 0 && performance.now() - printedAt > 5000) {
      printedAt = performance.now();
      if (process.stderr.isTTY) process.stderr.write(`\r  folding ${position} of ${events} events `);
    }
  });
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  await rows.close();
  await log.close();
  const part = Math.min(marks.length - 1, Math.max(1, Math.floor(FEW / 500)));
  const rate = ([a, from], [b, to]) => ((b - a) * 1000) / (to - from);
  return [rate([0, begun], marks[part]), rate(marks.at(-1 - part), marks.at(-1))];
}

const FUNDING = `stream, row_key, CAST(since AS TEXT) AS since, event_id, account, donor, recipient, programme, assistance_case, fund, period, currency, basis, on_budget,
  budget_line, available_until, CAST(pledged AS TEXT) AS pledged, CAST(committed AS TEXT) AS committed, CAST(obligated AS TEXT) AS obligated,
  CAST(disbursed AS TEXT) AS disbursed, CAST(spent AS TEXT) AS spent, CAST(disbursement_planned AS TEXT) AS disbursement_planned, movements`;

/** Microseconds a page of fifty rows takes, by the store and by hand, in turn. */
async function queries(data) {
  const { log, rows } = await openStores(data);
  const db = new Database(join(data, 'rows.sqlite'), { readonly: true });
  const { version, generation } = db.prepare(`SELECT version, generation FROM models WHERE name = 'funding'`).get();
  const from = `FROM funding_v${version}_g${generation} WHERE row_key <> ''`;
  const order = 'ORDER BY stream, row_key LIMIT 50';
  const current = db.prepare(`SELECT ${FUNDING} ${from} AND "until" IS NULL ${order}`);
  const asOf = db.prepare(
    `SELECT ${FUNDING} ${from} AND +since <= @position AND ("until" IS NULL OR "until" > @position) ${order}`,
  );
  const position = ((await log.head()) * 3n) / 4n;
  const query = { where: [], sort: [], limit: 50 };
  const time = async (work) => {
    const times = quick ? 20 : 200;
    for (let i = 0; i < 20; i += 1) await work();
    const begun = performance.now();
    for (let i = 0; i < times; i += 1) await work();
    return ((performance.now() - begun) * 1000) / times;
  };
  const took = {};
  for (const [name, byHand, byStore] of [
    ['current', () => current.all(), () => rows.query('funding', query)],
    ['as-of', () => asOf.all({ position }), () => rows.query('funding', { ...query, positions: [position] })],
  ]) {
    const pairs = [];
    for (let i = 0; i < (quick ? 1 : 5); i += 1) pairs.push([await time(byHand), await time(byStore)]);
    took[name] = { ratio: median(pairs.map(([hand, store]) => hand / store)), us: median(pairs.map(([, s]) => s)) };
  }
  db.close();
  await rows.close();
  await log.close();
  return took;
}

/** Milliseconds from the start of a process until it prints that it is ready. */
const started = (args, env, readyLine) =>
  new Promise((resolve, reject) => {
    const begun = performance.now();
    const child = spawn(process.execPath, args, {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let took = null;
    child.stdout.on('data', (text) => {
      if (took !== null || !text.toString().includes(readyLine)) return;
      took = performance.now() - begun;
      child.kill('SIGTERM');
    });
    child.once('exit', () => (took === null ? reject(new Error(`it never printed "${readyLine}"`)) : resolve(took)));
  });

/** What a start of the deployment takes longer than a process that opens the database. */
async function coldStart(data) {
  const main = program('standalone');
  const opens = `import Database from 'better-sqlite3'; const db = new Database(process.argv[1]);
    console.log('opened', db.prepare('SELECT max(position) FROM events').pluck().get()); setInterval(() => {}, 1000);`;
  const args = ['--input-type=module', '-e', opens, join(data, 'log.sqlite')];
  const env = { ENTENTE_DATA: data, PORT: '0', ENTENTE_EXAMPLE: 'off' };
  const more = [];
  for (let i = 0; i < (quick ? 1 : 3); i += 1)
    more.push((await started([main], env, 'listens')) - (await started(args, {}, 'opened')));
  return median(more) / 1000;
}

/**
 * A deployment on this folder: commands a second, its live rows, and what it keeps in memory after
 * the same load.
 */
async function deployment(data) {
  const server = await serve('deployment', data);
  await openAccounts(server);
  await pledges(server, 1);
  const rate = await pledges(server, quick ? 1 : 4);
  const live = await receiptsToLive(server, quick ? 20 : 300);
  const memory = memoryOf(server);
  await server.end();
  return { rate, live, memory };
}

export async function growth() {
  const few = join(folder, 'few');
  const many = join(folder, 'many');
  await fill(few, FEW);
  const [first, last] = await fill(many, MANY);
  const sizes = `${MANY.toLocaleString('en')} events against ${FEW.toLocaleString('en')}`;
  const inFew = await queries(few);
  const inMany = await queries(many);
  note(
    `current page of 50, ${MANY.toLocaleString('en')} events, against SQL by hand`,
    inMany.current.ratio,
    'ratio',
    0.7,
  );
  note(
    `as-of page of 50, ${MANY.toLocaleString('en')} events, against SQL by hand`,
    inMany['as-of'].ratio,
    'ratio',
    0.7,
  );
  note(
    `cold start, ${MANY.toLocaleString('en')} events, longer than opening the database`,
    await coldStart(many),
    's',
    2,
    {
      atMost: true,
    },
  );
  const small = await deployment(few);
  const large = await deployment(many);
  note('receipt to live row, median', quantile(large.live, 0.5), 'ms', 20, { atMost: true });
  note('receipt to live row, 99 of 100', quantile(large.live, 0.99), 'ms', 100, { atMost: true });
  note(`folding rate, ${sizes}`, last / first, 'ratio', FLAT);
  note(`current page, ${sizes}`, inFew.current.us / inMany.current.us, 'ratio', FLAT);
  note(`as-of page, ${sizes}`, inFew['as-of'].us / inMany['as-of'].us, 'ratio', FLAT);
  note(`commands over HTTP, ${sizes}`, large.rate / small.rate, 'ratio', FLAT);
  note(`receipt to live row, ${sizes}`, median(small.live) / median(large.live), 'ratio', FLAT);
  note(`memory after the same load, ${sizes}`, small.memory / large.memory, 'ratio', FLAT);
  let n = MANY;
  const append = async (data) => {
    const [rate, next] = await ours(64, data, n);
    n = next;
    return rate;
  };
  const appended = await ratioOf(
    quick ? 1 : 5,
    () => append(few),
    () => append(many),
  );
  note(`durable append, 64 waiting, ${sizes}`, appended, 'ratio', FLAT);
}

/** What still counts as flat: the same within a fifth. */
const FLAT = 0.8;
