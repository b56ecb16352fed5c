#!/usr/bin/env node
/**
 * `npm run test:landing`: what is run before a change lands (`suites.mjs`), with a line for each
 * suite and its time; names what it leaves out. `npm run test:all`: everything. Ends with 1 after
 * the first suite that fails.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { BUDGET_SECONDS, chosen, everything } from './suites.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const all = process.argv.includes('--all');

/**
 * A landing is what was committed within a number of hours before its last commit, unless CI_BASE
 * names a commit.
 */
const LANDING_HOURS = 6;

const git = (...args) => {
  const { status, stdout } = spawnSync('git', args, { cwd: root, encoding: 'utf8' });
  return status === 0 ? stdout.trim() : '';
};

/** The files that the landing changed; every file, if that is not known. */
function changedFiles() {
  const at = Number(git('log', '-1', '--format=%ct'));
  const before = git('rev-list', '-1', `--before=${at - LANDING_HOURS * 3600}`, 'HEAD');
  const base = process.env.CI_BASE ?? before;
  const files = base === '' ? git('ls-files') : git('diff', '--name-only', base, 'HEAD');
  return files.split('\n').filter(Boolean);
}

/** Installs what a suite needs from the system, if it may; false if it cannot be had. */
function has(needs) {
  if (needs === undefined) return true;
  const there = () =>
    needs === 'chromium'
      ? existsSync(process.env.CHROMIUM ?? '/usr/bin/chromium')
      : spawnSync('sh', ['-c', `command -v ${needs}`]).status === 0;
  if (there()) return true;
  spawnSync('sh', ['-c', `apt-get update && apt-get install -y ${needs}`], { stdio: 'ignore' });
  return there();
}

/** Why a suite cannot run here; null if it can. */
function missing({ run, needs }) {
  if (!has(needs)) return `${needs} is not there and cannot be installed`;
  if (!run.includes('$GREENBOOK')) return null;
  const file = process.env.GREENBOOK;
  return file !== undefined && existsSync(file) ? null : 'GREENBOOK names no file';
}

const commits = Number(git('rev-list', '--count', 'HEAD')) || 0;
const { run, left, seconds } = all ? { run: everything(), left: [], seconds: null } : chosen(changedFiles(), commits);
const say = (line) => process.stdout.write(`${line}\n`);
say(
  `${run.length} suites${seconds === null ? '' : `, about ${Math.round(seconds / 60)} of ${Math.round(BUDGET_SECONDS / 60)} minutes`}`,
);

const began = performance.now();
for (const suite of run) {
  const why = missing(suite);
  if (why !== null) {
    say(`NOT TRIED: ${suite.name}, since ${why}`);
    continue;
  }
  const [script, ...args] = suite.run.map((word) => (word === '$GREENBOOK' ? process.env.GREENBOOK : word));
  say(`==> ${suite.name}: npm run ${[script, ...args].join(' ')}`);
  const since = performance.now();
  const { status } = spawnSync('npm', ['run', '--silent', script, '--', ...args], { cwd: root, stdio: 'inherit' });
  const took = Math.round((performance.now() - since) / 1000);
  say(`<== ${suite.name}: ${status === 0 ? 'passed' : 'FAILED'} in ${took} s`);
  if (status !== 0) process.exit(1);
}
for (const { name, run: words } of left)
  say(`LEFT OUT of this run: ${name} (npm run ${words[0]} -- ${words.slice(1).join(' ')})`);
say(`all passed in ${Math.round((performance.now() - began) / 1000)} s`);
