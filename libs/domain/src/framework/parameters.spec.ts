import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { DEFAULT_PARAMETERS } from './parameters.js';

const DOMAIN = join(import.meta.dirname, '..');
const rules = readdirSync(DOMAIN, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'))
  .map((file) => readFileSync(join(DOMAIN, file), 'utf8'))
  .join('\n');

describe('a parameter of a legal framework', () => {
  it('is read by a rule, except those of which the contract and the documents state that none does', () =>
    expect(Object.keys(DEFAULT_PARAMETERS).filter((name) => !rules.includes(`'${name}'`))).toEqual([
      'warningAcknowledgeDays',
      'deviationPercent',
    ]));
});
