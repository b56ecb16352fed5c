import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { KeyedQueue, SerialQueue } from './serial-queue.js';

/** Work that notes when it begins and ends. */
const noted =
  (notes: string[], name: string, failure?: Error): (() => Promise<string>) =>
  async () => {
    notes.push(`${name} begins`);
    await turn();
    notes.push(`${name} ends`);
    if (failure !== undefined) throw failure;
    return name;
  };

describe('a serial queue', () => {
  it('runs one piece of work at a time, in order, also after one that failed', async () => {
    const notes: string[] = [];
    const queue = new SerialQueue();
    const first = queue.runExclusive(noted(notes, 'a', new Error('no')));
    const second = queue.runExclusive(noted(notes, 'b'));
    await expect(first).rejects.toThrow('no');
    expect(await second).toBe('b');
    expect(notes).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
  });

  it('is idle when all that was given has settled', async () => {
    const notes: string[] = [];
    const queue = new SerialQueue();
    queue.runExclusive(noted(notes, 'a', new Error('no'))).catch(() => undefined);
    void queue.runExclusive(noted(notes, 'b'));
    await queue.idle();
    expect(notes.at(-1)).toBe('b ends');
  });
});

describe('a keyed queue', () => {
  it('runs work of one key in order, and that of two keys side by side', async () => {
    const notes: string[] = [];
    const queue = new KeyedQueue();
    const works = [
      queue.runExclusive('x', noted(notes, 'x1')),
      queue.runExclusive('x', noted(notes, 'x2')),
      queue.runExclusive('y', noted(notes, 'y1')),
    ];
    expect(await Promise.all(works)).toEqual(['x1', 'x2', 'y1']);
    expect(notes.indexOf('x1 ends')).toBeLessThan(notes.indexOf('x2 begins'));
    expect(notes.indexOf('y1 begins')).toBeLessThan(notes.indexOf('x1 ends'));
  });

  it('keeps nothing of a key whose work has settled', async () => {
    const queue = new KeyedQueue();
    const failed = queue.runExclusive('x', () => Promise.reject(new Error('no')));
    const done = queue.runExclusive('y', () => Promise.resolve());
    expect(queue.size).toBe(2);
    await expect(failed).rejects.toThrow('no');
    await done;
    expect(queue.size).toBe(0);
  });
});
