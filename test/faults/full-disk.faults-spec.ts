import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SqliteLogReader } from '@entente/sqlite';
import { type BuiltHouse, caughtUp, propose, runHouse, startHouse } from '../built-house.js';
import { all } from '../contracts/event-store.js';
import { entente } from '../entente.js';

let folder: string;
let house: BuiltHouse | null = null;
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
  house?.house.kill('SIGKILL');
  await house?.ended;
  spawnSync('umount', [folder]);
  rmSync(folder, { recursive: true });
});

describe('a file system that is full', () => {
  it('loses nothing and keeps nothing half: commands are answered 503, and once there is room all of them are taken', async () => {
    house = await startHouse(folder, 'off');
    let status: number | null = null;
    house.house.once('exit', (code) => (status = code));
    const taken: string[] = [];
    const refused: string[] = [];
    for (let n = 0; refused.length < 30 && n < 20_000; n += 1) {
      const answer = await propose(house.url, `p${n}`);
      if (answer.status === 201) taken.push(`p${n}`);
      else {
        refused.push(`p${n}`);
        expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
        expect(await answer.json()).toMatchObject({ code: 'no-room' });
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
    for (const id of [...refused, ...taken.slice(-30)]) expect((await propose(house.url, id)).status).toBe(201);
    await caughtUp(house.url);
    expect((await there()).sort()).toEqual([...taken, ...refused].map((id) => `programme/norland.${id}`).sort());
    house.house.kill('SIGTERM');
    await house.ended;
    expect((await entente('verify', '--data', folder)).status).toBe(0);
    expect((await entente('compare', '--rebuilt', '--data', folder)).status).toBe(0);
  });

  it.each(['empty', 'filled'])(
    'at the start, on %s folder, says so; the house starts once there is room, and all is there',
    async (before) => {
      if (before === 'filled') {
        house = await startHouse(folder, 'off');
        expect((await propose(house.url, 'one')).status).toBe(201);
        house.house.kill('SIGTERM');
        await house.ended;
      }
      const filler = join(folder, 'filler');
      spawnSync('dd', ['if=/dev/zero', `of=${filler}`, 'bs=4k']);
      const { status, said } = await runHouse(folder);
      expect([status, said]).toEqual([
        1,
        expect.stringMatching(/^Entente cannot start: .*no room left on the disk.*\n$/),
      ]);
      rmSync(filler);
      house = await startHouse(folder, 'off');
      expect((await propose(house.url, 'one')).status).toBe(201);
      await caughtUp(house.url);
      house.house.kill('SIGTERM');
      await house.ended;
      expect((await entente('compare', '--rebuilt', '--data', folder)).status).toBe(0);
    },
  );
});
