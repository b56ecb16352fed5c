import { describe, expect, it } from '@jest/globals';
import type { ColumnType } from '@entente/kernel';
import { rowMaker } from './row-maker.js';

const COLUMNS = {
  id: 'text',
  day: 'day',
  count: 'integer',
  amount: 'amount',
  part: 'decimal',
  open: 'boolean',
  sites: 'json',
  total: 'amount-sum',
} as const satisfies Record<string, ColumnType>;
const make = rowMaker(COLUMNS);
const digits = (stored: unknown): string => `sum of ${String(stored)}`;

describe('a maker of rows', () => {
  const row = {
    id: 'elbonia',
    day: '2026-03-01',
    count: 3,
    amount: 12,
    part: 0.5,
    open: true,
    sites: ['a'],
    total: 'sum of 7',
  };
  it('decodes what SQLite stores, and leaves out what is selected behind the columns', () => {
    const stored = ['elbonia', '2026-03-01', 3, '12', '0.5', 1, '["a"]', '7', 'programme/p', '', '9', 'e'];
    expect(make(stored, digits)).toEqual(row);
  });
  it('decodes what PostgreSQL stores', () => {
    expect(make(['elbonia', '2026-03-01', '3', '12', '0.5', true, '["a"]', 7n], digits)).toEqual(row);
  });
  it('keeps what is missing, in the order of the columns', () => {
    const empty = make(Array(8).fill(null), digits);
    expect(Object.entries(empty)).toEqual(Object.keys(COLUMNS).map((name) => [name, null]));
  });
  it('takes any name of a column as a name', () => {
    expect(rowMaker({ '"] = evil()': 'text' })(['x'], digits)).toEqual({ '"] = evil()': 'x' });
  });
});
