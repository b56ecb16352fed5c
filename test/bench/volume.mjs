/**
 * A generated history of many kinds of streams: what its rows cost to fold, and how its first pages
 * and the steward's search grow with it. `npm run bench -- --volume [--events N] [--seed S]`, or
 * with `--data FOLDER` one that `npm run generate` made before.
 */
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import Database from 'better-sqlite3';
import { openStores } from './log.mjs';
import { folder, load, median, note, quick, ratioOf } from './measure.mjs';
import { projected, rebuilt, written } from './rows.mjs';

const now = () => '2026-06-01T12:00:00.000Z';
/** What still counts as flat: the same within a fifth. */
const FLAT = 0.8;
/** Of a view, which sums all its rows for a page: ten times the events cost ten times as much. */
const LINEAR = 0.1;
/** Events at the beginning of the history that are also folded and written raw. */
const SLICE = quick ? 1_000 : 20_000;
const PAGE = { where: [], sort: [], limit: 50 };

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');

/** Bytes in use, once nothing is left that could be freed. */
function memoryInUse() {
  collectGarbage();
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const printed = (text) => {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
};

async function generate(data, events, seed) {
  const { generateInFolder } = await load('apps/cli/src/generating/generate.js');
  const { makeLog } = await load('apps/cli/src/cli.module.js');
  const output = { json: false, out: () => undefined, err: printed };
  const generated = await generateInFolder(data, events, seed, makeLog, output);
  printed('');
  return generated;
}

/** Copies the first events of a log into a new folder. */
async function slice(data, into, events) {
  const { SqliteEventStore, SqliteLogReader } = await load('libs/sqlite/src/index.js');
  const from = new SqliteLogReader(data);
  const to = new SqliteEventStore({ folder: into });
  for await (const batch of from.readLog(0n, { limit: events })) await to.importEvents(batch);
  await to.close();
  await from.close();
}

/**
 * Folds the log up to a position into an empty folder. Answers versions written a second in its
 * second fifth and in its last one, and the memory in use at half of it and at its end.
 */
async function caughtUp(data, rowsIn, upTo) {
  const { replay } = await load('libs/engine/src/index.js');
  const { log, rows, models } = await openStores(data, rowsIn);
  let versions = 0;
  const commit = rows.commit.bind(rows);
  rows.commit = (batches, ...more) => {
    for (const batch of batches) versions += batch.versions.length;
    return commit(batches, ...more);
  };
  const marks = [];
  let half = null;
  let paused = 0;
  const begun = performance.now();
  await replay(log, models, rows, upTo, now, (position) => {
    if (half === null && position * 2n >= upTo) {
      const at = performance.now();
      half = memoryInUse();
      paused += performance.now() - at;
    }
    marks.push([Number(position), versions, performance.now() - paused]);
    if (marks.length % 20 === 0) printed(`folding ${position} of ${upTo}`);
  });
  const took = performance.now() - begun - paused;
  printed('');
  const whole = memoryInUse();
  await rows.close();
  await log.close();
  const markAt = (part) => marks.find(([position]) => position >= Number(upTo) * part) ?? marks.at(-1);
  const rate = ([, a, from], [, b, to]) => ((b - a) * 1000) / (to - from);
  return {
    early: rate(markAt(0.2), markAt(0.4)),
    late: rate(markAt(0.8), marks.at(-1)),
    versionsASecond: (versions * 1000) / took,
    half,
    whole,
  };
}

/** Runs a query of the store, and answers the statement with which it read the rows. */
async function statementOf(query) {
  const { prepare } = Database.prototype;
  const run = [];
  Database.prototype.prepare = function (sql) {
    const statement = prepare.call(this, sql);
    const all = statement.all.bind(statement);
    statement.all = (...values) => {
      run.push({ sql, values });
      return all(...values);
    };
    return statement;
  };
  try {
    await query();
  } finally {
    Database.prototype.prepare = prepare;
  }
  return run.findLast(({ sql }) => /\bLIMIT\b/.test(sql));
}

/** Microseconds that some work takes: of several runs, or of one if it takes long. */
async function time(work) {
  await work();
  let times = 0;
  const begun = performance.now();
  do {
    await work();
    times += 1;
  } while (times < 50 && performance.now() - begun < (quick ? 20 : 150));
  return ((performance.now() - begun) * 1000) / times;
}

/**
 * Of each read model and view, the microseconds that its first page takes by the store, and the
 * ratio of the same statement by hand to that; and those of the steward's search for what has
 * passed by the day on which the log ends.
 */
async function pages(data, rowsIn) {
  const { log, rows, models } = await openStores(data, rowsIn);
  const db = new Database(join(rowsIn, 'rows.sqlite'), { readonly: true });
  const isModel = new Set(models.map(({ name }) => name));
  const last = await lastDay(log, rows);
  const queries = rows.names().map(({ name }) => ({ name, isModel: isModel.has(name), model: name, query: PAGE }));
  queries.push({
    name: SEARCH,
    isModel: true,
    model: 'due-dates',
    query: {
      where: [
        { column: 'status', in: ['open'] },
        { column: 'due', before: last },
      ],
      sort: [{ column: 'due', descending: false }],
      limit: 200,
    },
  });
  const found = new Map();
  for (const { name, isModel: stored, model, query } of queries) {
    printed(`first page of ${name}`);
    const byStore = () => rows.query(model, query);
    const { sql, values } = await statementOf(byStore);
    const statement = db.prepare(sql);
    const isFull = statement.all(...values).length >= PAGE.limit;
    const byHand = () => statement.all(...values);
    const pairs = [];
    for (let i = 0; i < (quick ? 1 : 5); i += 1) pairs.push([await time(byHand), await time(byStore)]);
    found.set(name, {
      stored,
      isFull,
      us: median(pairs.map(([, store]) => store)),
      byHand: median(pairs.map(([hand, store]) => hand / store)),
    });
  }
  printed('');
  db.close();
  await rows.close();
  await log.close();
  return found;
}
const SEARCH = "the steward's search for passed days";
const titleOf = (name) => (name === SEARCH ? name : `page of ${name}`);

/** The day of the last event that is folded. */
async function lastDay(log, rows) {
  const { positions } = await rows.positions('due-dates');
  const event = await log.eventAt(positions[0]);
  return event.metadata.recordedAt.slice(0, 10);
}

/** The number of events in a log. */
async function eventsIn(data) {
  const { SqliteLogReader } = await load('libs/sqlite/src/index.js');
  const log = new SqliteLogReader(data);
  const head = await log.head();
  await log.close();
  return Number(head);
}

export async function volume({ events: asked = quick ? 5_000 : 100_000, seed = 1, data: made }) {
  const data = made ?? join(folder, 'volume');
  if (made === undefined) await generate(data, asked, seed);
  const events = await eventsIn(data);
  const size = events.toLocaleString('en');
  const against = `${size} events against`;
  const cut = join(folder, 'slice');
  await slice(data, cut, SLICE);
  const kept = [];
  await projected(cut, join(folder, 'slice-kept'), 500, kept);
  for (const [what, fold] of [
    ['catch-up', (i) => projected(cut, join(folder, `slice-projected-${i}`), 500, null)],
    ['rebuild', (i) => rebuilt(cut, join(folder, `slice-rebuilt-${i}`), SLICE)],
  ]) {
    const ratio = await ratioOf(
      quick ? 1 : 3,
      (i) => written(cut, join(folder, `slice-written-${what}-${i}`), kept, SLICE),
      fold,
    );
    note(`${what} of a generated history, against the same row versions written raw`, ratio, 'ratio', 0.5);
  }
  kept.length = 0;

  const many = join(folder, 'rows-many');
  const few = join(folder, 'rows-few');
  const all = await caughtUp(data, many, BigInt(events));
  await caughtUp(data, few, BigInt(Math.floor(events / 10)));
  note(`catch-up rate, last fifth of ${size} events against the second fifth`, all.late / all.early, 'ratio', FLAT);
  note(`memory of the projector, ${against} half of them`, all.half / all.whole, 'ratio', FLAT);
  const versionsASecond = await rebuiltVersions(data, many);
  note(`rebuild rate of ${size} events, against catch-up`, versionsASecond / all.versionsASecond, 'ratio', FLAT);

  const ofFew = await pages(data, few);
  const ofMany = await pages(data, many);
  const short = [...ofMany].filter(([name, { isFull }]) => !isFull && name !== SEARCH).map(([name]) => name);
  for (const [name, { byHand }] of ofMany)
    if (!short.includes(name)) note(`${titleOf(name)}, against the same SQL by hand`, byHand, 'ratio', 0.7);
  for (const [name, { us, stored, isFull }] of ofMany) {
    const before = ofFew.get(name);
    if (name === SEARCH || (isFull && before.isFull))
      note(`${titleOf(name)}, ${against} a tenth`, before.us / us, 'ratio', stored ? FLAT : LINEAR);
  }
  console.log(`not a whole page, and not compared: ${short.join(', ')}`);
}

/** Rebuilds all read models, and answers the row versions written a second. */
async function rebuiltVersions(data, rowsIn) {
  const { rebuild } = await load('libs/engine/src/index.js');
  const { log, rows, models } = await openStores(data, rowsIn);
  let versions = 0;
  const begin = rows.rebuild.bind(rows);
  rows.rebuild = async (...of) => {
    const pending = await begin(...of);
    const commit = pending.commit.bind(pending);
    pending.commit = (batches, ...more) => {
      for (const batch of batches) versions += batch.versions.length;
      return commit(batches, ...more);
    };
    return pending;
  };
  const begun = performance.now();
  await rebuild(log, models, rows, { now, progress: (at, head) => printed(`rebuilding ${at} of ${head}`) });
  const took = performance.now() - begun;
  printed('');
  await rows.close();
  await log.close();
  return (versions * 1000) / took;
}
