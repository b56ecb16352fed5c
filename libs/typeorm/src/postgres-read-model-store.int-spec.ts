import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { createStandaloneApp } from '@entente/embedded';
import {
  type EventFeed,
  type FeedConsumer,
  Projector,
  type ReadModelStore,
  type RowQuery,
  partitionOf,
  replay,
} from '@entente/engine';
import type { RecordedEvent } from '@entente/kernel';
import { MODELS, VIEWS } from '@entente/read-models';
import { SqliteLogReader } from '@entente/sqlite';
import { describeContract } from '../../../test/contracts/contract.js';
import { READ_MODEL_STORE, byWord, promises, words } from '../../../test/contracts/read-model-store.js';
import { eventCounts } from '../../../test/support/event-pipeline.js';
import { postgresForTests } from '../../../test/support/postgres.js';
import { PostgresReadModelStore } from './postgres-read-model-store.js';
import { SqliteReadModelStore } from './sqlite-read-model-store.js';
import { loadExample } from '../../../test/support/example-data.js';

const postgres = postgresForTests();
const now = (): string => '2026-06-01T12:00:00.000Z';

const opened = async (url: string, { partitions = 1, log = 'log-1' } = {}): Promise<PostgresReadModelStore> => {
  const store = new PostgresReadModelStore({ url, models: [words, promises], views: [byWord], partitions });
  await store.open(log);
  return store;
};

describe.each([1, 3])('the PostgreSQL read model store in %i partitions', (partitions) => {
  describeContract('ReadModelStore', READ_MODEL_STORE, async () => {
    const port = await opened(await postgres.database(), { partitions });
    return { port, end: () => port.close() };
  });
});

const row = { word: 'x', shade: null, amount: 1, loud: false, parts: [] };
const batch = (from: bigint, to: bigint, partition = 0) => ({
  model: 'words',
  partition,
  from,
  to,
  closes: [],
  parked: [],
  versions: [{ stream: `note/p${partition}`, key: String(to), since: to, until: null, eventId: `e${to}`, row }],
});
const everything: RowQuery = { where: [], sort: [], limit: 1000 };
const keysOf = async (store: ReadModelStore) => (await store.query('words', everything)).rows.map(({ key }) => key);

