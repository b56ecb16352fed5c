import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { MUTANTS } from './list.js';

const root = join(import.meta.dirname, '../..');
const text = (file: string): string => readFileSync(join(root, file), 'utf8');

describe('the list of mutants', () => {
  it('names code that is in its file once', () => {
    const wrong = MUTANTS.flatMap(({ name, file, code }) => {
      const times = text(file).split(code).length - 1;
      return times === 1 ? [] : [`${name}: its code is ${times} times in ${file}`];
    });
    expect(wrong).toEqual([]);
  });

  it('names specs that exist', () => {
    expect(MUTANTS.filter(({ spec }) => !existsSync(join(root, spec)))).toEqual([]);
  });

  it('names each mutant once', () => {
    const names = MUTANTS.map(({ name }) => name);
    expect(names).toEqual([...new Set(names)]);
  });
});
