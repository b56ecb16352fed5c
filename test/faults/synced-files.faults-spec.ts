import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { program } from '../support/app-process.mjs';
import { propose, startStandalone } from '../support/standalone-process.js';

const CALLS = [
  'openat',
  'mkdir',
  'mkdirat',
  'write',
  'writev',
  'pwrite64',
  'pwritev',
  'ftruncate',
  'copy_file_range',
  'rename',
  'renameat',
  'renameat2',
  'fsync',
  'fdatasync',
].join(',');
/** What SQLite makes again or removes, the lock, and the address: nothing is lost with them. */
const PASSING = /(?:-wal|-shm|-journal|\.lock|\/address)$/;

const base = mkdtempSync(join(tmpdir(), 'entente-synced-'));
const data = join(base, 'data');
const trace = join(base, 'trace');
const traced = ['strace', '-f', '-y', '-qq', '-s', '0', '-o', trace, '-e', `trace=${CALLS}`];

beforeAll(() => {
  if (spawnSync('strace', ['-V']).status !== 0)
    throw new Error('strace is needed to see what is synced: apt-get install strace');
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

/**
 * What is there now and was not on the disk at the end of a trace: files that were written after
 * their last sync, and files and folders whose name the folder has got since its last sync.
 */
function notSynced(): readonly string[] {
  const dirty = new Map<string, string>();
  const isOwn = (path: string): boolean => path.startsWith(`${base}/`) && path !== trace && !PASSING.test(path);
  const named = (path: string): void => void (isOwn(path) && dirty.set(`${path} in its folder`, dirname(path)));
  for (const line of readFileSync(trace, 'utf8').split('\n')) {
    const call = /^[0-9]+ +([a-z0-9_]+)\((.*)$/.exec(line);
    if (call === null || / = -1 E/.test(line)) continue;
    const [, name = '', rest = ''] = call;
    const [first = '', second = ''] = [...rest.matchAll(/"([^"]*)"/g)].map(([, path = '']) => path);
    const [on = ''] = [...rest.matchAll(/^[0-9]+<([^>]*)>/g)].map(([, path = '']) => path);
    if (name === 'openat') {
      if (rest.includes('O_CREAT') && !dirty.has(`${first} in its folder`)) named(first);
    } else if (name.startsWith('mkdir')) named(first);
    else if (name.startsWith('rename')) {
      if (dirty.delete(first)) dirty.set(second, second);
      dirty.delete(`${first} in its folder`);
      named(second);
    } else if (name.endsWith('sync')) {
      for (const [what, path] of dirty) if (path === on) dirty.delete(what);
    } else {
      const to = name === 'copy_file_range' ? (/, [0-9]+<([^>]*)>/.exec(rest)?.[1] ?? '') : on;
      if (isOwn(to)) dirty.set(to, to);
    }
  }
  return [...dirty.keys()].filter((what) => existsSync(what.replace(' in its folder', '')));
}

const cli = (...args: readonly string[]): void => {
  const [command = '', ...before] = traced;
  const { status, stderr } = spawnSync(command, [...before, process.execPath, program('cli'), ...args], {
    encoding: 'utf8',
  });
  expect([args, status, stderr]).toEqual([args, 0, expect.any(String)]);
};

describe('what is written is on the disk when it is reported', () => {
  it('at the first start in a new folder: the key, the log and their names', async () => {
    const server = await startStandalone(data, 'off', traced);
    expect((await propose(server.url, 'first')).status).toBe(201);
    // Rows are folded again from the log.
    expect(notSynced().filter((what) => !what.includes('/rows.sqlite') && !what.includes('/refusals.sqlite'))).toEqual(
      [],
    );
    spawnSync('pkill', ['-TERM', '-P', String(server.pid)]);
    await server.ended;
  });

  it.each([
    ['a backup', ['backup', join(base, 'copy'), '--rows', '--pseudonym-key', '--data', data]],
    ['a restore', ['restore', join(base, 'copy'), '--data', join(base, 'restored')]],
    ['an export of the log', ['export', join(base, 'log.ndjson'), '--data', data]],
    ['an import into a new log', ['import', 'log', join(base, 'log.ndjson'), '--data', join(base, 'imported')]],
  ])('after %s', (_, args) => {
    cli(...args);
    expect(notSynced()).toEqual([]);
  });
});
