#!/usr/bin/env node
/**
 * `npm run test:mutants`: removes each safety check of `list.ts` once, in a copy of the sources.
 * Its test must fail without the check, and pass with it. `-- --only <word>` tries the mutants of
 * which the name, file or spec has the word; `-- --why` prints the failure of each test;
 * `-- --list` prints the list. Ends with 1 if a mutant survives, or if the list does not fit the
 * sources.
 */
import { spawn } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { swcDefaultsFactory } from '@nestjs/cli/lib/compiler/defaults/swc-defaults.js';
import { transformSync } from '@swc/core';
import ts from 'typescript';
import { MUTANTS } from './list.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const PARALLEL_RUNS = 2;
/** A spec that runs longer is ended. */
const SPEC_TIMEOUT_MS = 180_000;

const after = (flag) => (process.argv.includes(flag) ? (process.argv[process.argv.indexOf(flag) + 1] ?? '') : null);
const only = after('--only')?.toLowerCase() ?? '';
const verbose = process.argv.includes('--why');
const wanted = MUTANTS.filter(({ name, file, spec }) => [name, file, spec].some((s) => s.toLowerCase().includes(only)));

/** Why an entry does not fit the sources; null if its code is there once, and its spec exists. */
function wrongWith({ file, code, spec }) {
  const times = readFileSync(join(root, file), 'utf8').split(code).length - 1;
  if (times !== 1) return `its code is ${times} times in ${file}, not once`;
  return existsSync(join(root, spec)) ? null : `there is no ${spec}`;
}
const stale = MUTANTS.filter((entry) => wrongWith(entry) !== null);
for (const entry of stale) console.error(`STALE     ${entry.name}: ${wrongWith(entry)}`);
if (stale.length > 0) process.exit(1);
if (wanted.length === 0) {
  console.error(`no mutant has "${only}" in its name, file or spec`);
  process.exit(1);
}
if (process.argv.includes('--list')) {
  for (const { name, file, spec } of wanted) console.log(`${name}\n    ${file}\n    ${spec}`);
  console.log(`${wanted.length} mutants`);
  process.exit(0);
}

/** Compiles a file as the build does, of which this is the one step that a changed file needs. */
function compiler(of) {
  const { config } = ts.readConfigFile(join(of, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, of);
  const nest = JSON.parse(readFileSync(join(of, 'nest-cli.json'), 'utf8'));
  const { swcOptions } = swcDefaultsFactory({ ...options, pathsBasePath: of }, nest, [], 'standalone');
  return (file, source) =>
    transformSync(source, { ...swcOptions, filename: join(of, file), sourceMaps: false, swcrc: false, cwd: of }).code;
}
const builtOf = (file) => join('dist', file.replace(/\.ts$/, '.js'));

const scratch = mkdtempSync(join(tmpdir(), 'entente-mutants-'));
// A spec runs the deployment as a user who may not write: it must come as far as the folder.
chmodSync(scratch, 0o755);

/** A copy of all that the specs need, in which one check at a time is removed. */
function copyOf(name) {
  const copy = join(scratch, name);
  for (const part of ['apps', 'libs', 'test', 'deploy', 'dist'])
    cpSync(join(root, part), join(copy, part), { recursive: true, filter: (path) => !path.endsWith('node_modules') });
  for (const part of ['package.json', 'tsconfig.json', 'nest-cli.json', 'jest.config.mjs', 'README.md'])
    cpSync(join(root, part), join(copy, part));
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  mkdirSync(join(copy, 'tmp'));
  chmodSync(join(copy, 'tmp'), 0o777);
  return { copy, compile: compiler(copy) };
}

const code = (text) => text.replace(/\n\/\/# sourceMappingURL=.*\s*$/, '').trimEnd();

/** The processes under way, each with all that it began. */
const groups = new Set();
for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, () => {
    for (const pid of groups) endGroup(pid);
    rmSync(scratch, { recursive: true, force: true });
    process.exit(1);
  });

/** Runs the tests of a spec; what jest reports, or why it reports nothing. */
async function run(copy, { spec, tests }) {
  const report = join(copy, 'report.json');
  rmSync(report, { force: true });
  const jest = [join('node_modules', 'jest', 'bin', 'jest.js'), '--ci', '--forceExit', '--json'];
  const asked = [`--outputFile=${report}`, `--cacheDirectory=${join(copy, 'cache')}`, `--testMatch=<rootDir>/${spec}`];
  const named = `--testNamePattern=${tests.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}`;
  const args = ['--experimental-vm-modules', '--no-warnings', ...jest, ...asked, named];
  // A separate process group, so that a deployment left by a broken test is ended with it.
  const env = { ...process.env, TMPDIR: join(copy, 'tmp') };
  const child = spawn(process.execPath, args, { cwd: copy, env, detached: true, stdio: ['ignore', 'ignore', 'pipe'] });
  groups.add(child.pid);
  let stderr = '';
  child.stderr.on('data', (text) => (stderr = (stderr + text).slice(-4000)));
  let late = false;
  const timer = setTimeout(() => (late = true) && endGroup(child.pid), SPEC_TIMEOUT_MS);
  await new Promise((resolve) => child.once('exit', resolve));
  clearTimeout(timer);
  endGroup(child.pid);
  if (late) return { why: `did not end within ${SPEC_TIMEOUT_MS / 1000} s`, stderr };
  if (!existsSync(report)) return { why: 'jest reported nothing', stderr };
  return { ...JSON.parse(readFileSync(report, 'utf8')), stderr };
}
function endGroup(pid) {
  groups.delete(pid);
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // All of it has ended.
  }
}

