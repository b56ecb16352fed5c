import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { CLI } from './cli.js';
import { ENGINE } from './engine.js';
import { STANDALONE } from './deployment.js';
import { SQLITE } from './sqlite.js';
import { TYPEORM } from './typeorm.js';

const root = join(import.meta.dirname, '../..');
const text = (file: string): string => readFileSync(join(root, file), 'utf8');

it('the list of guards names code that stands once in its file, and a spec that is there', () => {
  const wrong = [ENGINE, SQLITE, TYPEORM, STANDALONE, CLI].flat().flatMap(({ file, guards }) =>
    guards.flatMap(({ guard, code, spec }) => {
      const times = text(file).split(code).length - 1;
      if (times !== 1) return [`${guard}: its code stands ${times} times in ${file}`];
      return existsSync(join(root, spec)) ? [] : [`${guard}: there is no ${spec}`];
    }),
  );
  expect(wrong).toEqual([]);
});
