import { describe, expect, it } from '@jest/globals';
import { Wakeup } from './wakeup.js';
import { endsWithin } from './with-timeout.js';

describe('a wakeup', () => {
  it('ends a wait, with a limit and without', async () => {
    const wakeup = new Wakeup();
    for (const ms of [undefined, 60_000]) {
      wakeup.clear();
      const waiting = wakeup.wait(ms);
      expect(await endsWithin(waiting, 5)).toBe(false);
      wakeup.wake();
      expect(await endsWithin(waiting, 1000)).toBe(true);
    }
  });

  it('ends the next wait at once if it comes while the loop works', async () => {
    const wakeup = new Wakeup();
    wakeup.clear();
    wakeup.wake();
    expect(wakeup.isWoken).toBe(true);
    expect(await endsWithin(wakeup.wait(), 1000)).toBe(true);
    wakeup.clear();
    expect(wakeup.isWoken).toBe(false);
    expect(await endsWithin(wakeup.wait(), 5)).toBe(false);
  });

  it('ends a wait without a wake after its limit', async () => {
    expect(await endsWithin(new Wakeup().wait(5), 1000)).toBe(true);
  });
});
