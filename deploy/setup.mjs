#!/usr/bin/env node
/**
 * Brings a clone up to date before a script runs: installs if package.json, but for its scripts, or
 * the lock file changed, and with `build` compiles if a source changed. Needs only Node.js and npm.
 * If nothing changed, it ends in a tenth of a second.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const stamps = join(root, 'node_modules', '.entente');

const filesBelow = (folder) =>
  readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesBelow(join(folder, entry.name)) : [join(folder, entry.name)],
  );

/** What decides on an installation: of package.json, all but the scripts. */
const contentOf = (file) => {
  const content = readFileSync(join(root, file));
  return file === 'package.json' ? JSON.stringify({ ...JSON.parse(content), scripts: {} }) : content;
};

const digest = (files) => {
  const hash = createHash('sha256');
  for (const file of files) hash.update(file).update('\0').update(contentOf(file)).update('\0');
  return hash.digest('hex');
};

/** Runs a command, with one line of output. The command's own output is shown if it fails. */
const run = (title, command, args) => {
  process.stderr.write(`${title} `);
  const begun = performance.now();
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    shell: process.platform === 'win32',
  });
  process.stderr.write(`${status === 0 ? 'done' : 'failed'} in ${Math.round((performance.now() - begun) / 1000)} s\n`);
  if (status !== 0) {
    process.stderr.write(`${stdout ?? ''}${stderr ?? ''}`);
    process.stderr.write(`${command} ${args.join(' ')} failed${error ? `: ${error.message}` : ''}\n`);
    process.exit(status ?? 1);
  }
};

const alive = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
};

/**
 * One at a time: another terminal may have started the same. The lock of a process that died is
 * taken over.
 */
function alone(work) {
  const lock = join(root, '.entente', 'setup.lock');
  mkdirSync(dirname(lock), { recursive: true });
  let nameless = 0;
  for (let first = true; ; first = false) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    let other = 0;
    try {
      other = Number(readFileSync(lock, 'utf8'));
    } catch {
      continue;
    }
    // Without a process id, the lock is of a process that died at once.
    nameless = other > 0 ? 0 : nameless + 1;
    if (other > 0 ? !alive(other) : nameless > 25) rmSync(lock, { force: true });
    else if (first) process.stderr.write('Waiting for another that installs or builds here ...\n');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  }
  try {
    work();
  } finally {
    rmSync(lock, { force: true });
  }
}

const unlessDone = (name, files, result, work) => {
  const stamp = join(stamps, name);
  const now = digest(files);
  const done = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === now && existsSync(join(root, result));
  if (done()) return;
  alone(() => {
    if (done()) return;
    work();
    mkdirSync(stamps, { recursive: true });
    writeFileSync(stamp, now);
  });
};

unlessDone('installed', ['package.json', 'package-lock.json'], 'node_modules', () =>
  run('Installing what is missing ...', 'npm', ['ci', '--no-audit', '--no-fund']),
);
if (process.argv.includes('build'))
  unlessDone(
    'built',
    [
      'package.json',
      'package-lock.json',
      'tsconfig.json',
      'nest-cli.json',
      ...filesBelow('apps'),
      ...filesBelow('libs'),
    ].sort(),
    'dist',
    () => run('Building ...', 'npx', ['nest', 'build', '--all']),
  );
