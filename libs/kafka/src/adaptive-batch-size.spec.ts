import { expect, it } from '@jest/globals';
import { AdaptiveBatchSize } from './adaptive-batch-size.js';

it('the adaptive batch size shrinks while commands are slow, grows again, and stays within its bounds', () => {
  const batchSize = new AdaptiveBatchSize(100);
  const next = (count: number, ms: number): number => {
    batchSize.adapt(count, ms);
    return batchSize.size();
  };
  // The first batch is small.
  expect(batchSize.size()).toBe(10);
  expect([next(10, 200), next(20, 300), next(20, 200), next(40, 10), next(80, 10)]).toEqual([20, 20, 40, 80, 100]);
  expect(next(100, 900)).toBe(100);
  expect([next(100, 1100), next(50, 1100), next(25, 600), next(25, 5000)]).toEqual([50, 25, 25, 12]);
  // Ten of a hundred would have been too many already.
  expect(next(10, 1100)).toBe(5);
  expect([next(3, 1001), next(1, 1001), next(1, 1001)]).toEqual([1, 1, 1]);
  // A few that were all that came say nothing of many.
  expect([next(1, 100), next(1, 10), next(2, 10)]).toEqual([2, 2, 4]);
  for (let i = 0; i < 10; i += 1) next(100, 0);
  expect(batchSize.size()).toBe(100);
});
