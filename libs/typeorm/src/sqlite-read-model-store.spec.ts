import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { RowQuery } from '@entente/engine';
import Database from 'better-sqlite3';
import { Column } from 'typeorm';
import { describeContract } from '../../../test/contracts/contract.js';
import { READ_MODEL_STORE, Word, byWord, promises, words } from '../../../test/contracts/read-model-store.js';
import { faultOfRows } from './sqlite-catalogue.js';
import { SqliteReadModelStore } from './sqlite-read-model-store.js';

const newFolder = () => mkdtempSync(join(tmpdir(), 'entente-rows-'));

async function openIn(folder: string, more: { models?: (typeof words)[]; readonly?: boolean } = {}, log = 'log-1') {
  const store = new SqliteReadModelStore({ folder, models: [words, promises], views: [byWord], ...more });
  await store.open(log);
  return store;
}

describeContract('ReadModelStore', READ_MODEL_STORE, async () => {
  const folder = newFolder();
  const port = await openIn(folder);
  const end = async () => {
    await port.close();
    rmSync(folder, { recursive: true });
  };
  return { port, end };
});

/** A later version of the row, with one column more. */
class LouderWord extends Word {
  @Column('text', { nullable: true })
  shout!: string | null;
}

const row = { word: 'x', shade: null, amount: 1, loud: false, parts: [] };
const batch = {
  model: 'words',
  partition: 0,
  from: 0n,
  to: 1n,
  closes: [],
  versions: [{ stream: 'note/a', key: 'x', since: 1n, until: null, eventId: 'e1', row }],
  parked: [],
};

