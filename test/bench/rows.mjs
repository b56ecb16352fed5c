/** Projecting and rebuilding, against the same versions of rows written raw in the same batches. */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { fillLog, openStores } from './log.mjs';
import { folder, load, note, quick, ratioOf } from './measure.mjs';

const now = () => '2026-06-01T12:00:00.000Z';

/**
 * Delivers a log in batches of a given number of events, as a feed would under load, and returns
 * the versions made of each batch.
 */
export async function projected(data, rowsIn, size, kept) {
  const { Projector } = await load('libs/engine/src/index.js');
  const { log, rows, models } = await openStores(data, rowsIn);
  const events = [];
  for await (const batch of log.readLog(0n)) events.push(...batch);
  const commit = rows.commit.bind(rows);
  rows.commit = (batches) => (kept?.push(batches), commit(batches));
  let consumer;
  const feed = { partitions: 1, subscribe: (c) => ((consumer = c), { head() {}, fault: () => null, stop() {} }) };
  new Projector(models, feed, rows, now).start();
  await consumer.startPosition(0);
  const begun = performance.now();
  for (let i = 0; i < events.length; i += size) {
    const some = events.slice(i, i + size);
    await consumer.process({ partition: 0, events: some, through: some.at(-1).position });
  }
  const took = performance.now() - begun;
  await rows.close();
  await log.close();
  return (events.length * 1000) / took;
}

/**
 * The same versions into the same tables in transactions of the same size: the values are at hand
 * already.
 */
export async function written(data, rowsIn, batches, events) {
  const { log, rows } = await openStores(data, rowsIn);
  await rows.close();
  await log.close();
  const db = new Database(join(rowsIn, 'rows.sqlite'));
  db.pragma('synchronous = NORMAL');
  const tables = new Map();
  const table = (model) => {
    if (tables.has(model)) return tables.get(model);
    const { version, generation } = db.prepare('SELECT version, generation FROM models WHERE name = ?').get(model);
    const name = `${model.replaceAll('-', '_')}_v${version}_g${generation}`;
    const columns = db.pragma(`table_info("${name}")`).map((column) => column.name);
    const made = {
      columns,
      insert: db.prepare(
        `INSERT INTO "${name}" (${columns.map((c) => `"${c}"`).join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
      ),
      close: db.prepare(`UPDATE "${name}" SET "until" = ? WHERE stream = ? AND row_key = ? AND "until" IS NULL`),
    };
    tables.set(model, made);
    return made;
  };
  const cell = (value) =>
    typeof value === 'boolean'
      ? Number(value)
      : value !== null && typeof value === 'object'
        ? JSON.stringify(value)
        : (value ?? null);
  const prepared = batches.map((batch) =>
    batch.flatMap(({ model, closes, versions }) => {
      const { insert, close, columns } = table(model);
      return [
        ...closes.map(({ stream, key, until }) => [close, [until, stream, key]]),
        ...versions.map(({ stream, key, since, until, eventId, row }) => {
          const system = { stream, row_key: key, since, until, partition: 0, event_id: eventId };
          return [insert, columns.map((name) => (name in system ? system[name] : cell(row[name])))];
        }),
      ];
    }),
  );
  const begun = performance.now();
  for (const statements of prepared) {
    db.exec('BEGIN IMMEDIATE');
    for (const [statement, values] of statements) statement.run(...values);
    db.exec('COMMIT');
  }
  const took = performance.now() - begun;
  db.close();
  return (events * 1000) / took;
}

/** Folds all models from scratch into pending tables, and promotes them. */
export async function rebuilt(data, rowsIn, events) {
  const { rebuild } = await load('libs/engine/src/index.js');
  const { log, rows, models } = await openStores(data, rowsIn);
  const begun = performance.now();
  await rebuild(log, models, rows, { now });
  const took = performance.now() - begun;
  await rows.close();
  await log.close();
  return (events * 1000) / took;
}

export async function projecting() {
  const events = quick ? 2_000 : 20_000;
  const data = join(folder, 'projecting');
  await fillLog(data, events);
  for (const [what, size] of [
    ['projecting, 50 events a batch', 50],
    ['projecting, 500 events a batch', 500],
  ]) {
    const kept = [];
    await projected(data, join(folder, `kept-${size}`), size, kept);
    const ratio = await ratioOf(
      quick ? 1 : 3,
      (i) => written(data, join(folder, `written-${size}-${i}`), kept, events),
      (i) => projected(data, join(folder, `projected-${size}-${i}`), size, null),
    );
    note(`${what}, against the same row versions written raw`, ratio, 'ratio', 0.5);
  }
  const kept = [];
  await projected(data, join(folder, 'kept'), 500, kept);
  const ratio = await ratioOf(
    quick ? 1 : 3,
    (i) => written(data, join(folder, `written-${i}`), kept, events),
    (i) => rebuilt(data, join(folder, `rebuilt-${i}`), events),
  );
  note('rebuilding all read models, against the same row versions written raw', ratio, 'ratio', 0.5);
}
