import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { SqliteLogReader } from '@entente/sqlite';
import { type BuiltHouse, propose, startHouse } from '../built-house.js';
import { all } from '../contracts/event-store.js';
import { entente } from '../entente.js';

let folder: string;
let house: BuiltHouse | null = null;
beforeAll(() => {
  if (spawnSync('strace', ['-V']).status !== 0)
    throw new Error('strace is needed to make the disk fail: apt-get install strace');
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'entente-io-'));
});
afterEach(async () => {
  // strace would leave the house behind it alone.
  spawnSync('pkill', ['-KILL', '-P', String(house?.house.pid)]);
  house?.house.kill('SIGKILL');
  await house?.ended;
  rmSync(folder, { recursive: true });
});

/** The house on a disk that fails under the given call on the log, at the call of this number. */
const onBadDisk = (calls: string, number: number): Promise<BuiltHouse> =>
  startHouse(folder, 'off', [
    ...['strace', '-f', '--seccomp-bpf', '-qq', '-o', join(tmpdir(), 'entente-io-trace')],
    ...['-P', join(folder, 'log.sqlite-wal'), '-e', `trace=${calls}`, '-e', `inject=${calls}:error=EIO:when=${number}`],
  ]);

describe('where the disk fails under a commit', () => {
  it.each([
    ['as it is written: nothing of it is there', 'pwrite64', 60, null],
    ['as it is synced: it is there', 'fsync,fdatasync', 8, 'true'],
  ] as const)('%s; the house ends with status 70, and the retry is right', async (_, calls, number, replayed) => {
    let status: number | null = null;
    house = await onBadDisk(calls, number);
    house.house.once('exit', (code) => (status = code));
    const acknowledged: string[] = [];
    let unanswered = '';
    for (let n = 0; unanswered === '' && n < 50; n += 1)
      if ((await propose(house.url, `p${n}`).catch(() => null))?.status === 201) acknowledged.push(`p${n}`);
      else unanswered = `p${n}`;
    await Promise.race([house.ended, new Promise((done) => setTimeout(done, 20_000).unref())]);
    expect([status, acknowledged.length > 0, unanswered]).toEqual([70, true, `p${acknowledged.length}`]);
    house = await startHouse(folder, 'off');
    const retried = await propose(house.url, unanswered);
    expect([retried.status, retried.headers.get('idempotency-replayed')]).toEqual([201, replayed]);
    for (const id of acknowledged)
      expect((await propose(house.url, id)).headers.get('idempotency-replayed')).toBe('true');
    house.house.kill('SIGTERM');
    await house.ended;
    const log = new SqliteLogReader(folder);
    const streams = (await all(log.readLog(0n))).map(({ stream }) => stream);
    await log.close();
    expect(streams).toEqual([...acknowledged, unanswered].map((id) => `programme/norland.${id}`));
    expect((await entente('compare', '--rebuilt', '--data', folder)).status).toBe(0);
  });
});
