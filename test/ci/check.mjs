#!/usr/bin/env node
/**
 * `npm run check`: types, lint, formatting, retired words, dependency rules, generated documents
 * and unused exports, two at a time, the longest first. Prints a line for each with its time, and
 * its output if it fails. Ends with 1 if one failed, after all of them.
 */
import { spawn } from 'node:child_process';
import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const bin = fileURLToPath(new URL('../../node_modules/.bin', import.meta.url));
const AT_ONCE = 2;

const CHECKS = [
  // One process for all files would need more memory for their types than Node has.
  ['lint of libs', 'eslint', 'libs'],
  ['lint of all else', 'eslint', '.', '--ignore-pattern', 'libs'],
  ['types', 'tsc', '-p', 'tsconfig.json'],
  [
    'dependency rules',
    'depcruise',
    '--config',
    '.dependency-cruiser.mjs',
    '--output-type',
    'err',
    'apps',
    'libs',
    'test',
  ],
  ['formatting', 'prettier', '--check', '--log-level', 'warn', '.'],
  ['generated documents', 'npm', 'run', '--silent', 'docs', '--', '--check'],
  ['retired words', 'node', 'test/ci/retired.mjs'],
  ['unused exports', 'node', 'test/ci/unused-exports.mjs'],
];

/** Runs a check to its end; true if it passed. */
async function passes([name, command, ...args]) {
  const began = performance.now();
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` };
  const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  child.on('error', (error) => (output += `${error.message}\n`));
  const status = await new Promise((resolve) => child.once('close', resolve));
  const took = Math.round((performance.now() - began) / 1000);
  process.stdout.write(`${name}: ${status === 0 ? 'passed' : 'FAILED'} in ${took} s\n${status === 0 ? '' : output}`);
  return status === 0;
}

const waiting = [...CHECKS];
let failed = 0;
await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift())
      // Counted after the wait: a sum that is read before it would lose the failures meanwhile.
      if (!(await passes(check))) failed += 1;
  }),
);
process.exitCode = failed === 0 ? 0 : 1;
