import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { keeps } from '../../../test/contracts/contract.js';
import { READ_MODEL_STORE, byWord, words } from '../../../test/contracts/read-model-store.js';
import { SqliteReadModelStore } from './sqlite-read-model-store.js';

const newFolder = () => mkdtempSync(join(tmpdir(), 'entente-rows-'));

async function openIn(folder: string, more: { models?: (typeof words)[]; readonly?: boolean } = {}, log = 'log-1') {
  const store = new SqliteReadModelStore({ folder, models: [words], views: [byWord], ...more });
  await store.open(log);
  return store;
}

keeps('ReadModelStore', READ_MODEL_STORE, async () => {
  const folder = newFolder();
  const port = await openIn(folder);
  const end = async () => {
    await port.close();
    rmSync(folder, { recursive: true });
  };
  return { port, end };
});

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

describe('rows in a SQLite file', () => {
  let folder: string;
  beforeEach(() => {
    folder = newFolder();
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('are there when the file is opened again, and can be read beside the house that writes them', async () => {
    const first = await openIn(folder);
    await first.commit([batch]);
    const beside = await openIn(folder, { readonly: true });
    expect((await beside.query('words', { where: [], sort: [], limit: 9 })).rows).toHaveLength(1);
    await beside.close();
    await first.close();
    const second = await openIn(folder);
    expect(await second.checkpoint('words', 0)).toBe(1n);
    expect((await second.query('by-word', { where: [], sort: [], limit: 9 })).rows).toHaveLength(1);
    await second.close();
  });

  it('are refused for another log', async () => {
    await (await openIn(folder)).close();
    await expect(openIn(folder, {}, 'log-2')).rejects.toThrow('rows of another log');
  });

  it('begin anew, under another version, where the projection has one', async () => {
    const first = await openIn(folder);
    await first.commit([batch]);
    await first.close();
    const second = await openIn(folder, { models: [{ ...words, version: 2 }] });
    expect(await second.checkpoint('words', 0)).toBe(0n);
    expect(await second.query('words', { where: [], sort: [], limit: 9 })).toMatchObject({
      rows: [],
      version: '2.2.2',
    });
    await second.close();
    await expect(openIn(folder, { readonly: true })).rejects.toThrow('start this version');
  });
});
