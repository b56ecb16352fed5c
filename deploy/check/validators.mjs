/**
 * Validators of others: installed once, at fixed versions, below .entente. If one is not available,
 * that is reported and is not a failure.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './files.mjs';

const here = import.meta.dirname;
const kept = join(root, '.entente', 'deploy-check');

const digestOf = (files) => {
  const hash = createHash('sha256');
  for (const file of files) hash.update(file).update('\0').update(readFileSync(file)).update('\0');
  return hash.digest('hex').slice(0, 16);
};

function run(command, args, options = {}) {
  const done = spawnSync(command, args, { cwd: root, encoding: 'utf8', maxBuffer: 64 << 20, ...options });
  const output = `${done.stderr ?? ''}${done.stdout ?? ''}`.trim();
  return { ok: done.status === 0, out: done.stdout, output: done.error?.message ?? output };
}

/** Thrown if a validator is not available. */
export class NotHad extends Error {}

function bring(file, make) {
  if (existsSync(file)) return;
  mkdirSync(kept, { recursive: true });
  process.stderr.write(`bringing ${file.slice(root.length)}, once ...\n`);
  make();
}

/** Runs a command that must succeed for a validator to be available. */
function must(lacking, command, args, options) {
  const { ok, output } = run(command, args, options);
  if (!ok) throw new NotHad(`${lacking}: ${output.split('\n').slice(-3).join(' ')}`);
}

/**
 * The parsers of BuildKit, Compose, Kustomize and Prometheus, in one program: returns what it read,
 * and the errors.
 */
export function byGo(what, path) {
  const sources = readdirSync(join(here, 'go')).map((name) => join(here, 'go', name));
  const program = join(kept, `validate-${digestOf(sources.toSorted())}`);
  bring(program, () => {
    const options = { cwd: join(here, 'go'), env: { ...process.env, GOTOOLCHAIN: 'local' } };
    must(
      'it needs Go, as new as deploy/check/go/go.mod requires, and its modules',
      'go',
      ['list', '-deps', '.'],
      options,
    );
    // Compiled quickly, not for speed. Its modules and build results are stored in Go's own caches.
    const compile = ['build', '-gcflags=all=-N -l', '-ldflags=-s -w', '-o', program, '.'];
    const { ok, output } = run('go', compile, options);
    if (!ok) throw new Error(`deploy/check/go does not compile: ${output}`);
  });
  const { ok, out, output } = run(program, [what, path]);
  return ok ? { read: JSON.parse(out), wrong: [] } : { read: null, wrong: output.split('\n') };
}

/** A program of a package of PyPI. */
export function byPython(program, args) {
  const requirements = join(here, 'requirements.txt');
  const folder = join(kept, `python-${digestOf([requirements])}`);
  const bin = join(folder, 'bin');
  bring(join(folder, 'whole'), () => {
    rmSync(folder, { recursive: true, force: true });
    must('it takes Python 3 with venv', 'python3', ['-m', 'venv', folder]);
    const install = [
      '-m',
      'pip',
      'install',
      '--quiet',
      '--disable-pip-version-check',
      '--no-deps',
      '--only-binary=:all:',
    ];
    must('it takes packages of PyPI', join(bin, 'python'), [...install, '-r', requirements]);
    writeFileSync(join(folder, 'whole'), '');
  });
  const { ok, output } = run(join(bin, program), args);
  return ok ? [] : output.split('\n');
}
