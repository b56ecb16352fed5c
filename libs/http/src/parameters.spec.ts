import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { positionOf, wholeNumber } from './parameters.js';

describe('a number in an address', () => {
  it.each(['0x10', '1e2', ' 10', '10 ', '+1', '-1', '01', '1.0', '', ['1'], undefined, '9007199254740993'])(
    'is decimal digits alone: %j is none',
    (given) => expect(wholeNumber(given)).toBeNull(),
  );
  it('lies within its bounds', () => {
    expect(['0', '1', '1000', '1001'].map((given) => wholeNumber(given, 1, 1000))).toEqual([null, 1, 1000, null]);
  });
  it('is a position if a store can have it', () => {
    expect(positionOf('9223372036854775807')).toBe(9223372036854775807n);
    for (const given of ['9223372036854775808', '00', '-1', '1n', {}]) expect(positionOf(given)).toBeNull();
  });
});
