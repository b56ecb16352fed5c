import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const LIBS = join(import.meta.dirname, '../..');
/** The sources, or the specs, of a library. */
const textOf = (library: string, specs: boolean): string =>
  readdirSync(join(LIBS, library, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && file.endsWith('.spec.ts') === specs)
    .map((file) => readFileSync(join(LIBS, library, 'src', file), 'utf8'))
    .join('\n');

describe('the refusals of the rules', () => {
  const rules = textOf('domain', false) + textOf('kernel', false);
  const codes = [...new Set([...rules.matchAll(/\brefuse\(\s*'([a-z-]+)'/g)].map(([, code]) => code as string))];

  it('are found', () => expect(codes.length).toBeGreaterThan(150));
  it('are each expected by a spec of the rules: a code that no command can meet is removed', () => {
    const specs = textOf('domain', true);
    expect(codes.filter((code) => !specs.includes(`'${code}'`))).toEqual([]);
  });
});
