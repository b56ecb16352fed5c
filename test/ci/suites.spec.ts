import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ALWAYS, BUDGET_SECONDS, IN_TURN, TOUCHED, chosen, everything } from './suites.mjs';

const root = join(import.meta.dirname, '../..');
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> };

describe('the suites of a landing', () => {
  it('are npm scripts that exist', () => {
    for (const { run } of everything()) expect(Object.keys(scripts)).toContain(run[0]);
  });

  it.each([
    ['test:integration', 'int-spec'],
    ['test:processes', 'process-spec'],
  ])('of %s name every %s once', (script, ending) => {
    const specs = globSync(`{libs/*/src,test/**}/*.${ending}.ts`, { cwd: root }).map((file) => `/${basename(file)}`);
    const patterns = everything().flatMap(({ run }) => (run[0] === script ? run.slice(1) : []));
    const named = specs.map((spec) => [spec, patterns.filter((pattern) => new RegExp(pattern).test(spec)).length]);
    expect(named).toEqual(specs.map((spec) => [spec, 1]));
    for (const pattern of patterns) expect(specs.some((spec) => new RegExp(pattern).test(spec))).toBe(true);
  });

  it('depend on sources that exist', () => {
    for (const { touches } of TOUCHED)
      for (const from of touches)
        expect([from, globSync(`${from}*`, { cwd: root }).length > 0 || existsSync(join(root, from))]).toEqual([
          from,
          true,
        ]);
  });

  it('fit the time budget after any change, and each is chosen at some landing', () => {
    const files = TOUCHED.flatMap(({ touches }) => touches);
    const tried = new Set<string>();
    for (let commits = 0; commits < IN_TURN.length * TOUCHED.length; commits += 1) {
      const { run, left, seconds } = chosen(files, commits);
      expect(seconds).toBeLessThanOrEqual(BUDGET_SECONDS);
      expect(run.length + left.length).toBe(ALWAYS.length + 1 + TOUCHED.length);
      for (const { name } of run) tried.add(name);
    }
    expect(tried).toEqual(new Set([...ALWAYS, ...TOUCHED, ...IN_TURN].map(({ name }) => name)));
  });

  it('include those whose sources changed', () => {
    const { run, left } = chosen(['libs/sqlite/src/log-writer.ts'], 1);
    expect([...run, ...left].map(({ run: [script] }) => script)).toEqual(
      expect.arrayContaining(['test:faults', 'test:processes', 'test:kill']),
    );
    expect(chosen(['README.md'], 0).run).toHaveLength(ALWAYS.length + 1);
  });
});
