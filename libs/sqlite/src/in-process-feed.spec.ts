import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { RecordedEvent } from '@entente/kernel';
import { anEvent } from '../../../test/contracts/event-store.js';
import { InProcessFeed } from './in-process-feed.js';
import { SqliteEventStore } from './sqlite-event-store.js';

const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 2));
};

describe('the feed within the process', () => {
  let folder: string;
  let store: SqliteEventStore;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'entente-feed-'));
    store = new SqliteEventStore({ folder });
  });
  afterEach(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });

  it('delivers what is there and what comes, in order, from where the consumer stands', async () => {
    await store.append('note/a', 'none', [anEvent(), anEvent(), anEvent()]);
    const seen: RecordedEvent[] = [];
    const feed = new InProcessFeed(store);
    const running = feed.subscribe({
      resume: () => Promise.resolve(1n),
      take: ({ events }) => Promise.resolve(void seen.push(...events)),
    });
    await until(() => seen.length === 2);
    await Promise.all(Array.from({ length: 50 }, (_, i) => store.append(`note/${i}`, 'none', [anEvent()])));
    await until(() => seen.length === 52);
    expect(seen.map((e) => Number(e.position))).toEqual(Array.from({ length: 52 }, (_, i) => i + 2));
    await running.stop();
    await store.append('note/a', 'any', [anEvent()]);
    expect(seen).toHaveLength(52);
  });

  it('delivers again from where the consumer stands when it could not take a batch, and says why meanwhile', async () => {
    await store.append('note/a', 'none', [anEvent(), anEvent()]);
    let tries = 0;
    const seen: bigint[] = [];
    const running = new InProcessFeed(store, 20).subscribe({
      resume: () => Promise.resolve(0n),
      take: ({ events }) => {
        if ((tries += 1) < 3) return Promise.reject(new Error('the database is away'));
        seen.push(...events.map((e) => e.position));
        return Promise.resolve();
      },
    });
    await until(() => running.fault() !== null);
    expect(running.fault()).toBe('the database is away');
    await until(() => seen.length === 2);
    expect([seen, tries]).toEqual([[1n, 2n], 3]);
    await running.stop();
  });
});