describe('the PostgreSQL read model store', () => {
  it('refuses rows of an older format, and names the remedy', async () => {
    const url = await postgres.database();
    await (await opened(url)).close();
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query('UPDATE entente.store_info SET format = 1');
    await client.end();
    await expect(opened(url)).rejects.toThrow('written by an older Entente (format 1): drop the schema entente');
  });

  it('fences other processes, notifies them, and follows the catalog version', async () => {
    const url = await postgres.database();
    const one = await opened(url);
    const other = await opened(url);
    const notified = new Promise((resolve) => other.onCommit((models) => resolve([...models])));
    expect(await one.commit([batch(0n, 1n)])).toBe(true);
    expect(await notified).toEqual(['words']);
    expect(await other.commit([batch(0n, 2n)])).toBe(false);
    expect(await keysOf(other)).toEqual(['note/p0#1']);
    // Two concurrent batches on one checkpoint: one of them is committed.
    const kept = await Promise.all([one.commit([batch(1n, 2n)]), other.commit([batch(1n, 3n)])]);
    expect(kept.filter(Boolean)).toHaveLength(1);
    const next = await one.rebuild(['words'], false);
    await next.commit([batch(0n, 3n)]);
    expect(await next.cutOver()).toBe(true);
    // A store that has not seen the new catalog version commits nothing to retired tables, and
    // answers from the active ones.
    expect(await other.commit([batch(3n, 4n)])).toBe(false);
    expect(await keysOf(other)).toEqual(['note/p0#3']);
    await one.close();
    await other.close();
  });

  it('reads and writes two thousand events with as many statements as one', async () => {
    const url = await postgres.database();
    const store = new PostgresReadModelStore({ url, models: [eventCounts], views: [], partitions: 1 });
    await store.open('log-1');
    const fed: FeedConsumer[] = [];
    const byHand = {
      partitions: 1,
      subscribe: (to: FeedConsumer) => {
        fed.push(to);
        return { stop: () => Promise.resolve(), fault: () => null, head: () => Promise.resolve(0n) };
      },
    } as unknown as EventFeed;
    new Projector([eventCounts], byHand, store, now).start();
    const [consumer] = fed as [FeedConsumer];
    await consumer.startPosition(0);
    const asked = jest.spyOn(pg.Client.prototype, 'query');
    const revisions = new Map<string, number>();
    let at = 0n;
    /** The number of statements for a number of events, spread over a number of streams. */
    const statements = async (count: number, streams: number): Promise<number> => {
      const events = Array.from({ length: count }, (_, i) => {
        const stream = `note/s${i % streams}`;
        const revision = (revisions.get(stream) ?? -1) + 1;
        revisions.set(stream, revision);
        return { id: `${stream}-${revision}`, stream, revision, position: (at += 1n), type: 'NoteTaken' };
      }) as unknown as RecordedEvent[];
      asked.mockClear();
      await consumer.process({ partition: 0, events, through: at });
      // The notification of other processes may follow the batch at any time.
      const texts = asked.mock.calls.map(([query]) =>
        typeof query === 'string' ? query : (query as pg.QueryConfig).text,
      );
      return texts.filter((text) => !text.includes('pg_notify')).length;
    };
    try {
      await statements(500, 500);
      const one = await statements(1, 1);
      expect(one).toBeGreaterThan(3);
      expect(await statements(2000, 500)).toBe(one);
      expect(await store.parked()).toEqual([]);
      const [{ folded } = {}] = await postgres.query(
        url,
        'SELECT SUM(amount) AS folded FROM entente.words_v1_g1 WHERE until IS NULL',
      );
      expect(Number(folded)).toBe(2501);
    } finally {
      asked.mockRestore();
      await store.close();
    }
  });

  it('answers as of a position of each partition', async () => {
    const store = await opened(await postgres.database(), { partitions: 3 });
    expect(await store.commit([batch(0n, 5n, 0), batch(0n, 9n, 2)])).toBe(true);
    expect((await store.positions('words')).positions).toEqual([5n, 0n, 9n]);
    await store.commit([batch(0n, 7n, 1), batch(5n, 10n, 0)]);
    const at = async (...positions: bigint[]) =>
      (await store.query('words', { ...everything, positions })).rows.map(({ key }) => key);
    expect(await at(5n, 0n, 9n)).toEqual(['note/p0#5', 'note/p2#9']);
    expect(await at(7n, 7n, 7n)).toEqual(['note/p0#5', 'note/p1#7']);
    const { changes, positions } = await store.changes('words', [5n, 0n, 9n]);
    expect([positions, changes.map(({ key }) => key).sort()]).toEqual([
      [10n, 7n, 9n],
      ['note/p0#10', 'note/p1#7'],
    ]);
    expect((await store.changes('words', [5n, 0n, 9n], [5n, 7n, 9n])).changes.map(({ key }) => key)).toEqual([
      'note/p1#7',
    ]);
    await store.close();
  });

  it('closes while a reader has left a whole query open, whose rows then are away', async () => {
    const store = await opened(await postgres.database());
    await store.commit([batch(0n, 1n)]);
    const scan = await store.scan('words', { where: [], sort: [] });
    await store.close();
    await expect(scan.next()).rejects.toMatchObject({ code: 'rows-away' });
    await scan.close();
  });

  it('reads a whole query to its end beside a cut-over, which does not wait for it', async () => {
    const url = await postgres.database();
    const one = await opened(url);
    const other = await opened(url);
    await one.commit([batch(0n, 1n)]);
    const scan = await one.scan('words', { where: [], sort: [] });
    const next = await other.rebuild(['words'], false);
    await next.commit([batch(0n, 3n)]);
    expect(await next.cutOver()).toBe(true);
    expect((await scan.next()).map(({ key }) => key)).toEqual(['note/p0#1']);
    expect(await scan.next()).toEqual([]);
    await scan.close();
    expect(await keysOf(one)).toEqual(['note/p0#3']);
    await one.close();
    await other.close();
  });

  it('works again after every connection was broken, for readers, writers and listeners', async () => {
    const url = await postgres.database();
    const one = await opened(url);
    const other = await opened(url);
    await one.commit([batch(0n, 1n)]);
    await keysOf(other);
    await postgres.query(
      url,
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    );
    const again = async <T>(work: () => Promise<T>): Promise<T> => {
      for (let tries = 0; ; tries += 1)
        try {
          return await work();
        } catch (error) {
          expect(error).toMatchObject({ code: 'rows-away', retryAfter: 1 });
          if (tries === 20) throw error;
        }
    };
    expect(await again(() => keysOf(other))).toEqual(['note/p0#1']);
    const notified = new Promise((resolve) => other.onCommit(resolve));
    expect(await again(() => one.commit([batch(1n, 2n)]))).toBe(true);
    for (let at = 2n, over = false; !over; at += 1n) {
      over = await Promise.race([
        notified.then(() => true),
        new Promise<false>((done) => setTimeout(() => done(false), 100)),
      ]);
      if (!over) await again(() => one.commit([batch(at, at + 1n)]));
    }
    await one.close();
    await other.close();
  });

  it('refuses rows of another log or partition count, and a database with another text order', async () => {
    const url = await postgres.database();
    await (await opened(url)).close();
    await expect(opened(url, { log: 'log-2' })).rejects.toThrow('holds the rows of another log (log-1, not log-2)');
    await expect(opened(url, { partitions: 4 })).rejects.toThrow('folded in 1 partitions, and the log has 4');
    const english = await postgres.database(`LOCALE_PROVIDER icu ICU_LOCALE 'en' TEMPLATE template0`);
    await expect(opened(english)).rejects.toThrow('make one with locale C');
    await expect(opened(url.replace(/\/[^/]*$/, '/nowhere'))).rejects.toThrow('does not exist');
    await expect(opened('postgres://entente@127.0.0.1:1/entente')).rejects.toMatchObject({ code: 'rows-away' });
  });
});

