import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import {
  InProcessFeed,
  EventFeed,
  type FeedBatch,
  type FeedConsumer,
  EventStore,
  ReadModelStore,
  RefusalLog,
  rebuild,
} from '@entente/engine';
import { MODELS } from '@entente/read-models';
import { SqliteEventStore, SqliteLogReader } from '@entente/sqlite';
import { SqliteReadModelStore } from '@entente/typeorm';
import { importLog } from '../../apps/cli/src/move.js';
import { createStandalone, serveStandalone } from '../support/deployment.js';
import { caughtUp, propose } from '../support/standalone-process.js';
import { all } from '../contracts/event-store.js';
import { entente } from '../support/run-cli.js';
import { REACHED_APART, METHODS, MOMENTS, type Moment, failOnce } from '../support/fail-once.js';

const base = mkdtempSync(join(tmpdir(), 'entente-apart-'));
const folder = join(base, 'data');
/** What has failed, and when, as `Port.method when`. */
const failed = new Set<string>();
/** Makes a port's method fail once, and notes that it did once it is mended. */
function fail(name: string, of: object, when: Moment): () => boolean {
  const { mend } = failOnce(of, name.slice(name.indexOf('.') + 1), when);
  return () => {
    const was = mend();
    if (was) failed.add(`${name} ${when}`);
    return was;
  };
}

let app: NestFastifyApplication;
let url: string;
/** What the feed delivers to. */
let consumer: FeedConsumer;

beforeAll(async () => {
  app = await createStandalone(folder);
  const feed = app.get(EventFeed);
  const subscribe = feed.subscribe.bind(feed);
  feed.subscribe = (given) => {
    // As a class has them, so that a method that failed once is there again.
    consumer = Object.create({
      startPosition: (partition: number) => given.startPosition(partition),
      process: (batch: FeedBatch) => given.process(batch),
    }) as FeedConsumer;
    return subscribe(consumer);
  };
  await app.listen(0, '127.0.0.1');
  url = await app.getUrl();
  for (let n = 0; n < 20; n += 1) await propose(url, `p${n}`);
  await caughtUp(url);
});
afterAll(async () => {
  await app.close();
  rmSync(base, { recursive: true });
});

const rows = async (): Promise<unknown[]> => {
  const answer = await fetch(`${url}/v1/read-models/programmes?limit=100`);
  return ((await answer.json()) as { rows: { programme: string }[] }).rows.map(({ programme }) => programme);
};