const PASS = 'its tests pass without it';
/**
 * Whether a run shows that the mutant is killed, since a test fails without the check; and why it
 * is or is not.
 */
function verdictOf({ why, numRuntimeErrorTestSuites, numTotalTests, numPendingTests, testResults, stderr }) {
  if (why !== undefined) return [false, `${why}\n${stderr}`];
  if (numRuntimeErrorTestSuites > 0) return [false, `the spec did not run\n${stderr}`];
  if (numTotalTests === numPendingTests) return [false, 'no test has this name'];
  const results = testResults.flatMap(({ assertionResults }) => assertionResults);
  const failed = results.flatMap(({ status, failureMessages }) => (status === 'failed' ? [failureMessages[0]] : []));
  if (failed.length === 0) return [false, PASS];
  // What is left of the code must run: a name that went with the check proves nothing.
  if (failed.every((message) => /^ReferenceError/.test(message)))
    return [false, `what is left does not run: ${failed[0]}`];
  return [true, plain(failed[0])];
}
/** The message of a failed test, without the stack. */
const plain = (message) =>
  message
    .replaceAll(/\u001b\[[0-9;]*m/g, '')
    .split(/\n\s+at /)[0]
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(0, 12)
    .map((line) => line.slice(0, 160))
    .join('\n          ');

/** Tests that fail as they are, alone as here, show nothing: each is looked at once. */
const whole = new Map();
async function whyNotWhole(copy, entry) {
  const name = `${entry.spec} ${entry.tests}`;
  if (!whole.has(name)) whole.set(name, run(copy, entry).then(verdictOf));
  const [fails, why] = await whole.get(name);
  if (!fails && why === PASS) return null;
  return fails ? `its tests fail with it too\n${why}` : why;
}

async function tryOne({ copy, compile }, entry) {
  const { file, code: check, instead } = entry;
  const source = join(copy, file);
  const built = join(copy, builtOf(file));
  const unbroken = readFileSync(source, 'utf8');
  const compiled = readFileSync(built, 'utf8');
  if (code(compile(file, unbroken)) !== code(compiled))
    return [false, `${builtOf(file)} is not what the build makes of ${file}`];
  const notWhole = await whyNotWhole(copy, entry);
  if (notWhole !== null) return [false, notWhole];
  const broken = unbroken.replace(check, () => instead);
  writeFileSync(source, broken);
  writeFileSync(built, compile(file, broken));
  try {
    return verdictOf(await run(copy, entry));
  } finally {
    writeFileSync(source, unbroken);
    writeFileSync(built, compiled);
  }
}

const begun = performance.now();
const survived = [];
const waiting = [...wanted];
try {
  const lanes = Array.from({ length: Math.min(PARALLEL_RUNS, wanted.length) }, (_, i) => copyOf(`copy-${i}`));
  await Promise.all(
    lanes.map(async (lane) => {
      for (let entry = waiting.shift(); entry !== undefined; entry = waiting.shift()) {
        const since = performance.now();
        const [killed, why] = await tryOne(lane, entry);
        const took = `${((performance.now() - since) / 1000).toFixed(1).padStart(5)} s`;
        if (killed) console.log(`killed    ${took}  ${entry.name}${verbose ? `\n          ${why}` : ''}`);
        else {
          survived.push(entry);
          console.log(`SURVIVED  ${took}  ${entry.name}: ${why}\n    ${entry.file}, ${entry.spec}`);
        }
      }
    }),
  );
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
const minutes = ((performance.now() - begun) / 60_000).toFixed(1);
console.log(
  `${wanted.length} mutants: ${wanted.length - survived.length} killed, ${survived.length} survived, in ${minutes} minutes`,
);
process.exit(survived.length > 0 ? 1 : 0);
