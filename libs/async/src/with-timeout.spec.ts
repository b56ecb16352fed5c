import { describe, expect, it } from '@jest/globals';
import { endsWithin, withTimeout } from './with-timeout.js';

const never = new Promise<never>(() => undefined);
const tooLate = (): never => {
  throw new Error('too late');
};

describe('a promise with a timeout', () => {
  it('settles as the promise does if that is in time', async () => {
    expect(await withTimeout(Promise.resolve(7), 1000, tooLate)).toBe(7);
    await expect(withTimeout(Promise.reject(new Error('gone')), 1000, tooLate)).rejects.toThrow('gone');
    expect(await endsWithin(Promise.resolve(), 1000)).toBe(true);
    await expect(endsWithin(Promise.reject(new Error('gone')), 1000)).rejects.toThrow('gone');
  });

  it('settles with the given answer if nothing comes in time', async () => {
    await expect(withTimeout(never, 5, tooLate)).rejects.toThrow('too late');
    expect(await withTimeout(never, 5, () => 'nothing')).toBe('nothing');
    expect(await endsWithin(never, 5)).toBe(false);
  });
});
