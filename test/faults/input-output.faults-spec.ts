import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { SqliteLogReader } from '@entente/sqlite';
import { type StandaloneProcess, propose, startStandalone } from '../support/standalone-process.js';
import { all } from '../contracts/event-store.js';
import { entente } from '../support/run-cli.js';

let folder: string;
let deployment: StandaloneProcess | null = null;
beforeAll(() => {
  if (spawnSync('strace', ['-V']).status !== 0)
    throw new Error('strace is needed to make the disk fail: apt-get install strace');
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'entente-io-'));
});
afterEach(async () => {
  // strace would leave the deployment behind it alone.
  spawnSync('pkill', ['-KILL', '-P', String(deployment?.process.pid)]);
  deployment?.process.kill('SIGKILL');
  await deployment?.ended;
  rmSync(folder, { recursive: true });
});

/**
 * The deployment on a disk that fails under the given call on the log, at the call of this number.
 */
const onBadDisk = (calls: string, number: number): Promise<StandaloneProcess> =>
  startStandalone(folder, 'off', [
    'strace',
    '-f',
    '--seccomp-bpf',
    '-qq',
    '-o',
    join(tmpdir(), 'entente-io-trace'),
    '-P',
    join(folder, 'log.sqlite-wal'),
    '-e',
    `trace=${calls}`,
    '-e',
    `inject=${calls}:error=EIO:when=${number}`,
  ]);

describe('a disk that fails in a commit', () => {
  it.each([
    ['as it is written: nothing of it is there', 'pwrite64', 60, null],
    ['as it is synced: it is there', 'fsync,fdatasync', 8, 'true'],
  ] as const)('ends the server with status 70, and the retry is correct: %s', async (_, calls, number, replayed) => {
    let status: number | null = null;
    deployment = await onBadDisk(calls, number);
    deployment.process.once('exit', (code) => (status = code));
    const acknowledged: string[] = [];
    let unanswered = '';
    for (let n = 0; unanswered === '' && n < 50; n += 1)
      if ((await propose(deployment.url, `p${n}`).catch(() => null))?.status === 201) acknowledged.push(`p${n}`);
      else unanswered = `p${n}`;
    await Promise.race([deployment.ended, new Promise((done) => setTimeout(done, 20_000).unref())]);
    expect([status, acknowledged.length > 0, unanswered]).toEqual([70, true, `p${acknowledged.length}`]);
    deployment = await startStandalone(folder, 'off');
    const retried = await propose(deployment.url, unanswered);
    expect([retried.status, retried.headers.get('idempotency-replayed')]).toEqual([201, replayed]);
    for (const id of acknowledged)
      expect((await propose(deployment.url, id)).headers.get('idempotency-replayed')).toBe('true');
    deployment.process.kill('SIGTERM');
    await deployment.ended;
    const log = new SqliteLogReader(folder);
    const streams = (await all(log.readLog(0n))).map(({ stream }) => stream);
    await log.close();
    expect(streams).toEqual([...acknowledged, unanswered].map((id) => `programme/norland.${id}`));
    expect((await entente('compare', '--rebuilt', '--data', folder)).status).toBe(0);
  });
});
