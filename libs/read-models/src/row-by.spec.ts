import 'reflect-metadata';
import { expect, it } from '@jest/globals';
import { count, dayOrNull, json, text, textOrNull } from './columns.js';
import { rowWith } from './row-by.js';

class Row {
  @text('a word') word!: string;
  @textOrNull('another word') other!: string | null;
  @dayOrNull('a day') on!: string | null;
  @count('how often') times!: number;
  @json('the parts') parts!: readonly string[];
}

it('a column that an event does not state has its default, and keeps what it had if the event does not concern it', () => {
  const having = rowWith(Row);
  const opened = having({ word: 'a', other: undefined, on: '2026-01-01', times: 2, parts: ['x'] });
  expect(opened).toEqual({ word: 'a', other: null, on: '2026-01-01', times: 2, parts: ['x'] });
  expect(having({ on: undefined, times: undefined }, opened)).toEqual({ ...opened, on: null, times: 0 });
  expect(having({})).toEqual({ word: '', other: null, on: null, times: 0, parts: '' });
});
