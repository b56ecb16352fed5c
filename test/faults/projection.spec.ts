import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  InProcessFeed,
  handles,
  EventFeed,
  type FeedBatch,
  type FeedConsumer,
  type FeedSubscription,
  Projector,
  ReadModelStore,
  replay,
  retryParked,
} from '@entente/engine';
import type { AnyProjection, RecordedEvent } from '@entente/kernel';
import { MODELS, VIEWS } from '@entente/read-models';
import { SqliteEventStore } from '@entente/sqlite';
import { SqliteReadModelStore } from '@entente/typeorm';
import { all } from '../contracts/event-store.js';
import { serveStandalone } from '../support/deployment.js';
import { loadExample } from '../support/example-data.js';

const now = () => '2026-06-01T12:00:00.000Z';
const folders: string[] = [];
const newFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'entente-projection-'));
  folders.push(folder);
  return folder;
};
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A feed that delivers the events of the test when the test calls it. */
class ByHand extends EventFeed {
  readonly partitions = 1;
  private consumer: FeedConsumer | null = null;
  subscribe(consumer: FeedConsumer): FeedSubscription {
    this.consumer = consumer;
    return { head: () => Promise.resolve(0n), fault: () => null, stop: () => Promise.resolve() };
  }
  resume(): Promise<bigint> {
    return (this.consumer as FeedConsumer).startPosition(0);
  }
  async deliver(events: readonly RecordedEvent[]): Promise<void> {
    const batch: FeedBatch = { partition: 0, events, through: events.at(-1)?.position ?? 0n };
    await (this.consumer as FeedConsumer).process(batch);
  }
}

async function openRows(folder: string, models: readonly AnyProjection[] = MODELS): Promise<SqliteReadModelStore> {
  const rows = new SqliteReadModelStore({ folder, models, views: models === MODELS ? VIEWS : [] });
  await rows.open('log');
  return rows;
}

/** All that is kept of every model, by key, with where each version begins. */
async function contents(rows: ReadModelStore): Promise<unknown> {
  const out: Record<string, unknown> = {};
  for (const { name } of rows.names())
    out[name] = (await rows.query(name, { where: [], sort: [], limit: 1000 })).rows.map(({ key, columns, source }) => [
      key,
      columns,
      String(source?.since),
    ]);
  return out;
}

let log: RecordedEvent[];
let logFolder: string;
beforeEach(async () => {
  const folder = newFolder();
  logFolder = folder;
  const deployment = await serveStandalone(folder);
  await loadExample(deployment);
  await deployment.close();
  const store = new SqliteEventStore({ folder });
  log = await all(store.readLog(0n));
  await store.close();
});

async function foldedWhole(): Promise<unknown> {
  const rows = await openRows(newFolder());
  const feed = new ByHand();
  new Projector(MODELS, feed, rows, now).start();
  await feed.resume();
  await feed.deliver(log);
  const whole = await contents(rows);
  await rows.close();
  return whole;
}

