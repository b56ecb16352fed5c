import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { CommandQueue } from './command-queue.js';
import { AnsweredTooLate, Contention, Fault } from './faults.js';

const never = (): Promise<never> => new Promise(() => undefined);
const queueOf = (maxWaitMs: number): CommandQueue =>
  new CommandQueue(maxWaitMs, () => new AnsweredTooLate(maxWaitMs, 'the event store at a:2113 does not answer'));
const away = new Fault('event-store-unanswered', 'away', 5);

describe('the queue of a stream', () => {
  it('answers all who wait within the bound, whatever the work before them does', async () => {
    const queue = queueOf(60);
    const begun: number[] = [];
    const startedAt = performance.now();
    const answers = await Promise.allSettled(
      [1, 2, 3, 4, 5, 6, 7, 8].map((n) =>
        queue.runExclusive('counter/a', () => {
          begun.push(n);
          return never();
        }),
      ),
    );
    expect(performance.now() - startedAt).toBeLessThan(1000);
    for (const answer of answers)
      expect(answer).toMatchObject({
        status: 'rejected',
        reason: {
          code: 'event-store-unanswered',
          retryAfter: 5,
          message: expect.stringMatching(/^no answer within 0.06 s: the event store at a:2113 does not answer; try/),
        },
      });
    expect(begun).toEqual([1]);
  });

  it('never begins work whose caller has stopped waiting, and keeps the order of the others', async () => {
    const queue = queueOf(60);
    const begun: string[] = [];
    let release = (): void => undefined;
    const held = queue.runExclusive('counter/a', () => new Promise<void>((resolve) => (release = resolve)));
    const late = queue.runExclusive('counter/a', async () => void begun.push('late'));
    await expect(Promise.all([held, late])).rejects.toMatchObject({ code: 'event-store-unanswered' });
    const next = queue.runExclusive('counter/a', async () => void begun.push('next'));
    await pause(10);
    expect(begun).toEqual([]);
    release();
    await next;
    expect(begun).toEqual(['next']);
    await expect(late).rejects.toMatchObject({ code: 'event-store-unanswered' });
  });

  it('fails at once with the outage that the work before it met, but runs what is given later', async () => {
    const queue = queueOf(60_000);
    const begun: number[] = [];
    const first = queue.runExclusive('counter/a', async () => {
      await pause(5);
      throw away;
    });
    const others = [1, 2].map((n) => queue.runExclusive('counter/a', async () => void begun.push(n)));
    const apart = queue.runExclusive('counter/b', async () => void begun.push(3));
    for (const one of [first, ...others]) await expect(one).rejects.toBe(away);
    await apart;
    await queue.runExclusive('counter/a', async () => void begun.push(4));
    expect(begun).toEqual([3, 4]);
  });

  it('runs what waits behind any other fault', async () => {
    const queue = queueOf(60_000);
    const first = queue.runExclusive('counter/a', () => Promise.reject(new Contention('counter/a', 5)));
    const second = queue.runExclusive('counter/a', () => Promise.resolve('done'));
    await expect(first).rejects.toMatchObject({ code: 'contention' });
    expect(await second).toBe('done');
  });

  it('lets work see that its time has passed', async () => {
    const queue = queueOf(20);
    let seen: unknown = null;
    const work = queue.runExclusive('counter/a', async (inTime) => {
      inTime();
      await pause(40);
      try {
        inTime();
      } catch (error) {
        seen = error;
      }
    });
    await expect(work).rejects.toBeInstanceOf(AnsweredTooLate);
    await pause(60);
    expect(seen).toBeInstanceOf(AnsweredTooLate);
  });
});