describe('a single failure outside of the path of a command', () => {
  it.each(MOMENTS)('of the projection, %s it commits or resumes, leaves every event folded once', async (when) => {
    for (const method of ['process', 'startPosition'] as const) {
      const { mend } = failOnce(consumer, method, when);
      // It resumes only after a fault.
      const processing = method === 'startPosition' ? failOnce(consumer, 'process', 'before') : { mend: () => true };
      await propose(url, `${method.toLowerCase()}-${when}`);
      await caughtUp(url);
      expect([mend(), processing.mend()]).toEqual([true, true]);
      expect((await rows()).filter((id) => id === `norland.${method.toLowerCase()}-${when}`)).toHaveLength(1);
    }
    expect((await entente('compare', '--rebuilt', '--data', folder)).status).toBe(0);
  });

  it.each(MOMENTS)(
    'of an import, %s its events are stored, leaves no folder, and the next try fills it',
    async (when) => {
      const file = join(base, `log-${when}`);
      const data = join(base, `moved-${when}`);
      await entente('export', file, '--data', folder);
      let broken = true;
      let mend = (): boolean => false;
      const openStore = (into: string): EventStore => {
        const store = new SqliteEventStore({ folder: into });
        // Killed from here on, the folder would have no log, and be known as one that is not
        // filled.
        expect([existsSync(join(data, 'log.sqlite')), existsSync(join(data, '.filling'))]).toEqual([false, true]);
        if (broken) mend = fail('EventStore.importEvents', store, when);
        return store;
      };
      const output = { json: true, out: () => undefined, err: () => undefined };
      const move = () => importLog(file, data, `${data}.positions`, openStore, output);
      await expect(move()).rejects.toThrow(`failed ${when} importEvents`);
      expect([existsSync(data), mend()]).toEqual([false, true]);
      broken = false;
      await move();
      const moved = new SqliteEventStore({ folder: data });
      const ids = async (of: EventStore) => (await all(of.readLog(0n))).map(({ id }) => id);
      expect(await ids(moved)).toEqual(await ids(app.get(EventStore)));
      await moved.close();
    },
  );

  it.each(MOMENTS)('of the list of refused commands, %s it is read, leaves the next list complete', async (when) => {
    const refused = await fetch(`${url}/v1/programme/norland.p1/propose`, { method: 'POST', body: '{}' });
    expect(refused.status).not.toBe(201);
    const mend = fail('RefusalLog.list', app.get(RefusalLog), when);
    expect((await fetch(`${url}/v1/refusals`)).status).toBe(500);
    expect(mend()).toBe(true);
    expect((await fetch(`${url}/v1/refusals`)).status).toBe(200);
  });

  it('of a rebuild, in each method, leaves the active rows, and the next call promotes', async () => {
    const store = app.get(ReadModelStore);
    const models = MODELS.filter(({ name }) => name === 'programmes');
    const again = () => rebuild(app.get(EventStore), models, store, { now: () => '2026-06-01T12:00:00.000Z' });
    const methods = METHODS.filter((name) => name.startsWith('Rebuild.') && REACHED_APART.includes(name));
    const before = await rows();
    for (const when of MOMENTS)
      for (const name of ['ReadModelStore.rebuild', ...methods]) {
        const real = store.rebuild.bind(store);
        let mend = (): boolean => false;
        if (name === 'ReadModelStore.rebuild') mend = fail(name, store, when);
        else
          store.rebuild = async (...args) => {
            const filling = await real(...args);
            mend = fail(name, filling, when);
            return filling;
          };
        const over = await again().then(
          () => true,
          () => false,
        );
        expect([name, mend()]).toEqual([name, true]);
        Reflect.deleteProperty(store, 'rebuild');
        expect([when, name, await rows()]).toEqual([when, name, before]);
        if (!over) await again();
        expect(await rows()).toEqual(before);
      }
    await propose(url, 'after-rebuilds');
    await caughtUp(url);
    expect((await entente('compare', '--rebuilt', '--data', folder)).status).toBe(0);
  });

  it('to catch up before a cut-over makes a rebuild fold further and try again', async () => {
    const store = app.get(ReadModelStore);
    const real = store.rebuild.bind(store);
    let asked = 0;
    store.rebuild = async (...args) => {
      const filling = await real(...args);
      const cutOver = filling.cutOver.bind(filling);
      filling.cutOver = async () => {
        if ((asked += 1) === 1) {
          await propose(url, 'before-the-cut-over');
          await caughtUp(url);
        }
        return cutOver();
      };
      return filling;
    };
    const { version } = await store.positions('programmes');
    const models = MODELS.filter(({ name }) => name === 'programmes');
    await rebuild(app.get(EventStore), models, store, { now: () => '2026-06-01T12:00:00.000Z' });
    Reflect.deleteProperty(store, 'rebuild');
    expect([asked, (await store.positions('programmes')).version === version]).toEqual([2, false]);
    expect((await rows()).includes('norland.before-the-cut-over')).toBe(true);
  });

  const begin = async (data: string): Promise<[NestFastifyApplication, string]> => {
    const deployment = await serveStandalone(data);
    return [deployment, await deployment.getUrl()];
  };

  it.each(MOMENTS)('of a start, %s its step, is reported, and the next start succeeds', async (when) => {
    const data = join(base, `start-${when}`);
    const [first, at] = await begin(data);
    await propose(at, 'there');
    await caughtUp(at);
    await first.close();
    for (const [name, adapter] of [
      ['ReadModelStore.open', SqliteReadModelStore.prototype],
      ['EventFeed.subscribe', InProcessFeed.prototype],
    ] as const) {
      // What the end of its process would let go of.
      const begun: (() => Promise<void>)[] = [];
      const { head } = SqliteEventStore.prototype;
      const { subscribe } = InProcessFeed.prototype;
      SqliteEventStore.prototype.head = function (this: SqliteEventStore) {
        begun.push(() => this.close());
        return head.call(this);
      };
      InProcessFeed.prototype.subscribe = function (this: InProcessFeed, to: FeedConsumer) {
        const running = subscribe.call(this, to);
        begun.unshift(() => running.stop());
        return running;
      };
      const mend = fail(name, adapter, when);
      await expect(begin(data)).rejects.toThrow(`failed ${when} ${name.slice(name.indexOf('.') + 1)}`);
      expect(mend()).toBe(true);
      Object.assign(SqliteEventStore.prototype, { head });
      Object.assign(InProcessFeed.prototype, { subscribe });
      for (const end of begun) await end().catch(() => undefined);
      const [deployment, there] = await begin(data);
      await caughtUp(there);
      expect(
        ((await (await fetch(`${there}/v1/read-models/programmes`)).json()) as { rows: unknown[] }).rows,
      ).toHaveLength(1);
      await deployment.close();
    }
  });

  it.each(MOMENTS)(
    'of a close, %s its step, closes the rest, loses nothing, and the next start succeeds',
    async (when) => {
      for (const [name, token] of [
        ['RefusalLog.close', RefusalLog],
        ['ReadModelStore.close', ReadModelStore],
        ['EventStore.close', EventStore],
      ] as const) {
        const data = join(base, `${name}-${when}`);
        const [deployment, at] = await begin(data);
        const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => propose(at, `p${n}`)));
        expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
        const port: EventStore | ReadModelStore | RefusalLog = deployment.get(token as never);
        const mend = fail(name, port, when);
        await deployment.close();
        expect(mend()).toBe(true);
        const log = new SqliteLogReader(data);
        expect(await all(log.readLog(0n))).toHaveLength(20);
        await log.close();
        // What the end of its process would let go of; nothing else is left open.
        if (when === 'before') await port.close();
        const [again, there] = await begin(data);
        await caughtUp(there);
        await again.close();
      }
    },
  );

  it('is tried for every method that no load reaches, before and after its effect', () => {
    const wanted = REACHED_APART.flatMap((name) => MOMENTS.map((when) => `${name} ${when}`));
    expect(wanted.filter((one) => !failed.has(one))).toEqual([]);
  });
});
