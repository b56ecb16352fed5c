import { describe, expect, it } from '@jest/globals';
import type { EventRef } from './log-publisher.js';
import { lastSharedPosition } from './shared-position.js';

/** Partitions by the positions of their events, and a log with the positions up to `end`. */
const sharedOf = async (partitions: readonly (readonly bigint[])[], isInLog: (position: bigint) => boolean) => {
  let reads = 0;
  const ends = new Map(partitions.map((events, partition) => [partition, BigInt(events.length)]));
  const found = await lastSharedPosition(
    ends,
    (offsets) => {
      reads += 1;
      const refs = [...offsets].map(([partition, offset]): [number, EventRef] => {
        const position = partitions[partition]?.[Number(offset)] ?? -1n;
        return [partition, { position, id: position === 0n ? '' : `e${position}` }];
      });
      return Promise.resolve(new Map(refs));
    },
    ({ position }) => Promise.resolve(isInLog(position)),
  );
  return { found, reads };
};
const positions = (count: number, step: number): readonly bigint[] =>
  Array.from({ length: count }, (_, i) => BigInt((i + 1) * step));

describe('the last position that a log shares with its topic', () => {
  it('is the highest of all partitions, wherever the copy ended, and is found by halving', async () => {
    const three = [positions(1000, 3), positions(700, 5), positions(5, 7)];
    for (const end of [0n, 1n, 3n, 4n, 35n, 1234n, 2999n, 3499n]) {
      const { found, reads } = await sharedOf(three, (position) => position <= end);
      const expected = three.flat().filter((position) => position <= end);
      expect([end, found]).toEqual([end, expected.reduce((a, b) => (b > a ? b : a), 0n)]);
      expect(reads).toBeLessThan(13);
    }
  });

  it('is unknown if the log has every published event, or none was published', async () => {
    expect(await sharedOf([positions(10, 3), positions(10, 5)], () => true)).toEqual({ found: null, reads: 1 });
    expect((await sharedOf([[], []], () => false)).found).toBeNull();
    // A watermark before the first event of its partition.
    expect((await sharedOf([[0n], positions(2, 3)], () => true)).found).toBeNull();
  });
});
