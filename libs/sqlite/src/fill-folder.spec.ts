import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { fillFolder } from './fill-folder.js';
import { SqliteEventStore } from './sqlite-event-store.js';
import { SqliteLogReader } from './sqlite-log-reader.js';

let base: string;
let folder: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'entente-fill-'));
  folder = join(base, 'data');
});
afterEach(() => rmSync(base, { recursive: true }));

const put = (name: string, text: string) => (filling: string) =>
  Promise.resolve(writeFileSync(join(filling, name), text));

describe('filling a data folder', () => {
  it('keeps a deployment from starting in it meanwhile, and from losing what it accepts', async () => {
    let refused: unknown;
    await fillFolder(folder, async (filling) => {
      const store = new SqliteEventStore({ folder: filling });
      await store.close();
      try {
        await new SqliteEventStore({ folder }).close();
      } catch (error) {
        refused = error;
      }
    });
    expect(String(refused)).toContain('is in use');
    await new SqliteEventStore({ folder }).close();
    expect(readdirSync(folder)).toContain('log.sqlite');
  });

  it('refuses a folder that holds anything, and touches nothing in it or beside it', async () => {
    mkdirSync(folder);
    mkdirSync(`${folder}.making`);
    writeFileSync(join(folder, 'notes.txt'), 'mine');
    writeFileSync(join(`${folder}.making`, 'notes.txt'), 'mine');
    await expect(fillFolder(folder, put('log.sqlite', 'x'))).rejects.toThrow('is not empty');
    rmSync(join(folder, 'notes.txt'));
    await fillFolder(folder, put('log.sqlite', 'x'));
    expect(readFileSync(join(`${folder}.making`, 'notes.txt'), 'utf8')).toBe('mine');
  });

  it('fills in place: a link, a mode and the root of a disk stay', async () => {
    mkdirSync(folder, { mode: 0o750 });
    mkdirSync(join(folder, 'lost+found'));
    const link = join(base, 'link');
    symlinkSync(folder, link);
    const { ino } = statSync(folder);
    await fillFolder(link, put('log.sqlite', 'x'));
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect([statSync(folder).ino, statSync(folder).mode & 0o777]).toEqual([ino, 0o750]);
    expect(readdirSync(folder).sort()).toEqual(['log.sqlite', 'lost+found', 'writer.lock']);
  });

  it('that fails leaves nothing behind', async () => {
    const failing = async (filling: string) => {
      await put('log.sqlite', 'x')(filling);
      throw new Error('the backup is damaged');
    };
    await expect(fillFolder(folder, failing)).rejects.toThrow('the backup is damaged');
    expect(existsSync(folder)).toBe(false);
    mkdirSync(folder);
    await expect(fillFolder(folder, failing)).rejects.toThrow('the backup is damaged');
    expect(readdirSync(folder).filter((name) => name !== 'writer.lock')).toEqual([]);
  });

  it('that was killed is named by whatever opens the folder, and can be run again', async () => {
    mkdirSync(join(folder, '.filling'), { recursive: true });
    writeFileSync(join(folder, 'pseudonym.key'), 'half of the names');
    const open = () => new SqliteEventStore({ folder });
    expect(open).toThrow('was being filled by a restore or an import, which was interrupted: run it again');
    expect(() => new SqliteLogReader(folder)).toThrow('run it again on this folder');
    await fillFolder(folder, async (filling) => new SqliteEventStore({ folder: filling }).close());
    expect(existsSync(join(folder, 'pseudonym.key'))).toBe(false);
    await open().close();
  });

  it('that was killed removes no file that another program put there', async () => {
    mkdirSync(join(folder, '.filling'), { recursive: true });
    writeFileSync(join(folder, 'notes.txt'), 'mine');
    await expect(fillFolder(folder, put('log.sqlite', 'x'))).rejects.toThrow('is not empty');
    expect(readFileSync(join(folder, 'notes.txt'), 'utf8')).toBe('mine');
  });
});
