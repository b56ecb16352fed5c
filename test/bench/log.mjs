/**
 * A log of a given number of events to measure on: accounts of five hundred events each, money
 * pledged over ten periods.
 */
import { eventOf, load } from './measure.mjs';
import { ACCOUNT } from './measure.mjs';

const PER_ACCOUNT = 500;

/** The appends of such a log, ten events in each. */
function* appendsOf(events) {
  let n = 0;
  while (n < events) {
    const stream = `funding-account/norland.m-${String(Math.floor(n / PER_ACCOUNT)).padStart(5, '0')}`;
    for (let k = 0; k < PER_ACCOUNT && n < events; k += 10) {
      const some = [];
      for (let i = k; i < k + 10; i += 1) {
        n += 1;
        some.push(
          i === 0
            ? eventOf(n, 'FundingAccountOpened', ACCOUNT)
            : eventOf(n, 'FundsPledged', { amount: 1000 + (n % 977), period: String(2017 + (i % 10)) }),
        );
      }
      yield [stream, k === 0 ? 'none' : k - 1, some];
    }
  }
}

/** Fills an empty folder's log. */
export async function fillLog(folder, events) {
  const { SqliteEventStore } = await load('libs/sqlite/src/index.js');
  const store = new SqliteEventStore({ folder });
  let wave = [];
  for (const one of appendsOf(events)) {
    wave.push(store.append(...one));
    if (wave.length < 200) continue;
    await Promise.all(wave);
    wave = [];
  }
  await Promise.all(wave);
  await store.close();
}

/**
 * Fills an empty event store's log: some accounts at once, and each one's appends one after the
 * other.
 */
export async function fillEventStore(url, events) {
  const { EventStoreDbStore } = await load('libs/eventstoredb/src/index.js');
  const store = await EventStoreDbStore.connect({ url });
  const accounts = Map.groupBy(appendsOf(events), ([stream]) => stream).values();
  const line = async () => {
    for (const appends of accounts)
      for (const one of appends) {
        const { ok } = await store.append(...one);
        if (!ok) throw new Error(`an append to ${one[0]} was not taken`);
      }
  };
  await Promise.all(Array.from({ length: 16 }, line));
  await store.close();
}

/** Opens the log for reading, and the rows of all models for writing. */
export async function openStores(folder, rowsIn = folder) {
  const { SqliteLogReader } = await load('libs/sqlite/src/index.js');
  const { SqliteReadModelStore } = await load('libs/typeorm/src/index.js');
  const { MODELS, VIEWS } = await load('libs/read-models/src/index.js');
  const log = new SqliteLogReader(folder);
  const rows = new SqliteReadModelStore({ folder: rowsIn, models: MODELS, views: VIEWS });
  await rows.open(log.id, await log.head());
  return { log, rows, models: MODELS };
}
