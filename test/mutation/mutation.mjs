#!/usr/bin/env node
/**
 * `npm run test:mutation`: changes the pure code piece by piece, in a copy of the sources, and runs
 * the specs that reach each piece; a change that no spec notices survives. `-- libs/kernel` tries
 * one folder or file. Installs the mutation tester into this folder if it is missing. Prints the
 * survivors and the score of each file; ends with 1 only if a run fails, at any score.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const here = import.meta.dirname;

/** The libraries without a clock, a disk or a network; of the engine, its pure half. */
const PURE = [
  'libs/kernel',
  'libs/contracts',
  'libs/domain',
  ...['answer', 'eras', 'handle-command', 'identity', 'partition'].map((name) => `libs/engine/src/${name}.ts`),
];

const sourcesOf = (path) => (path.endsWith('.ts') ? path : `${path.replace(/\/$/, '')}/**/*.ts`);

function install() {
  if (existsSync(join(here, 'node_modules', '@stryker-mutator'))) return 0;
  process.stderr.write('Installing the mutation tester ...\n');
  return (
    spawnSync('npm', ['ci', '--ignore-scripts'], { cwd: here, stdio: ['ignore', 'ignore', 'inherit'] }).status ?? 1
  );
}

function main() {
  if (install() !== 0) return 1;
  const { resolve } = createRequire(join(here, 'package.json'));
  const stryker = join(dirname(resolve('@stryker-mutator/core/package.json')), 'bin', 'stryker.js');
  const paths = process.argv.slice(2);
  const mutate = [
    ...(paths.length > 0 ? paths : PURE).map(sourcesOf),
    '!**/*[.-]spec.ts',
    '!**/index.ts',
    '!**/example-scenario.ts',
  ];
  const config = join(here, 'stryker.config.mjs');
  const { status } = spawnSync(process.execPath, [stryker, 'run', config, '--mutate', mutate.join(',')], {
    cwd: root,
    stdio: 'inherit',
  });
  return status ?? 1;
}

process.exit(main());
