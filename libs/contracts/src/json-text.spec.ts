import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readJson } from './json-text.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const pathsIn = (text: string): readonly string[] => {
  const read = readJson(bytes(text));
  return 'unreadable' in read ? ['unreadable'] : read.errors.map(({ path }) => path);
};

describe('JSON as it is read', () => {
  it('is what JSON.parse makes of it, without an error', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), fc.nat(4), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        if (/"__proto__":|"constructor":/.test(text)) return;
        expect(readJson(bytes(text))).toEqual({ json: JSON.parse(text) as unknown, errors: [] });
      }),
    );
  });

  it.each([
    ['a name twice', '{"a":1,"a":1}', ['a']],
    ['a name twice, once by an escape', '{"a":1,"\\u0061":2}', ['a']],
    ['a name twice in an object of a list', '{"x":[{"a":1},{"a":1,"b":2,"a":3}]}', ['x.1.a']],
    ['names that many objects have', '[{"a":1},{"a":{"a":["a","a"]}}]', []],
    ['a text that looks like a name', '{"a":"a\\":1,\\"a","b":"\\\\"}', []],
    ['more digits than a number keeps', '{"a":[1.0000000000000000001]}', ['a.0']],
    ['a number beyond all numbers', '{"a":1e400}', ['a']],
    ['a number that would be zero', '{"a":1e-400,"b":0.0,"c":-0}', ['a']],
    ['many zeros', '{"a":100000000000000000000000,"b":0.00000000000000000000001,"c":1E2}', []],
    ['a prototype', '{"a":{"__proto__":{}}}', ['unreadable']],
    ['a prototype by way of the constructor', '{"constructor":{"prototype":{}}}', ['unreadable']],
    ['no JSON', '{"a":1', ['unreadable']],
    ['nothing', '', ['unreadable']],
  ])('names what it would change or cannot read: %s', (_, text, paths) => {
    expect(pathsIn(text)).toEqual(paths);
  });

  it('is unreadable if it is no JSON, whatever it has', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'{}[]",:\\a1-.e \n'), maxLength: 12 }), (text) => {
        let isJson = true;
        try {
          JSON.parse(text);
        } catch {
          isJson = false;
        }
        expect(['unreadable' in readJson(bytes(text)), text]).toEqual([!isJson, text]);
      }),
      { numRuns: 5000 },
    );
  });

  it('has no byte replaced', () => {
    const read = readJson(Uint8Array.from([...bytes('{"a":"'), 0xff, ...bytes('"}')]));
    expect(read).toEqual({ unreadable: expect.stringContaining('not UTF-8') });
  });

  it('names an object with too many names, and counts them', () => {
    const many = (n: number): string => JSON.stringify(Object.fromEntries(Array.from({ length: n }, (_, i) => [i, 1])));
    const errorsIn = (text: string) => {
      const read = readJson(bytes(text));
      return 'unreadable' in read ? read : read.errors;
    };
    const message = 'must have no more than 1000 fields, and has 80000';
    expect(errorsIn(many(1000))).toEqual([]);
    expect(errorsIn(many(80_000))).toEqual([{ path: '', message }]);
    expect(errorsIn(`{"a":[{},{"b":${many(80_000)},"c":${many(7)}}]}`)).toEqual([{ path: 'a.1.b', message }]);
    // It is not parsed, whether or not it is JSON.
    expect(readJson(bytes(many(80_000)))).toMatchObject({ json: null });
    expect(errorsIn(`{"a":${many(80_000)},"b":[}`)).toEqual([{ path: 'a', message }]);
    expect(readJson(bytes(many(80_000)), { maxFields: 80_000 })).toMatchObject({ errors: [] });
  });

  it('names a hundred errors at most, however long and deep it is', () => {
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    const many = `{${Array.from({ length: 100_000 }, () => '"a":1').join(',')}}`;
    const startedAt = performance.now();
    expect(pathsIn(deep)).toEqual([]);
    expect(pathsIn(many)).toHaveLength(100);
    expect(performance.now() - startedAt).toBeLessThan(1000);
  });
});
