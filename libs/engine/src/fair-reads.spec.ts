import { describe, expect, it } from '@jest/globals';
import { FairReads } from './fair-reads.js';

async function* batchesOf(name: string, count: number, reads: string[]): AsyncGenerator<string, void> {
  for (let n = 1; n <= count; n += 1) {
    reads.push(name);
    yield await Promise.resolve(`${name}${n}`);
  }
}

describe('the turns of readers', () => {
  it('are one batch of one reader for each turn of the event loop, and alternate between readers', async () => {
    const turns = new FairReads();
    const reads: string[] = [];
    let loops = 0;
    let counting = true;
    const count = (): void => {
      loops += 1;
      reads.push('|');
      if (counting) setImmediate(count);
    };
    setImmediate(count);
    const read = async (name: string): Promise<string[]> => {
      const got: string[] = [];
      for await (const batch of turns.share(batchesOf(name, 3, reads))) got.push(batch);
      return got;
    };
    expect(await Promise.all([read('a'), read('b')])).toEqual([
      ['a1', 'a2', 'a3'],
      ['b1', 'b2', 'b3'],
    ]);
    counting = false;
    const perLoop = reads.join('').split('|');
    expect(Math.max(...perLoop.map(({ length }) => length))).toBe(1);
    expect(reads.filter((one) => one !== '|').join('')).toBe('ababab');
    expect(loops).toBeGreaterThanOrEqual(6);
  });

  it('end the reading of a reader that leaves', async () => {
    let ended = false;
    async function* endless(): AsyncGenerator<number, void> {
      try {
        for (let n = 0; ; n += 1) yield await Promise.resolve(n);
      } finally {
        ended = true;
      }
    }
    for await (const n of new FairReads().share(endless())) if (n === 2) break;
    expect(ended).toBe(true);
  });
});
