import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SqliteReadModelStore } from '@entente/typeorm';
import { byWord, promises, words } from '../../../test/contracts/read-model-store.js';
import type { WholeQuery } from './read-model-store.js';
import { readWhole } from './read-whole.js';

const ROWS = 3500;

describe('a whole query', () => {
  let folder: string;
  let store: SqliteReadModelStore;
  let version: string;
  /** The scans that were begun, and how many of them are open. */
  let begun: WholeQuery[] = [];
  let open = 0;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'entente-whole-'));
    store = new SqliteReadModelStore({ folder, models: [words, promises], views: [byWord] });
    await store.open('log');
    const versions = Array.from({ length: ROWS }, (_, i) => {
      const row = { word: `w${i}`, shade: null, amount: (i * 7919) % ROWS, loud: false, parts: [] };
      return { stream: 'note/1', key: String(i), since: BigInt(i + 1), until: null, eventId: `e${i}`, row };
    });
    await store.commit([
      { model: 'words', partition: 0, from: 0n, to: BigInt(ROWS), closes: [], versions, parked: [] },
    ]);
    ({ version } = await store.positions('words'));
    begun = [];
    open = 0;
    const scan = store.scan.bind(store);
    store.scan = async (name, query) => {
      begun.push(query);
      open += 1;
      const { close, ...rest } = await scan(name, query);
      return {
        ...rest,
        close: () => {
          open -= 1;
          return close();
        },
      };
    };
    store.query = () => Promise.reject(new Error('no page is read'));
  });
  afterEach(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });

  const read = (idleMs?: number, of = version) =>
    readWhole(
      store,
      'words',
      { where: [], sort: [{ column: 'amount', descending: false }], positions: [BigInt(ROWS)], day: '2026-06-01' },
      of,
      idleMs,
    );
  const inOrder = Array.from({ length: ROWS }, (_, i) => i);

  it('is read by one scan, whatever its order', async () => {
    const amounts: unknown[] = [];
    for await (const rows of read()) amounts.push(...rows.map(({ columns }) => columns['amount']));
    expect(amounts).toEqual(inOrder);
    expect([begun.length, open]).toEqual([1, 0]);
  });

  it('holds no scan while its reader pauses, and continues after the last row', async () => {
    const amounts: unknown[] = [];
    for await (const rows of read(20)) {
      amounts.push(...rows.map(({ columns }) => columns['amount']));
      if (amounts.length === 2000) {
        await pause(100);
        expect(open).toBe(0);
      }
    }
    expect(amounts).toEqual(inOrder);
    expect(begun.map(({ afterRow }) => afterRow?.sortValues)).toEqual([undefined, [1999]]);
    expect(open).toBe(0);
  });

  it('closes its scan if its reader leaves, and begins none on other tables', async () => {
    for await (const rows of read()) {
      expect(rows).toHaveLength(1000);
      break;
    }
    expect([begun.length, open]).toEqual([1, 0]);
    await expect(read(20, 'other')[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'rows-moved' });
    expect(open).toBe(0);
  });
});
