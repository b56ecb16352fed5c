#!/usr/bin/env node
/**
 * Brings a clone up to date before a script runs: installs when package.json or the lock file changed, and with `build` compiles when a source changed.
 * Needs nothing but Node.js and npm. Does nothing, in a tenth of a second, when nothing changed.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const stamps = join(root, 'node_modules', '.entente');

const filesBelow = (folder) =>
  readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesBelow(join(folder, entry.name)) : [join(folder, entry.name)],
  );

const digest = (files) => {
  const hash = createHash('sha256');
  for (const file of files)
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(join(root, file)))
      .update('\0');
  return hash.digest('hex');
};

const run = (says, command, args) => {
  process.stderr.write(`${says}\n`);
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (status !== 0) {
    process.stderr.write(`${command} ${args.join(' ')} failed${error ? `: ${error.message}` : ''}\n`);
    process.exit(status ?? 1);
  }
};

const unlessDone = (name, files, work) => {
  const stamp = join(stamps, name);
  const now = digest(files);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === now) return;
  work();
  mkdirSync(stamps, { recursive: true });
  writeFileSync(stamp, now);
};

unlessDone('installed', ['package.json', 'package-lock.json'], () =>
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
    () => run('Building ...', 'npx', ['nest', 'build', '--all']),
  );
