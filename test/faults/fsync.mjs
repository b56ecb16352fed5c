#!/usr/bin/env node
/**
 * Counts, by strace, the syncs of the log while commands are acknowledged one after the other: each
 * needs one of its own. Ends with 1 where there are fewer.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { propose, startStandalone } from '../support/standalone-process.ts';

const COMMANDS = 25;
const folder = mkdtempSync(join(tmpdir(), 'entente-fsync-'));
const trace = join(folder, 'trace');
const started = await startStandalone(join(folder, 'data'), 'off', [
  'strace',
  '-f',
  '-y',
  '-o',
  trace,
  '-e',
  'trace=fsync,fdatasync',
]);
try {
  const { url } = started;
  const syncs = () =>
    readFileSync(trace, 'utf8')
      .split('\n')
      .filter((line) => /f(?:data)?sync\(\d+<[^>]*log\.sqlite-wal>/.test(line)).length;
  const before = syncs();
  for (let i = 0; i < COMMANDS; i += 1) {
    const answer = await propose(url, `p${i}`);
    if (answer.status !== 201) throw new Error(`answered ${answer.status}`);
  }
  const counted = syncs() - before;
  console.log(`${counted} syncs of the log for ${COMMANDS} commands, one after the other`);
  if (counted < COMMANDS) process.exitCode = 1;
} finally {
  // strace would keep a SIGTERM to itself: the deployment behind it is killed, and strace ends with
  // it.
  spawnSync('pkill', ['-KILL', '-P', String(started.pid)]);
  await started.kill();
  rmSync(folder, { recursive: true, force: true });
}
