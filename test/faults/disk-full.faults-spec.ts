import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SqliteLogReader } from '@entente/sqlite';
import {
  type StandaloneProcess,
  caughtUp,
  propose,
  runStandalone,
  startStandalone,
} from '../support/standalone-process.js';
import { all } from '../contracts/event-store.js';
import { entente } from '../support/run-cli.js';

let folder: string;
let deployment: StandaloneProcess | null = null;
const mount = (options: string): void => {
  const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { encoding: 'utf8' });
  if (status !== 0)
    throw new Error(`a small file system is needed, and mounting one is not permitted here: ${stderr.trim()}`);
};
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'entente-full-'));
  mount('size=8m');
});
afterEach(async () => {
  deployment?.process.kill('SIGKILL');
  await deployment?.ended;
  spawnSync('umount', [folder]);
  rmSync(folder, { recursive: true });
});

describe('a file system that is full', () => {
  it('loses nothing and leaves nothing half written: commands get 503, and are accepted later', async () => {
    deployment = await startStandalone(folder, 'off');
    let status: number | null = null;
    deployment.process.once('exit', (code) => (status = code));
    const taken: string[] = [];
    const refused: string[] = [];
    for (let n = 0; refused.length < 30 && n < 20_000; n += 1) {
      const answer = await propose(deployment.url, `p${n}`);
      if (answer.status === 201) taken.push(`p${n}`);
      else {
        refused.push(`p${n}`);
        expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
        expect(await answer.json()).toMatchObject({ code: 'disk-full' });
      }
    }
    expect([taken.length > 100, refused.length, status]).toEqual([true, 30, null]);
    const there = async () => {
      const log = new SqliteLogReader(folder);
      const streams = (await all(log.readLog(0n))).map(({ stream }) => stream);
      await log.close();
      return streams;
    };
    expect(await there()).toEqual(taken.map((id) => `programme/norland.${id}`));
    mount('remount,size=64m');
    for (const id of [...refused, ...taken.slice(-30)]) expect((await propose(deployment.url, id)).status).toBe(201);
    await caughtUp(deployment.url);
    expect((await there()).sort()).toEqual([...taken, ...refused].map((id) => `programme/norland.${id}`).sort());
    deployment.process.kill('SIGTERM');
    await deployment.ended;
    expect((await entente('verify', '--data', folder)).status).toBe(0);
    expect((await entente('compare', '--rebuilt', '--data', folder)).status).toBe(0);
  });

  it('is named by an export onto it, which leaves no file', async () => {
    const data = mkdtempSync(join(tmpdir(), 'entente-exported-'));
    await entente('example', '--data', data);
    spawnSync('dd', ['if=/dev/zero', `of=${join(folder, 'filler')}`, 'bs=4k']);
    const file = join(folder, 'log.ndjson');
    await expect(entente('export', file, '--data', data)).rejects.toThrow(
      `${file} cannot be written: the disk is full`,
    );
    expect(readdirSync(folder)).toEqual(['filler']);
    rmSync(data, { recursive: true });
  });

  it.each(['empty', 'filled'])(
    'is reported at the start on %s folder; the server starts once there is room, with all data',
    async (before) => {
      if (before === 'filled') {
        deployment = await startStandalone(folder, 'off');
        expect((await propose(deployment.url, 'one')).status).toBe(201);
        deployment.process.kill('SIGTERM');
        await deployment.ended;
      }
      const filler = join(folder, 'filler');
      spawnSync('dd', ['if=/dev/zero', `of=${filler}`, 'bs=4k']);
      const { status, output: log } = await runStandalone(folder);
      expect([status, log]).toEqual([
        1,
        expect.stringMatching(/^Entente cannot start: .*no space left on the disk.*\n$/),
      ]);
      rmSync(filler);
      deployment = await startStandalone(folder, 'off');
      expect((await propose(deployment.url, 'one')).status).toBe(201);
      await caughtUp(deployment.url);
      deployment.process.kill('SIGTERM');
      await deployment.ended;
      expect((await entente('compare', '--rebuilt', '--data', folder)).status).toBe(0);
    },
  );
});
