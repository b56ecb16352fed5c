import { describe, expect, it } from '@jest/globals';
import { Backoff } from './backoff.js';
import { pause, supervise } from './supervise.js';

const taken = (backoff: Backoff, count: number): number[] => Array.from({ length: count }, () => backoff.next());

describe('a backoff', () => {
  it('doubles its pauses up to thirty times the first, and begins again after a success', () => {
    const backoff = new Backoff({ firstMs: 10 });
    expect(taken(backoff, 7)).toEqual([10, 20, 40, 80, 160, 300, 300]);
    backoff.reset();
    expect(taken(backoff, 2)).toEqual([10, 20]);
  });

  it('grows by the factor and up to the pause that it is given', () => {
    expect(taken(new Backoff({ firstMs: 10, maxMs: 100, factor: 4 }), 4)).toEqual([10, 40, 100, 100]);
  });
});

describe('supervised work', () => {
  const failing = (times: number) => {
    const at: number[] = [];
    const work = (): Promise<string> => {
      at.push(performance.now());
      return at.length > times ? Promise.resolve('done') : Promise.reject(new Error(`failure ${at.length}`));
    };
    return { at, work };
  };

  it('runs until it succeeds, after pauses that grow, and each failure is reported', async () => {
    const { at, work } = failing(3);
    const failures: [string, number][] = [];
    const onFailure = (error: unknown, ms: number): void => void failures.push([(error as Error).message, ms]);
    const backoff = new Backoff({ firstMs: 20 });
    expect(await supervise(work, { signal: new AbortController().signal, backoff, onFailure })).toBe('done');
    expect(failures).toEqual([
      ['failure 1', 20],
      ['failure 2', 40],
      ['failure 3', 80],
    ]);
    const pauses = at.slice(1).map((each, i) => each - (at[i] ?? 0));
    for (const [i, least] of [20, 40, 80].entries()) expect(pauses[i]).toBeGreaterThan(least - 2);
  });

  it('is not begun again once the signal is aborted, and its pause is cut short', async () => {
    const { at, work } = failing(9);
    const stopping = new AbortController();
    const backoff = new Backoff({ firstMs: 60_000 });
    const onFailure = (): void => void setImmediate(() => stopping.abort());
    expect(await supervise(work, { signal: stopping.signal, backoff, onFailure })).toBeUndefined();
    expect(await supervise(work, { signal: stopping.signal, backoff, onFailure })).toBeUndefined();
    expect(at).toHaveLength(1);
  });

  it('is given up with what the report of its failure throws', async () => {
    const { at, work } = failing(9);
    const onFailure = (error: unknown): void => {
      if (at.length === 2) throw error;
    };
    const backoff = new Backoff({ firstMs: 1 });
    await expect(supervise(work, { signal: new AbortController().signal, backoff, onFailure })).rejects.toThrow(
      'failure 2',
    );
  });
});

describe('a pause', () => {
  it('takes its time, or ends at once when the signal is aborted', async () => {
    const begun = performance.now();
    await pause(20);
    expect(performance.now() - begun).toBeGreaterThan(18);
    await pause(60_000, AbortSignal.abort());
    expect(performance.now() - begun).toBeLessThan(30_000);
  });
});
