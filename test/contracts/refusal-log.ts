import { setTimeout as pause } from 'node:timers/promises';
import { expect } from '@jest/globals';
import type { RefusalLog, RefusedCommand } from '@entente/engine';
import type { Case } from './contract.js';

/** A refused command, as it is recorded. */
export const refused = (n: number, code = 'not-the-donor', organisation = 'norland'): RefusedCommand => ({
  at: '2026-06-01T12:00:00.000Z',
  organisation,
  role: 'donor',
  stream: 'programme/norland.p',
  command: 'Approve',
  commandId: `c${n}`,
  correlationId: 'story',
  code,
  rule: n % 2 === 0 ? 'R15' : null,
});

/**
 * An empty refusal log with a maximum of stored and of pending refusals. A second call opens the
 * same log again.
 */
export interface RefusalLogFixture {
  open(most?: number, mostWaiting?: number): Promise<RefusalLog>;
}

/** What `RefusalLog` promises, made executable. */
export const REFUSAL_LOG: readonly Case<RefusalLogFixture>[] = [
  {
    name: 'lists refusals newest first, paged and filtered, also after a restart',
    async verify({ open }) {
      const log = await open();
      for (let n = 1; n <= 5; n += 1)
        log.note(refused(n, n === 3 ? 'not-found' : undefined, n === 4 ? 'sudria' : undefined));
      await log.close();
      const again = await open();
      const numbers = async (query: object) =>
        (await again.list({ limit: 10, ...query })).refusals.map(({ number }) => number);
      expect(await numbers({})).toEqual([5, 4, 3, 2, 1]);
      expect(await numbers({ limit: 2 })).toEqual([5, 4]);
      expect(await numbers({ before: 4 })).toEqual([3, 2, 1]);
      expect(await numbers({ code: 'not-found' })).toEqual([3]);
      expect(await numbers({ organisation: 'sudria' })).toEqual([4]);
      expect(await numbers({ stream: 'programme/other' })).toEqual([]);
      expect((await again.list({ limit: 1 })).refusals).toEqual([{ number: 5, ...refused(5) }]);
      await again.close();
    },
  },
  {
    name: 'is bounded: the oldest are dropped, and those beyond the waiting bound are counted',
    async verify({ open }) {
      const log = await open(3, 4);
      for (let n = 1; n <= 6; n += 1) log.note(refused(n));
      const { refusals, leftOut } = await log.list({ limit: 10 });
      expect(refusals.map(({ commandId }) => commandId)).toEqual(['c4', 'c3', 'c2']);
      expect(leftOut).toBe(2);
      await log.close();
    },
  },
  {
    name: 'loses nothing that is noted while earlier refusals are written',
    async verify({ open }) {
      const log = await open();
      const listed: Promise<unknown>[] = [];
      for (let n = 1; n <= 60; n += 1, await pause(1)) {
        log.note(refused(n));
        listed.push(log.list({ limit: 1 }));
      }
      await Promise.all(listed);
      const { refusals } = await log.list({ limit: 100 });
      expect(refusals.map(({ commandId }) => commandId)).toEqual(Array.from({ length: 60 }, (_, i) => `c${60 - i}`));
      await log.close();
    },
  },
];
