import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { describeContract } from '../../../test/contracts/contract.js';
import { EVENT_FEED } from '../../../test/contracts/event-feed.js';
import { anEvent } from '../../../test/contracts/event-store.js';
import { SqliteEventStore } from '@entente/sqlite';
import type { FeedBatch, FeedSubscription } from './event-feed.js';
import { InProcessFeed } from './in-process-feed.js';

describeContract('EventFeed', EVENT_FEED, () => {
  const folder = mkdtempSync(join(tmpdir(), 'entente-feed-'));
  const store = new SqliteEventStore({ folder });
  const append = async (stream: string, count: number) => {
    await store.append(
      stream,
      'any',
      Array.from({ length: count }, () => anEvent()),
    );
  };
  const end = async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  };
  return Promise.resolve({ port: { feed: new InProcessFeed(store, 20), append, timeoutMs: 5000 }, end });
});

describe('the in-process feed', () => {
  let folder: string;
  let store: SqliteEventStore;
  let running: FeedSubscription;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'entente-feed-'));
    store = new SqliteEventStore({ folder });
  });
  afterEach(async () => {
    await running.stop();
    await store.close();
    rmSync(folder, { recursive: true });
  });
  const append = () => store.append('note/a', 'any', [anEvent()]);
  const begin = (feed: InProcessFeed, process: (batch: FeedBatch) => Promise<void>): void =>
    void (running = feed.subscribe({ startPosition: () => Promise.resolve(0n), process }));
  const until = async (holds: () => boolean): Promise<void> => {
    for (const end = Date.now() + 3000; !holds(); await pause(2)) if (Date.now() > end) throw new Error('in vain');
  };

  it('misses no commit that arrives while it delivers', async () => {
    await append();
    const seen: number[] = [];
    begin(new InProcessFeed(store), async ({ events }) => {
      if (seen.length === 0) await append();
      seen.push(...events.map(({ revision }) => revision));
    });
    await until(() => seen.length === 2);
    expect(seen).toEqual([0, 1]);
  });

  it('pauses after a fault, longer each time', async () => {
    await append();
    const tries: number[] = [];
    begin(new InProcessFeed(store, 20), () => {
      tries.push(performance.now());
      return Promise.reject(new Error('the database is away'));
    });
    await until(() => tries.length === 4);
    const pauses = tries.slice(1).map((at, i) => at - (tries[i] as number));
    expect(pauses.map((ms, i) => ms > 18 * 2 ** i)).toEqual([true, true, true]);
  });

  it('gathers events under load, and delivers a single event at once after a pause', async () => {
    let batches = 0;
    begin(new InProcessFeed(store, 20, 300), async () => {
      batches += 1;
      await pause(10);
    });
    await pause(320);
    for (let one = 1; one <= 3; one += 1) {
      const begun = performance.now();
      await append();
      await until(() => batches === one);
      expect(performance.now() - begun).toBeLessThan(150);
      await pause(20);
    }
    batches = 0;
    let appended = 0;
    for (const end = performance.now() + 700; performance.now() < end; appended += 1) {
      await append();
      await pause(2);
    }
    expect(appended).toBeGreaterThan(20);
    expect(batches).toBeLessThanOrEqual(5);
  });
});
