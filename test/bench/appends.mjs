/**
 * Durable appends: against better-sqlite3 with nothing round it, and against a well-known event
 * store on SQLite.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { eventOf, folder, idOf, load, note, notMeasured, quick, ratioOf } from './measure.mjs';
import { emmett } from './emmett.mjs';

const ms = quick ? 150 : 500;

/** Runs waves for `time` milliseconds, after some that warm up. Returns appends per second. */
async function perSecond(waiting, wave, time = ms) {
  for (let i = 0; i < 20; i += 1) await wave();
  const begun = performance.now();
  let count = 0;
  while (performance.now() - begun < time) {
    await wave();
    count += waiting;
  }
  return (count * 1000) / (performance.now() - begun);
}

/** Appends in waves of `waiting` each, on a log in this folder. */
export async function ours(waiting, at, first = 0) {
  const { SqliteEventStore } = await load('libs/sqlite/src/index.js');
  const store = new SqliteEventStore({ folder: at });
  let n = first;
  const rate = await perSecond(waiting, () =>
    Promise.all(
      Array.from({ length: waiting }, () => {
        n += 1;
        return store.append(`note/${n}`, 'none', [eventOf(n)]);
      }),
    ),
  );
  await store.close();
  return [rate, n];
}

/** The same bytes into the same table with the same indices, in transactions of the same size. */
async function raw(waiting, file) {
  const db = new Database(file);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.exec(`CREATE TABLE events (position INTEGER PRIMARY KEY AUTOINCREMENT, stream TEXT NOT NULL, revision INTEGER NOT NULL, id TEXT NOT NULL, type TEXT NOT NULL,
    version INTEGER NOT NULL, recorded_at TEXT NOT NULL, data TEXT NOT NULL, metadata TEXT NOT NULL);
    CREATE UNIQUE INDEX events_by_stream ON events (stream, revision); CREATE INDEX events_by_time ON events (recorded_at);`);
  const insert = db.prepare(
    'INSERT INTO events (stream, revision, id, type, version, recorded_at, data, metadata) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
  );
  let n = 0;
  const wave = db.transaction(() => {
    const recordedAt = new Date().toISOString();
    for (let i = 0; i < waiting; i += 1) {
      n += 1;
      const { data, metadata } = eventOf(n);
      const kept = [JSON.stringify(data), JSON.stringify({ ...metadata, recordedAt })];
      insert.run(`note/${n}`, 0, idOf(n), 'FundsPledged', 1, recordedAt, ...kept);
    }
  });
  const rate = await perSecond(waiting, () => wave());
  db.close();
  return rate;
}

const gone = (path) => rmSync(path, { recursive: true, force: true });

export async function appends() {
  for (const waiting of [1, 8, 64, 512]) {
    const mine = join(folder, `ours-${waiting}`);
    const limit = join(folder, `raw-${waiting}.sqlite`);
    const ratio = await ratioOf(
      quick ? 1 : 5,
      async () => {
        const rate = await raw(waiting, limit);
        for (const tail of ['', '-wal', '-shm']) gone(`${limit}${tail}`);
        return rate;
      },
      async () => {
        const [rate] = await ours(waiting, mine);
        gone(mine);
        return rate;
      },
    );
    note(`durable append, ${waiting} waiting, against raw better-sqlite3`, ratio, 'ratio', 0.8);
  }
}

/** One append after the other, each durable: side by side the peer answers SQLITE_BUSY. */
export async function appendsAgainstEmmett() {
  const name = 'the same appends, one after the other, against emmett-sqlite';
  const peer = await emmett();
  if ('why' in peer) return notMeasured(name, 'ratio', 5, peer.why);
  for (const oneConnection of [false, true]) {
    const at = (i) => join(folder, `emmett-${oneConnection}-${i}`);
    const ratio = await ratioOf(
      quick ? 1 : 3,
      (i) => peer.perSecond(`${at(i)}.sqlite`, quick ? 300 : 2000, oneConnection),
      async (i) => (await ours(1, at(i)))[0],
    );
    note(
      oneConnection ? '  the same, all of its appends on one connection kept open' : name,
      ratio,
      'ratio',
      oneConnection ? null : 5,
    );
  }
}
