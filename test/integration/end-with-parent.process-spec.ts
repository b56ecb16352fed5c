import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

const serving = new URL('../../deploy/services/process.mjs', import.meta.url).href;

let folder: string;
let keeper: ChildProcess;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'entente-ending-'));
});
afterEach(() => {
  keeper.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

const lives = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/**
 * A process with a server that would run without end. It runs `then` on the server before it
 * reports that it is ready.
 */
async function keeping(then: string): Promise<number> {
  const program = `
    import { goesWithUs, serve } from ${JSON.stringify(serving)};
    const log = ${JSON.stringify(join(folder, 'log'))};
    const server = await serve('a server', process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { log, answers: () => true });
    ${then}
    process.stdout.write(server.pid + '\\n');`;
  keeper = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [output] = (await once(keeper.stdout as NonNullable<ChildProcess['stdout']>, 'data')) as [Buffer];
  return Number(output.toString());
}

it('a temporary folder of a process is removed when SIGKILL ends the process', async () => {
  const own = mkdtempSync(join(folder, 'own-'));
  writeFileSync(join(own, 'file'), 'x');
  await keeping(`goesWithUs(${JSON.stringify(own)});`);
  expect(existsSync(own)).toBe(true);
  keeper.kill('SIGKILL');
  await once(keeper, 'close');
  for (const end = Date.now() + 20_000; existsSync(own) && Date.now() < end; await pause(50));
  expect(existsSync(own)).toBe(false);
});

describe('a server started by a process', () => {
  it.each(['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP'] as const)('ends with it after %s', async (signal) => {
    const server = await keeping('');
    expect(lives(server)).toBe(true);
    keeper.kill(signal);
    await once(keeper, 'close');
    for (const end = Date.now() + 10_000; lives(server) && Date.now() < end; await pause(20));
    expect(lives(server)).toBe(false);
  });

  it('delays nothing once it has stopped', async () => {
    const server = await keeping('await server.stop();');
    expect(await once(keeper, 'close')).toEqual([0, null]);
    expect(lives(server)).toBe(false);
  });
});