describe('the SQLite read model store', () => {
  let folder: string;
  beforeEach(() => {
    folder = newFolder();
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('has its rows when it is opened again, and is read beside the process that writes them', async () => {
    const first = await openIn(folder);
    await first.commit([batch]);
    const beside = await openIn(folder, { readonly: true });
    expect((await beside.query('words', { where: [], sort: [], limit: 9 })).rows).toHaveLength(1);
    await beside.close();
    await first.close();
    const second = await openIn(folder);
    expect((await second.checkpoints()).get('words')?.[0]).toBe(1n);
    expect((await second.query('by-word', { where: [], sort: [], limit: 9 })).rows).toHaveLength(1);
    await second.close();
  });

  it('refuses the rows of another log', async () => {
    await (await openIn(folder)).close();
    await expect(openIn(folder, {}, 'log-2')).rejects.toThrow('rows of another log');
  });

  it('serves rows of an older version with their columns until the new version is filled', async () => {
    const first = await openIn(folder);
    await first.commit([batch]);
    await first.close();
    const louder = { ...words, version: 2, entity: LouderWord };
    const second = await openIn(folder, { models: [louder] });
    expect(await second.outdated()).toEqual(['words']);
    const old = await second.query('words', { where: [], sort: [], limit: 9 });
    expect([old.version, old.rows.map(({ columns }) => Object.keys(columns))]).toEqual([
      '1.1.1',
      [['word', 'shade', 'amount', 'loud', 'parts']],
    ]);
    expect(Object.keys(second.names()[0]?.columns ?? {})).not.toContain('shout');
    const beside = await openIn(folder, { models: [louder], readonly: true });
    const next = await second.rebuild(['words'], false);
    const versions = batch.versions.map((version) => ({ ...version, row: { ...row, shout: 'X!' } }));
    expect(await next.commit([{ ...batch, versions }])).toBe(true);
    expect(await next.cutOver()).toBe(true);
    await next.close();
    for (const store of [second, beside]) {
      expect(await store.outdated()).toEqual([]);
      const { version, rows } = await store.query('words', { where: [], sort: [], limit: 9 });
      expect([version, rows[0]?.columns['shout']]).toEqual(['2.2.2', 'X!']);
    }
    await beside.close();
    await second.close();
  });

  it('is fenced until it has seen that other tables are active, and then switches by itself', async () => {
    const first = await openIn(folder);
    await first.commit([batch]);
    const second = await openIn(folder);
    const next = await second.rebuild(['words'], false);
    await next.commit([batch]);
    const notified: string[][] = [];
    first.onCommit((models) => void notified.push([...models]));
    expect(await next.cutOver()).toBe(true);
    const more = { ...batch, from: 1n, to: 2n, versions: [] };
    expect(await first.commit([more])).toBe(false);
    await first.catalogVersion();
    expect(notified).toEqual([['words', 'promises']]);
    expect(await first.commit([more])).toBe(true);
    await next.close();
    await first.close();
    await second.close();
  });

  it('drops rows of an older format, and folds them from scratch', async () => {
    const written = await openIn(folder);
    await written.commit([batch]);
    await written.close();
    const old = new Database(join(folder, 'rows.sqlite'));
    old.exec('UPDATE store_info SET format = 1');
    old.close();
    await expect(openIn(folder, { readonly: true })).rejects.toThrow('written by an older Entente: start this one');
    const store = await openIn(folder);
    expect((await store.checkpoints()).get('words')?.[0]).toBe(0n);
    expect(await store.commit([batch])).toBe(true);
    await store.close();
  });

  it('folds rows that are ahead of the log from scratch, in new tables, also after a broken rebuild', async () => {
    const first = await openIn(folder);
    await first.commit([{ ...batch, to: 5n }]);
    const next = await first.rebuild(['words'], false);
    await next.commit([batch]);
    await next.close();
    await first.close();
    const second = new SqliteReadModelStore({ folder, models: [words, promises], views: [byWord] });
    await second.open('log-1', 2n);
    expect((await second.checkpoints()).get('words')?.[0]).toBe(0n);
    expect((await second.query('words', { where: [], sort: [], limit: 9 })).rows).toEqual([]);
    await second.close();
  });

  it('restarts a pending table that is ahead of the log', async () => {
    const first = await openIn(folder);
    const next = await first.rebuild(['words'], false);
    await next.commit([{ ...batch, to: 5n }]);
    await next.close();
    await first.close();
    const second = new SqliteReadModelStore({ folder, models: [words, promises], views: [byWord] });
    await second.open('log-1', 2n);
    const again = await second.rebuild(['words'], false);
    expect((await again.checkpoints()).get('words')?.[0]).toBe(0n);
    await again.close();
    await second.close();
  });

  it('answers from the tables that are active at the moment of the answer', async () => {
    const first = await openIn(folder);
    await first.commit([batch]);
    const second = await openIn(folder);
    const next = await second.rebuild(['words'], false);
    await next.commit([{ ...batch, versions: [] }]);
    await next.cutOver();
    const last = await second.rebuild(['words'], false);
    await last.commit([batch]);
    // The first answer is from retired tables; so is the second, after another cut-over.
    const internals = first as unknown as { upToDate(): Promise<void> };
    const upToDate = internals.upToDate.bind(first);
    internals.upToDate = async () => {
      internals.upToDate = upToDate;
      await upToDate();
      await last.cutOver();
    };
    const { version, rows } = await first.query('words', { where: [], sort: [], limit: 9 });
    expect([version, rows.length]).toEqual(['1.3.3', batch.versions.length]);
    await last.close();
    await next.close();
    await second.close();
    await first.close();
  });

  it('completes tables whose creation was interrupted, with all indexes', async () => {
    const store = await openIn(folder);
    const other = new Database(join(folder, 'rows.sqlite'));
    // The last index of the pending table cannot be created while another index has its name.
    other.exec('CREATE INDEX words_v1_g2_until ON words_v1_g1 (stream)');
    await expect(store.rebuild(['words'], false)).rejects.toThrow('words_v1_g2_until');
    other.exec('DROP INDEX words_v1_g2_until');
    const next = await store.rebuild(['words'], false);
    const indexes = other.prepare(
      `SELECT COUNT(*) FROM sqlite_schema WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL`,
    );
    expect(['words_v1_g1', 'words_v1_g2'].map((table) => indexes.pluck().get(table))).toEqual([3, 3]);
    other.close();
    await next.close();
    await store.close();
  });

  it('reports a full disk, and keeps nothing of the batch', async () => {
    const store = await openIn(folder);
    const next = await store.rebuild(['words'], false);
    const big = {
      ...batch,
      versions: batch.versions.map((one) => ({ ...one, row: { ...row, word: 'x'.repeat(90_000) } })),
    };
    const room = (of: object, pages: number) => {
      const { db = null, write = db } = of as { db?: Database.Database; write?: Database.Database };
      write?.pragma(`max_page_count = ${pages}`);
    };
    for (const sink of [store, next]) {
      room(sink, 1);
      await expect(sink.commit([big])).rejects.toMatchObject({ code: 'disk-full' });
      expect((await sink.checkpoints()).get('words')?.[0]).toBe(0n);
      room(sink, 10_000);
      expect(await sink.commit([big])).toBe(true);
    }
    const full = new Database(':memory:');
    full.pragma('max_page_count = 1');
    const why = (): unknown => {
      try {
        return full.exec('CREATE TABLE a (b)');
      } catch (error) {
        return error;
      }
    };
    expect(faultOfRows('rows.sqlite', why())).toMatchObject({ code: 'disk-full' });
    full.close();
    await next.close();
    await store.close();
  });

  it('sorts a whole query once, and not at all in the order of its key', async () => {
    const store = await openIn(folder);
    const db = new Database(join(folder, 'rows.sqlite'));
    const sortsOf = async (sort: RowQuery['sort']) => {
      const prepared = jest.spyOn(Database.prototype, 'prepare');
      const scan = await store.scan('words', { where: [], sort });
      while ((await scan.next()).length > 0);
      await scan.close();
      const statements = prepared.mock.calls.map(([sql]) => sql).filter((sql) => sql.includes('ORDER BY'));
      prepared.mockRestore();
      const plans = statements.map((sql) => db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all() as { detail: string }[]);
      return plans.map((steps) => steps.filter(({ detail }) => detail.includes('FOR ORDER BY')).length);
    };
    expect(await sortsOf([{ column: 'amount', descending: true }])).toEqual([1]);
    expect(await sortsOf([])).toEqual([0]);
    db.close();
    await store.close();
  });

  it('refuses rows on which this version of Entente was never started', async () => {
    await (await openIn(folder)).close();
    const more = [words, { ...words, name: 'more' }];
    await expect(openIn(folder, { models: more, readonly: true })).rejects.toThrow('start this version');
  });
});
