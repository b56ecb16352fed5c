import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import {
  EventFeed,
  type FeedBatch,
  type FeedConsumer,
  EventStore,
  ReadModelStore,
  RefusalLog,
  rebuild,
} from '@entente/engine';
import { MODELS } from '@entente/read-models';
import { SqliteEventStore } from '@entente/sqlite';
import { importLog } from '../../apps/cli/src/move.js';
import { buildHouse } from '../../apps/standalone/src/house.js';
import { caughtUp, propose } from '../built-house.js';
import { BrokenReadModelStore } from '../contracts/broken-read-model-store.js';
import { all } from '../contracts/event-store.js';
import { entente } from '../entente.js';
import { allMethodsOf, failOnce } from '../fail-once.js';

const base = mkdtempSync(join(tmpdir(), 'entente-apart-'));
const folder = join(base, 'data');
const MOMENTS = ['before', 'after'] as const;
let app: NestFastifyApplication;
let url: string;
/** What the feed delivers to. */
let consumer: FeedConsumer;

beforeAll(async () => {
  app = await buildHouse(folder, 'fatal');
  const feed = app.get(EventFeed);
  const subscribe = feed.subscribe.bind(feed);
  feed.subscribe = (given) => {
    // As a class has them, so that a method that failed once is there again.
    consumer = Object.create({
      resume: (partition: number) => given.resume(partition),
      take: (batch: FeedBatch) => given.take(batch),
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

describe('what fails once apart from the path of a command', () => {
  it.each(MOMENTS)('the projection, %s it took or asked where to resume: every event is folded once', async (when) => {
    for (const method of ['take', 'resume'] as const) {
      const mend = failOnce(consumer, method, when);
      // It resumes only after a fault.
      const mendTake = method === 'resume' ? failOnce(consumer, 'take', 'before') : () => true;
      await propose(url, `${method}-${when}`);
      await caughtUp(url);
      expect([mend(), mendTake()]).toEqual([true, true]);
      expect((await rows()).filter((id) => id === `norland.${method}-${when}`)).toHaveLength(1);
    }
    expect((await entente('compare', '--rebuilt', '--data', folder)).status).toBe(0);
  });

  it.each(MOMENTS)(
    'an exported log, %s its events were adopted: there is no folder, and the next try fills it',
    async (when) => {
      const [file, data] = [join(base, `log-${when}`), join(base, `moved-${when}`)];
      await entente('export', file, '--data', folder);
      let broken = true;
      const openStore = (into: string): EventStore => {
        const store = new SqliteEventStore({ folder: into });
        if (broken) failOnce(store, 'adopt', when);
        return store;
      };
      const output = { json: true, out: () => undefined, err: () => undefined };
      const move = () => importLog(file, data, `${data}.positions`, openStore, output);
      await expect(move()).rejects.toThrow(`failed ${when} adopt`);
      expect(existsSync(data)).toBe(false);
      broken = false;
      await move();
      const moved = new SqliteEventStore({ folder: data });
      const ids = async (of: EventStore) => (await all(of.readLog(0n))).map(({ id }) => id);
      expect(await ids(moved)).toEqual(await ids(app.get(EventStore)));
      await moved.close();
    },
  );

  it.each(MOMENTS)('the list of refused commands, %s it was read: the next one is whole', async (when) => {
    const refused = await fetch(`${url}/v1/programme/norland.p1/propose`, { method: 'POST', body: '{}' });
    expect(refused.status).not.toBe(201);
    const mend = failOnce(app.get(RefusalLog), 'list', when);
    expect((await fetch(`${url}/v1/refusals`)).status).toBe(500);
    expect(mend()).toBe(true);
    expect((await fetch(`${url}/v1/refusals`)).status).toBe(200);
  });

  it('a rebuild, method by method: the rows of before serve, and the next call takes over', async () => {
    const store = app.get(ReadModelStore);
    const models = MODELS.filter(({ name }) => name === 'programmes');
    const again = () => rebuild(app.get(EventStore), models, store, { now: () => '2026-06-01T12:00:00.000Z' });
    const next = await new BrokenReadModelStore().rebuild();
    const methods = ['rebuild', ...allMethodsOf(Object.getPrototypeOf(next) as object)];
    expect(methods).toEqual(expect.arrayContaining(['rebuild', 'commit', 'cutOver', 'checkpoint', 'current']));
    const before = await rows();
    const called: string[] = [];
    for (const when of MOMENTS)
      for (const method of methods) {
        const real = store.rebuild.bind(store);
        let mend = (): boolean => false;
        if (method === 'rebuild') mend = failOnce(store, method, when);
        else
          store.rebuild = async (...args) => {
            const filling = await real(...args);
            mend = failOnce(filling, method, when);
            return filling;
          };
        const failed = await again().then(
          () => false,
          () => true,
        );
        if (mend()) called.push(method);
        Reflect.deleteProperty(store, 'rebuild');
        expect([when, method, await rows()]).toEqual([when, method, before]);
        if (failed) await again();
        expect(await rows()).toEqual(before);
      }
    expect(new Set(called)).toEqual(new Set(methods));
    await propose(url, 'after-rebuilds');
    await caughtUp(url);
    expect((await entente('compare', '--rebuilt', '--data', folder)).status).toBe(0);
  });
});