describe('the example data, in twelve partitions on PostgreSQL and one on SQLite', () => {
  const folder = mkdtempSync(join(tmpdir(), 'entente-alike-'));
  let log: SqliteLogReader;
  const stores: ReadModelStore[] = [];
  beforeAll(async () => {
    const deployment = await createStandaloneApp({ folder: join(folder, 'deployment'), logLevel: 'fatal' });
    await deployment.listen(0, '127.0.0.1');
    await loadExample(deployment, '2026-11-24');
    await deployment.close();
    log = new SqliteLogReader(join(folder, 'deployment'));
    const of = { models: MODELS, views: VIEWS };
    stores.push(new SqliteReadModelStore({ ...of, folder: join(folder, 'rows') }));
    stores.push(new PostgresReadModelStore({ ...of, url: await postgres.database(), partitions: 12 }));
    for (const store of stores) {
      await store.open(log.id);
      await replay(log, MODELS, store, await log.head(), now);
    }
  });
  afterAll(async () => {
    for (const store of stores) await store.close();
    await log.close();
    rmSync(folder, { recursive: true });
  });

  it('gives the same rows, pages, totals, changes and origins in every read model, as of any position', async () => {
    const head = await log.head();
    let seen = 0;
    for (const { name, columns, key } of (stores[0] as ReadModelStore).names())
      for (const position of [head, head - 1n, head / 2n, 7n]) {
        const notified = stores.map(async (store) => {
          const positions = Array<bigint>(store.partitions).fill(position);
          const { rows } = await store.query(name, { ...everything, positions });
          const [sorted = key[0] as string] = Object.keys(columns).filter((column) => columns[column] === 'amount');
          const sort = [{ column: sorted, descending: true }];
          const page = await store.query(name, { ...everything, sort, limit: 2, positions });
          const last = page.rows.at(-1);
          const next =
            last === undefined
              ? []
              : (await store.query(name, { ...everything, sort, limit: 3, positions, afterRow: last })).rows;
          const totals = await store.totals(name, [], positions);
          const since = Array<bigint>(store.partitions).fill(position - 5n < 0n ? 0n : position - 5n);
          const { changes } = await store.changes(name, since, positions);
          const origins = await Promise.all(
            rows.slice(0, 5).map((one) => store.origins(name, one.key, { positions, limit: 1000 })),
          );
          seen += rows.length;
          return {
            rows,
            page: page.rows,
            next,
            totals,
            changes: [...changes].sort((a, b) => (a.key < b.key ? -1 : 1)),
            origins,
          };
        });
        const [embedded, distributed] = await Promise.all(notified);
        expect([name, position, distributed]).toEqual([name, position, embedded]);
      }
    expect(seen).toBeGreaterThan(300);
  });

  it('is spread over the partitions', async () => {
    const { rows } = await (stores[1] as ReadModelStore).query('journal', everything);
    const partitions = new Set(rows.map(({ source }) => partitionOf(source?.stream ?? '', 12)));
    expect(partitions.size).toBeGreaterThan(3);
  });
});