describe('the projector', () => {
  it('gives the same rows if it restarts again and again, with earlier events delivered again', async () => {
    const whole = await foldedWhole();
    const folder = newFolder();
    /** Of each eight positions another one. */
    const stops = log.flatMap((_, n) => (n % 8 === Math.floor(n / 8) % 8 || n === log.length - 1 ? [n + 1] : []));
    for (const [n, at] of stops.entries()) {
      const before = stops[n - 1] ?? 0;
      const rows = await openRows(folder);
      const feed = new ByHand();
      new Projector(MODELS, feed, rows, now).start();
      expect(await feed.resume()).toBe(before === 0 ? 0n : (log[before - 1] as RecordedEvent).position);
      await feed.deliver(log.slice(Math.max(0, before - 3), at));
      await rows.close();
    }
    const rows = await openRows(folder);
    expect(await contents(rows)).toEqual(whole);
    await rows.close();
  });

  it('ignores a batch that it has folded before', async () => {
    const whole = await foldedWhole();
    const rows = await openRows(newFolder());
    const feed = new ByHand();
    new Projector(MODELS, feed, rows, now).start();
    await feed.resume();
    for (const size of [1, 7, 20]) await feed.deliver(log.slice(0, size));
    await feed.deliver(log.slice(0, 7));
    await feed.deliver(log);
    await feed.deliver(log);
    expect(await contents(rows)).toEqual(whole);
    await rows.close();
  });

  it('is fenced by another that moved the checkpoint, and resumes from there', async () => {
    const rows = await openRows(newFolder());
    const first = new ByHand();
    const second = new ByHand();
    new Projector(MODELS, first, rows, now).start();
    new Projector(MODELS, second, rows, now).start();
    await first.resume();
    await second.resume();
    await first.deliver(log.slice(0, 10));
    await expect(second.deliver(log.slice(0, 12))).rejects.toThrow('another worker');
    expect(await second.resume()).toBe((log[9] as RecordedEvent).position);
    await second.deliver(log);
    expect(await contents(rows)).toEqual(await foldedWhole());
    await rows.close();
  });

  it.each([
    ['after a restart', true],
    ['in the next batch', false],
  ])('parks the stream of an event that fails, marks its rows, and folds the others, also %s', async (_, restarted) => {
    const poisoned = (log.find(({ type }) => type === 'MilestoneMet') as RecordedEvent).id;
    const models = MODELS.map((model) => ({
      ...model,
      evolve: (...args: unknown[]) => {
        if (model.name === 'milestones' && (args[1] as RecordedEvent).id === poisoned) throw new RangeError('poison');
        return (model.evolve as unknown as (...all: unknown[]) => unknown)(...args);
      },
    })) as unknown as AnyProjection[];
    const folder = newFolder();
    let rows = await openRows(folder, models);
    let feed = new ByHand();
    let projector = new Projector(models, feed, rows, now);
    projector.start();
    await feed.resume();
    const cut = log.findIndex(({ id }) => id === poisoned) + 1;
    await feed.deliver(log.slice(0, cut));
    if (restarted) {
      await rows.close();
      rows = await openRows(folder, models);
      feed = new ByHand();
      projector = new Projector(models, feed, rows, now);
      projector.start();
      await feed.resume();
    }
    await feed.deliver(log);
    expect(await rows.parked()).toMatchObject([
      { model: 'milestones', eventId: poisoned, error: 'RangeError: poison', since: now() },
    ]);
    const milestones = (await rows.query('milestones', { where: [], sort: [], limit: 9 })).rows;
    expect(
      milestones.map(({ columns, parkedSince }) => [columns['milestone'], columns['status'], parkedSince]),
    ).toEqual([
      ['first-course', 'planned', now()],
      ['handover', 'planned', now()],
    ]);
    expect((await rows.query('programmes', { where: [], sort: [], limit: 9 })).rows[0]?.columns['milestones_met']).toBe(
      1,
    );
    expect(projector.status().find(({ model }) => model === 'milestones')).toMatchObject({
      parked: 1,
      stopped: null,
    });
    await rows.close();
  });

  it.each([
    ['are folded', 0],
    ['were folded meanwhile', 2],
  ])('clears a parked stream up to where the others %s, and no further', async (_, meanwhile) => {
    const poisoned = (log.find(({ type }) => type === 'MilestoneReplanned') as RecordedEvent).id;
    const broken = MODELS.map((model) => ({
      ...model,
      evolve: (...args: unknown[]) => {
        if (model.name === 'milestones' && (args[1] as RecordedEvent).id === poisoned) throw new RangeError('poison');
        return (model.evolve as unknown as (...all: unknown[]) => unknown)(...args);
      },
    })) as unknown as AnyProjection[];
    const folder = newFolder();
    const cut = log.findIndex(({ id }) => id === poisoned) + 1;
    const first = await openRows(folder, broken);
    const before = new ByHand();
    new Projector(broken, before, first, now).start();
    await before.resume();
    await before.deliver(log.slice(0, cut));
    await first.close();
    const rows = await openRows(folder);
    const feed = new ByHand();
    new Projector(MODELS, feed, rows, now).start();
    await feed.resume();
    const store = new SqliteEventStore({ folder: logFolder });
    const commit = rows.commit.bind(rows);
    rows.commit = async (...args) => {
      rows.commit = commit;
      await feed.deliver(log.slice(0, cut + meanwhile));
      return commit(...args);
    };
    expect(await retryParked(store, MODELS, rows, now)).toMatchObject([{ model: 'milestones', error: null }]);
    expect(await rows.parked()).toEqual([]);
    // A projector that still leaves the stream out cannot commit.
    await expect(feed.deliver(log)).rejects.toThrow('changed the active tables');
    await feed.resume();
    await feed.deliver(log);
    expect(await contents(rows)).toEqual(await foldedWhole());
    await rows.close();
    await store.close();
  });

  it('reads no row but the head of a model whose rows have one event each', async () => {
    const once = MODELS.filter((model) => model.appendOnly === true);
    expect(once.length).toBeGreaterThan(0);
    for (const model of once) {
      const made = log.flatMap((event) =>
        (model as unknown as { touches(of: RecordedEvent): readonly string[] })
          .touches(event)
          .filter((key) => key !== '')
          .map((key) => `${event.stream}#${key}`),
      );
      expect(new Set(made).size).toBe(made.length);
    }
    const rows = await openRows(newFolder());
    const isRow = ({ head }: { readonly head?: boolean }, key: string): boolean => head !== true || key !== '';
    const read = new Set<string>();
    const current = rows.current.bind(rows);
    rows.current = (model, ids) => {
      if (ids.some(({ key }) => isRow(model, key))) read.add(model.name);
      return current(model, ids);
    };
    const feed = new ByHand();
    new Projector(MODELS, feed, rows, now).start();
    await feed.resume();
    await feed.deliver(log);
    expect([...read].sort()).toEqual(
      MODELS.filter(
        (model) =>
          model.appendOnly !== true &&
          log.some((event) => handles(model, event) && model.touches(event).some((key) => isRow(model, key))),
      )
        .map(({ name }) => name)
        .sort(),
    );
    await rows.close();
  });

  it('stops a model with too many parked streams, and folds the others', async () => {
    const broken = MODELS.map((model) => ({
      ...model,
      touches: (event: RecordedEvent) => {
        if (model.name === 'journal') throw new Error('broken');
        return model.touches(event);
      },
    })) as unknown as AnyProjection[];
    const rows = await openRows(newFolder(), broken);
    const feed = new ByHand();
    const projector = new Projector(broken, feed, rows, now, 2);
    projector.start();
    await feed.resume();
    await feed.deliver(log);
    expect(projector.status().find(({ model }) => model === 'journal')?.stopped).toContain('parked streams');
    expect((await rows.query('programmes', { where: [], sort: [], limit: 9 })).rows).toHaveLength(2);
    await rows.close();
  });

  it('commits a batch that it could not commit once the rows can be written again', async () => {
    const folder = newFolder();
    const store = new SqliteEventStore({ folder });
    await store.append('note/a', 'none', [
      { ...(log[0] as RecordedEvent), id: '00000000-0000-5000-8000-000000000001' },
    ]);
    const rows = await openRows(newFolder());
    const kept = rows.commit.bind(rows);
    let away = true;
    rows.commit = (...args) => (away ? Promise.reject(new Error('the database is away')) : kept(...args));
    const projector = new Projector(MODELS, new InProcessFeed(store, 5), rows, now);
    projector.start();
    while (projector.fault() === null) await new Promise((resolve) => setTimeout(resolve, 2));
    expect((await rows.checkpoints()).get('journal')?.[0]).toBe(0n);
    away = false;
    while ((await rows.checkpoints()).get('journal')?.[0] === 0n)
      await new Promise((resolve) => setTimeout(resolve, 2));
    expect((await rows.query('journal', { where: [], sort: [], limit: 9 })).rows).toHaveLength(1);
    await projector.stop();
    await rows.close();
    await store.close();
  });

  it('replays to any position the rows of that position', async () => {
    const folder = newFolder();
    const deployment = await serveStandalone(folder);
    await loadExample(deployment);
    await deployment.close();
    const store = new SqliteEventStore({ folder });
    const served = new SqliteReadModelStore({ folder, models: MODELS, views: VIEWS });
    await served.open(store.id);
    for (const at of [1n, 9n, 23n, 40n]) {
      const rows = new SqliteReadModelStore({ folder: newFolder(), models: MODELS, views: VIEWS });
      await rows.open(store.id);
      await replay(store, MODELS, rows, at, now);
      for (const { name } of served.names()) {
        const query = { where: [], sort: [], limit: 1000, positions: [at] };
        const then = await served.query(name, query);
        const replayed = await rows.query(name, query);
        expect(replayed.rows).toEqual(then.rows);
        expect(await rows.totals(name, [], [at])).toEqual(await served.totals(name, [], [at]));
      }
      await rows.close();
    }
    await served.close();
    await store.close();
  });
});
