import { describe, expect, it } from '@jest/globals';
import kafkajs from 'kafkajs';
import fc from 'fast-check';
import { partitionOf } from './partition.js';

describe('the partition of a stream', () => {
  it("equals the one that a Kafka producer chooses for the stream's id as key", () => {
    const choose = kafkajs.Partitioners.DefaultPartitioner();
    fc.assert(
      fc.property(
        fc.stringMatching(/^[a-z0-9][a-z0-9._~-]{0,127}$/),
        fc.integer({ min: 1, max: 50 }),
        (id, partitions) => {
          const partitionMetadata = Array.from({ length: partitions }, (_, partitionId) => ({
            partitionId,
            leader: 1,
            partitionErrorCode: 0,
            replicas: [1],
            isr: [1],
          }));
          const message = { key: Buffer.from(id), value: null };
          expect(partitionOf(`programme/${id}`, partitions)).toBe(choose({ topic: 't', partitionMetadata, message }));
        },
      ),
    );
  });

  it('depends on the id only, not on the kind, and is frozen', () => {
    expect(['programme/norland.a', 'hold/norland.a'].map((stream) => partitionOf(stream, 12))).toEqual([7, 7]);
  });
});
