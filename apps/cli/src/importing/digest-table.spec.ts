import { describe, expect, it } from '@jest/globals';
import { DigestTable, digest64 } from './digest-table.js';

describe('a digest table', () => {
  it('keeps what was put at each key while it grows, and knows no other key', () => {
    const table = new DigestTable();
    const count = 20_000;
    for (let n = 1; n <= count; n += 1) {
      const slot = table.add(digest64(String(n)));
      table.line[slot] = n;
      table.content[slot] = BigInt(n) << 32n;
      table.sum[slot] = BigInt(-n);
      table.stream[slot] = n + 1;
      table.revisions[slot] = n % 7;
      table.flags[slot] = n % 5;
    }
    expect(table.size).toBe(count);
    for (let n = 1; n <= count; n += 1) {
      const slot = table.find(digest64(String(n)));
      const { line, content, sum, stream, revisions, flags } = table;
      expect([line[slot], content[slot], sum[slot], stream[slot], revisions[slot], flags[slot]]).toEqual([
        n,
        BigInt(n) << 32n,
        BigInt(-n),
        n + 1,
        n % 7,
        n % 5,
      ]);
    }
    for (let n = count + 1; n < count + 1000; n += 1) expect(table.find(digest64(String(n)))).toBe(-1);
  });

  it('adds a key once, also the key zero', () => {
    const table = new DigestTable();
    expect(table.find(0n)).toBe(-1);
    expect(table.add(0n)).toBe(table.add(0n));
    expect([table.size, table.find(0n) >= 0, table.find(2n)]).toEqual([1, true, -1]);
  });
});
