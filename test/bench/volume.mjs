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
  } while (times < 50 && performance.now() - begun < (quick ? 20 : 100));
  return ((performance.now() - begun) * 1000) / times;
}

/** Every first page, and the steward's search for what has passed by a day. */
const queriesOf = (rows, day) => [
  ...rows.names().map(({ name }) => ({ name, model: name, query: PAGE })),
  {
    name: SEARCH,
    model: 'due-dates',
    query: {
      where: [
        { column: 'status', in: ['open'] },
        { column: 'due', before: day },
      ],
      sort: [{ column: 'due', descending: false }],
      limit: 200,
    },
  },
];

/**
 * Of each query, how its time compares with that of the same statement by hand, and with that on
 * the rows of fewer events: medians of measurements that were taken in turn.
 */
async function pages(data, fewIn, manyIn) {
  const few = await openStores(data, fewIn);
  const many = await openStores(data, manyIn);
  const days = [await lastDay(few), await lastDay(many)];
  const db = new Database(join(manyIn, 'rows.sqlite'), { readonly: true });
  const stored = new Set(many.models.map(({ name }) => name));
  const ofFew = queriesOf(few.rows, days[0]);
  const found = [];
  for (const [n, { name, model, query }] of queriesOf(many.rows, days[1]).entries()) {
    printed(`first page of ${name}`);
    const onMany = () => many.rows.query(model, query);
    const onFew = () => few.rows.query(model, ofFew[n].query);
    const isFull = async (page) => (await page()).rows.length >= PAGE.limit;
    const { sql, values } = await statementOf(onMany);
    const statement = db.prepare(sql);
    const taken = [];
    for (let i = 0; i < (quick ? 1 : 5); i += 1)
      taken.push([await time(() => statement.all(...values)), await time(onMany), await time(onFew)]);
    found.push({
      name,
      isStored: stored.has(model),
      isFull: await isFull(onMany),
      wasFull: await isFull(onFew),
      byHand: median(taken.map(([hand, mine]) => hand / mine)),
      grown: median(taken.map(([, mine, before]) => before / mine)),
    });
  }
  printed('');
  db.close();
  for (const { rows, log } of [few, many]) {
    await rows.close();
    await log.close();
  }
  return found;
}
const SEARCH = "the steward's search for passed days";

/** The day of the last event that is folded. */
async function lastDay({ log, rows }) {
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

  const found = await pages(data, few, many);
  for (const { name, isFull, byHand } of found)
    if (isFull) note(`page of ${name}, against the same SQL by hand`, byHand, 'ratio', 0.7);
  for (const { name, isStored, isFull, wasFull, grown } of found)
    if (name === SEARCH) note(`${name}, ${against} a tenth`, grown, 'ratio', FLAT);
    else if (isFull && wasFull) note(`page of ${name}, ${against} a tenth`, grown, 'ratio', isStored ? FLAT : LINEAR);
  const short = found.filter(({ name, isFull }) => !isFull && name !== SEARCH).map(({ name }) => name);
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
