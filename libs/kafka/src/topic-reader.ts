import { randomUUID } from 'node:crypto';
import type { Kafka, KafkaMessage } from 'kafkajs';
import { messageOf } from '@entente/async';
import { leave } from './topic.js';

/** A range of offsets of each partition: from an offset up to, but excluding, another. */
export type OffsetRange = ReadonlyMap<number, { readonly from: bigint; readonly to: bigint }>;

/**
 * Receives records of a partition, in order. `next` is the offset after them. No more of the
 * partition is read before it resolves.
 */
export type TakeRecords = (partition: number, records: readonly KafkaMessage[], next: bigint) => Promise<void>;

/**
 * Reads a range of offsets of each partition. Records of open or aborted transactions are not
 * returned. kafkajs reads only in consumer groups, so a temporary group is created and deleted
 * afterwards. Rejects if no record arrives for `ms` milliseconds, or if `take` rejects.
 */
export async function readRange(
  kafka: Kafka,
  topic: string,
  ranges: OffsetRange,
  take: TakeRecords,
  ms: number,
): Promise<void> {
  const nextOffsets = new Map(
    [...ranges].flatMap(([partition, { from, to }]) => (from < to ? [[partition, from]] : [])),
  );
  if (nextOffsets.size === 0) return;
  const groupId = `${topic}-range-${randomUUID()}`;
  const consumer = kafka.consumer({
    groupId,
    maxWaitTimeInMs: 50,
    allowAutoTopicCreation: false,
    retry: { retries: 3, restartOnFailure: () => Promise.resolve(false) },
  });
  const end = (partition: number): bigint => ranges.get(partition)?.to ?? 0n;
  let lastRecordAt = performance.now();
  let timer: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      timer = setInterval(() => {
        if (performance.now() - lastRecordAt > ms)
          reject(new Error(`nothing more of topic ${topic} came within ${ms} ms`));
      }, 250);
      consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
      consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
        for (const partition of payload.memberAssignment[topic] ?? []) {
          const offset = nextOffsets.get(partition);
          if (offset === undefined) consumer.pause([{ topic, partitions: [partition] }]);
          else consumer.seek({ topic, partition, offset: String(offset) });
        }
      });
      // This event also covers invisible records, such as the end markers of transactions.
      consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload: { partition, lastOffset } }) => {
        if (BigInt(lastOffset) + 1n < end(partition)) return;
        consumer.pause([{ topic, partitions: [partition] }]);
        nextOffsets.delete(partition);
        if (nextOffsets.size === 0) resolve();
      });
      const start = async (): Promise<void> => {
        await consumer.connect();
        await consumer.subscribe({ topic, fromBeginning: true });
        await consumer.run({
          autoCommit: false,
          eachBatch: async ({ batch: { partition, messages } }) => {
            lastRecordAt = performance.now();
            const from = nextOffsets.get(partition);
            if (from === undefined) return;
            const records = messages.filter(({ offset }) => BigInt(offset) >= from && BigInt(offset) < end(partition));
            const last = records.at(-1);
            if (last === undefined) return;
            try {
              await take(partition, records, BigInt(last.offset) + 1n);
              nextOffsets.set(partition, BigInt(last.offset) + 1n);
            } catch (error) {
              // kafkajs would retry the batch, which must not be taken twice.
              nextOffsets.delete(partition);
              reject(error instanceof Error ? error : new Error(messageOf(error), { cause: error }));
            }
          },
        });
      };
      start().catch(reject);
    });
  } finally {
    clearInterval(timer);
    await leave(kafka, consumer, groupId);
  }
}
