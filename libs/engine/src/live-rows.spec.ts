import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SqliteReadModelStore } from '@entente/typeorm';
import { byWord, promises, words } from '../../../test/contracts/read-model-store.js';
import { LiveRows, type Resume, type LiveUpdate } from './live-rows.js';
import type { RowSink } from './read-model-store.js';

describe('live rows', () => {
  let folder: string;
  let store: SqliteReadModelStore;
  let live: LiveRows;
  let queries = 0;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'entente-live-'));
    store = new SqliteReadModelStore({ folder, models: [words, promises], views: [byWord] });
    await store.open('log');
    await keep(store, 1n);
    queries = 0;
    const query = store.query.bind(store);
    store.query = (...asked) => {
      queries += 1;
      return query(...asked);
    };
    live = new LiveRows(store);
  });
  afterEach(async () => {
    live.close();
    await store.close();
    rmSync(folder, { recursive: true });
  });

  /** Stores a new row at this position. */
  async function keep(sink: RowSink, at: bigint): Promise<void> {
    const row = { word: `w${at}`, shade: null, amount: 1, loud: false, parts: [] };
    const version = { stream: `note/${at}`, key: '', since: at, until: null, eventId: `e${at}`, row };
    const batch = { model: 'words', partition: 0, from: at - 1n, to: at, closes: [], versions: [version], parked: [] };
    expect(await sink.commit([batch])).toBe(true);
  }
  const follow = async (limit = 100, resume: Resume | null = null): Promise<LiveUpdate[]> => {
    const updates: LiveUpdate[] = [];
    await live.follow(
      'words',
      { where: [], limit, resume },
      (update) => void updates.push(update),
      (error) => expect(error).toBe('never lost'),
    );
    return updates;
  };
  const shown = (updates: readonly LiveUpdate[]) =>
    updates.flatMap((update) => (update.type === 'rows' ? [update.rows.length] : []));

  it('are read once for all readers with the same query, and again when the rows have moved', async () => {
    const one = await follow();
    const other = await follow();
    expect([shown(one), shown(other), queries]).toEqual([[1], [1], 1]);
    await keep(store, 2n);
    while (one.at(-1)?.type !== 'changes') await new Promise(setImmediate);
    expect([shown(await follow()), queries]).toEqual([[2], 2]);
  });

  it('keep the results of at most thirty-two different queries', async () => {
    for (let limit = 1; limit <= 32; limit += 1) await follow(limit);
    await follow(1);
    expect(queries).toBe(32);
    await follow(33);
    await follow(1);
    expect(queries).toBe(34);
  });

  it('are read again after a failed read', async () => {
    const { query } = store;
    store.query = () => Promise.reject(new Error('the rows are away'));
    await expect(follow()).rejects.toThrow('the rows are away');
    store.query = query;
    expect(shown(await follow())).toEqual([1]);
  });

  it('are sent again when the day changes, if they depend on it', async () => {
    live.close();
    let day = '2026-03-10';
    live = new LiveRows(store, 10, () => day);
    const row = { made: '2026-03-01', due: '2026-03-10', done: null, status: 'open' };
    const version = { stream: 'note/1', key: '', since: 1n, until: null, eventId: 'e1', row };
    const batch = { model: 'promises', partition: 0, from: 0n, to: 1n, closes: [], versions: [version], parked: [] };
    expect(await store.commit([batch])).toBe(true);
    const updates: LiveUpdate[] = [];
    const onUpdate = (update: LiveUpdate): void => void updates.push(update);
    const onLost = (error: unknown) => expect(error).toBe('never lost');
    await live.follow('promises', { where: [], limit: 10, resume: null }, onUpdate, onLost);
    const late = () =>
      updates.flatMap((one) => (one.type === 'rows' ? one.rows.map(({ columns }) => columns['overdue']) : []));
    expect(late()).toEqual([false]);
    const last = updates.at(-1) as LiveUpdate & { readonly type: 'caught-up' };
    day = '2026-03-11';
    while (updates.length < 5) await new Promise((resolve) => setTimeout(resolve, 5));
    expect([late(), updates.map(({ type }) => type)]).toEqual([
      [false, true],
      ['rows', 'caught-up', 'reset', 'rows', 'caught-up'],
    ]);
    expect(updates[2]).toMatchObject({ reason: 'a new day has begun: what is late by today has changed' });
    // A reader that comes back on a later day starts again, too.
    updates.length = 0;
    await live.follow('promises', { where: [], limit: 10, resume: last }, onUpdate, onLost);
    expect(updates.map(({ type }) => type)).toEqual(['reset', 'rows', 'caught-up']);
    expect(updates[0]).toMatchObject({ reason: 'a new day has begun: what is late by today has changed' });
  });

  it('send a returning reader no changes of other tables than those that it had', async () => {
    const left = await store.positions('words');
    await keep(store, 2n);
    const next = await store.rebuild(['words'], false);
    await keep(next, 1n);
    await keep(next, 2n);
    const changes = store.changes.bind(store);
    store.changes = async (...asked) => {
      store.changes = changes;
      expect(await next.cutOver()).toBe(true);
      return changes(...asked);
    };
    const updates = await follow(100, left);
    expect(updates.map(({ type }) => type)).toEqual(['reset', 'rows', 'caught-up']);
    expect(updates.at(-1)).toMatchObject({ version: (await store.positions('words')).version });
    await next.close();
  });
});
