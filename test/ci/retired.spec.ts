import { describe, expect, it } from '@jest/globals';
import { RETIRED, isUnwrapped, retiredIn, typeDeclaredIn } from './retired.mjs';

describe('the check of retired terms', () => {
  it('names a term and what to write, in prose, identifiers and file names', () => {
    for (const [text, says] of [
      ['the house closes', 'house is retired: write deployment'],
      ['const app = await buildHouse(folder);', 'House is retired'],
      ['test/engines/kafka.ts', 'test/engines is retired: write backing services'],
      ['"code": "wrong-shape"', 'wrong-shape is retired: write validation-failed'],
      ['ENTENTE_STOP_SECONDS=30', 'ENTENTE_STOP_SECONDS is retired'],
    ] as const)
      expect(retiredIn(text)).toContain(says);
    expect(RETIRED.length).toBeGreaterThan(5);
  });

  it('finds comments that are not wrapped, and ignores code and lines that cannot be wrapped', () => {
    const long = 'word '.repeat(25);
    expect([`// ${long}`, ` * ${long}`, `/** ${long} */`].map(isUnwrapped)).toEqual([true, true, true]);
    expect([`call('${long}');`, `// ${'x'.repeat(120)}`, '// short'].map(isUnwrapped)).toEqual([false, false, false]);
  });

  it('finds the types that a source declares', () => {
    for (const line of ['interface Told {', 'export type Told = string;', 'export abstract class Told {'])
      expect(typeDeclaredIn(line)).toBe('Told');
    for (const line of ['  type Told,', 'const Told = 1;', '// class Told'])
      expect(typeDeclaredIn(line)).toBeUndefined();
  });

  it('ignores stored names and ordinary words', () => {
    for (const text of ['SELECT turn FROM house', 'a warehouse', 'libs/engine/src/index.ts', 'clearinghouse'])
      expect(retiredIn(text)).toBeNull();
  });
});
