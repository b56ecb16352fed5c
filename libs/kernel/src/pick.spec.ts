import { describe, expect, it } from '@jest/globals';
import { pick } from './pick.js';

describe('the fields of an object that are picked', () => {
  it('are those named that it has, in the order of the names', () => {
    const of: { readonly a: number; readonly b?: number; readonly c: string } = { a: 1, c: 'x' };
    expect(JSON.stringify(pick(of, 'c', 'b', 'a'))).toBe('{"c":"x","a":1}');
  });
  it('have no field that is undefined', () =>
    expect(Object.keys(pick({ a: undefined, b: null, c: 0 }, 'a', 'b', 'c'))).toEqual(['b', 'c']));
});
