import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import type { ReadModelDescription } from '@entente/engine';
import { type RowRequest, cursorOf, matches, readRowQuery } from './row-query.js';

const VIEW: ReadModelDescription = {
  name: 'sums',
  topic: null,
  answers: [],
  about: '',
  type: 'view',
  columns: { word: 'text', state: 'text', amount: 'amount-sum', times: 'integer-sum', at: 'text' },
  meanings: {},
  formats: { at: 'instant' },
  codes: { state: ['open', 'closed'] },
  key: ['word'],
  totals: { counts: 'words', by: [], sums: [] },
  daily: false,
  occurredBy: false,
  reads: ['words'],
};

const read = (query: Record<string, string>): RowRequest => {
  const request = readRowQuery(VIEW, query);
  if ('where' in request) return request;
  throw new Error(JSON.stringify(request));
};

/** Whether a row that has changed matches a query. */
const has = (query: Readonly<Record<string, string>>, row: Readonly<Record<string, unknown>>): boolean =>
  matches(read(query).where, 'x', row, VIEW.columns);

describe('the parameters of a query', () => {
  it('take a sum of any size as digits, as rows hold it', () => {
    expect(read({ amount: '18014398509481982', 'times.min': '-0012' }).where).toEqual([
      { column: 'amount', in: ['18014398509481982'] },
      { column: 'times', min: '-12' },
    ]);
    for (const amount of ['1.5', '1e3', 'many', '1'.repeat(29)])
      expect(readRowQuery(VIEW, { amount })).toMatchObject([{ path: 'amount' }]);
  });

  it('take an instant in any form as the one that rows hold, and a day as its start, its end or all of it', () => {
    expect(read({ at: '2026-11-30T07:20:00+02:00' }).where).toEqual([
      { column: 'at', in: ['2026-11-30T05:20:00.000Z'] },
    ]);
    const bounds = { 'at.min': '2026-11-30', 'at.max': '2026-11-30', 'at.before': '2026-11-30' };
    expect(read(bounds).where).toEqual([
      { column: 'at', min: '2026-11-30T00:00:00.000Z' },
      { column: 'at', max: '2026-11-30T23:59:59.999Z' },
      { column: 'at', before: '2026-11-30T00:00:00.000Z' },
    ]);
    expect(read({ at: '2026-11-30' }).where).toEqual([
      { column: 'at', min: '2026-11-30T00:00:00.000Z', max: '2026-11-30T23:59:59.999Z' },
    ]);
    expect(read({ at: '' }).where).toEqual([{ column: 'at', in: [null] }]);
    expect(has({ at: '2026-11-30' }, { at: '2026-11-30T23:59:59.999Z' })).toBe(true);
    for (const [name, value] of [
      ['at', 'garbage'],
      ['at.min', '2026-11-31'],
      ['at.max', '2026-11-30T24:00:00Z'],
      ['at.before', ''],
    ] as const)
      expect(readRowQuery(VIEW, { [name]: value })).toMatchObject([{ path: name }]);
    expect(readRowQuery(VIEW, { at: '2026-11-30T07:20:00 02:00' })).toMatchObject([
      { message: expect.stringContaining('%2B') },
    ]);
    expect(readRowQuery(VIEW, { at: ['2026-11-30', '2026-11-29'] })).toMatchObject([{ path: 'at' }]);
  });

  it('take of a fixed list of codes only those in it, and an empty one', () => {
    const state = (...given: readonly string[]) => readRowQuery(VIEW, { state: given });
    expect(state('open', '')).toMatchObject({ where: [{ column: 'state', in: ['open', null] }] });
    expect(state('opn', 'closed', 'toString')).toEqual([
      { path: 'state', message: '"opn" is none; there are open, closed' },
      { path: 'state', message: '"toString" is none; there are open, closed' },
    ]);
    // A part of a code, and a range of them, are asked for as of any text.
    expect(read({ 'state.contains': 'los' }).where).toEqual([{ columns: ['state'], contains: 'los' }]);
    const journal = { ...VIEW, name: 'journal', columns: { type: 'text' as const }, codes: {} };
    expect(readRowQuery(journal, { type: 'FundsPleged' })).toMatchObject([
      { path: 'type', message: expect.stringContaining('FundsPledged') },
    ]);
  });

  it('find a sum in rows that have changed, too', () => {
    expect(has({ amount: '5' }, { word: 'x', amount: '5' })).toBe(true);
    expect(has({ amount: '5' }, { word: 'x', amount: '50' })).toBe(false);
  });

  it.each([
    [{ 'amount.min': '18014398509481984' }, { amount: '18014398509481984' }, { amount: '18014398509481983' }],
    [{ 'amount.max': '-7' }, { amount: '-8' }, { amount: '-6' }],
    [{ 'times.before': '10' }, { times: '9' }, { times: '10' }],
    [{ 'word.min': 'b', 'word.max': 'd' }, { word: 'c' }, { word: 'da' }],
    [{ 'word.contains': 'oRd' }, { word: 'a WORD' }, { word: 'other' }],
    [{ contains: 'oRd' }, { word: 'a WORD' }, { word: null }],
    [{ 'amount.min': '0' }, { amount: '0' }, { amount: null }],
  ])('find %j in rows that have changed, as the database does', (query, found, left) => {
    expect(has(query as Record<string, string>, found)).toBe(true);
    expect(has(query as Record<string, string>, left)).toBe(false);
  });

  it('refuse a cursor whose value of a sum is no digits', () => {
    const query = { sort: 'amount' };
    const request = read(query);
    const at = { version: '1', positions: [1n], day: '2026-06-01' };
    const cursor = (value: string | number) =>
      cursorOf('sums', request, at, { key: 'x', columns: {}, sortValues: [value], source: null, parkedSince: null });
    expect(read({ ...query, cursor: cursor('5') }).cursor?.sortValues).toEqual(['5']);
    for (const value of ['five', 1.5, '5.5'])
      expect(readRowQuery(VIEW, { ...query, cursor: cursor(value) })).toMatchObject([{ path: 'cursor' }]);
  });

  it('refuse a cursor that was changed by hand', () => {
    const query = { sort: 'amount' };
    const at = { version: '1', positions: [1n], day: '2026-06-01' };
    const row = { key: 'x', columns: {}, sortValues: ['5'], source: null, parkedSince: null };
    const good = cursorOf('sums', read(query), at, row);
    const parts = JSON.parse(Buffer.from(good, 'base64url').toString()) as unknown[];
    const withPart = (n: number, value: unknown): string =>
      Buffer.from(JSON.stringify(parts.with(n, value))).toString('base64url');
    expect(read({ ...query, cursor: withPart(4, 'y') }).cursor?.key).toBe('y');
    for (const [n, value] of [
      [2, ['9223372036854775808']],
      [2, []],
      [4, 7],
      [5, 'soon'],
    ] as const)
      expect(readRowQuery(VIEW, { ...query, cursor: withPart(n, value) })).toMatchObject([{ path: 'cursor' }]);
  });
});
