import { describe, expect, it } from '@jest/globals';
import { RETIRED, UNPLAIN, isTooLong, isUnwrapped, retiredIn, typeDeclaredIn, unplainIn } from './retired.mjs';

describe('the check of retired terms', () => {
  it('names a term and what to write, in prose, identifiers and file names', () => {
    for (const [text, message] of [
      ['the house closes', 'house is retired: write deployment'],
      ['const app = await buildHouse(folder);', 'House is retired'],
      ['test/engines/kafka.ts', 'test/engines is retired: write backing services'],
      ['"code": "wrong-shape"', 'wrong-shape is retired: write validation-failed'],
      ['ENTENTE_STOP_SECONDS=30', 'ENTENTE_STOP_SECONDS is retired'],
    ] as const)
      expect(retiredIn(text)).toContain(message);
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
    for (const text of ["const OLD_STORE_INFO = 'house'", 'a warehouse', 'libs/engine/src/index.ts', 'clearinghouse'])
      expect(retiredIn(text)).toBeNull();
  });

  it('finds words that are not plain in comments and Markdown, with the words to write', () => {
    for (const text of [
      'is told',
      'it says so',
      'rows anew',
      'so many rows',
      'whoever asks',
      'as it stands',
      'it goes on',
    ])
      for (const [file, line] of [
        ['libs/engine/src/relay.ts', `  // ${text}`],
        ['libs/http/src/app.ts', ` * ${text}`],
        ['deploy/setup.mjs', `/** ${text} */`],
        ['test/support/kafka.ts', `// ${text}`],
        ['test/faults/backup.spec.ts', `  it('${text}', async () => {`],
        ['test/faults/backup.spec.ts', `  ] as const)('${text}', async () => {`],
        ['libs/engine/src/relay.spec.ts', `describe.each(CASES)('${text}', () => {`],
        ['docs/how-to/upgrade.md', text],
      ] as const)
        expect(unplainIn(file, line)).toMatch(/^".+" is not plain: write .+/);
    for (const [pattern, instead] of UNPLAIN) expect(pattern.test(instead)).toBe(false);
  });

  it('finds names that are not plain, in tests any that they declare', () => {
    for (const line of ["  const told = await post('x');", 'interface Told {', '  readonly said: string;'])
      expect(unplainIn('test/support/load.ts', line)).toContain('is not plain');
    for (const line of ['watch(this.told);', 'log(`of ${said}`);', '(wire) => 1', 'const MOST_ROWS = 5;'])
      expect(unplainIn('libs/http/src/app.ts', line)).toContain('is not plain');
    expect(unplainIn('libs/http/src/app.ts', 'interface Told {')).toBeNull();
  });

  it('finds words that are not plain in messages, and not in those that a test compares', () => {
    const line = "throw new Error(`${id}: it is put aside`); // nobody's";
    expect(unplainIn('libs/http/src/app.ts', line)).toMatch(/^"put aside" is not plain/);
    expect(unplainIn('libs/http/src/app.spec.ts', line)).toBeNull();
    expect(unplainIn('libs/http/src/app.ts', "type Word = 'said'; log('it is said');")).toContain('"said"');
    expect(unplainIn('libs/http/src/app.ts', "type Word = 'said';")).toBeNull();
  });

  it('finds lines of documents that are too long', () => {
    const text = 'word '.repeat(25);
    expect([
      isTooLong('docs/how-to/upgrade.md', text),
      isTooLong('docs/reference/rules.md', `| ${text}|`),
      isTooLong('libs/engine/src/relay.ts', text),
      isTooLong('README.md', text.slice(0, 120)),
    ]).toEqual([true, true, false, false]);
  });

  it('lets code, other files and words between backquotes be', () => {
    for (const [file, line] of [
      ['libs/engine/src/relay.ts', 'const stands = 1;'],
      ['docker-compose.yml', '# is told'],
      ['test/support/kafka.ts', "  until('is told');"],
      ['docs/reference/problem-codes.md', '- `as-it-stands`: at most the balance'],
      ['docs/how-to/upgrade.md', 'a stand-in, which stays as long as its process'],
    ] as const)
      expect(unplainIn(file, line)).toBeNull();
  });
});
