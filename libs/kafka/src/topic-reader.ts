import { randomUUID } from 'node:crypto';
import type { Kafka, KafkaMessage } from 'kafkajs';
import { messageOf } from '@entente/async';
import { leave } from './topic.js';

/** A range of each partition: from an offset up to, and not with, another. */
export type OffsetRange = ReadonlyMap<number, { readonly from: bigint; readonly to: bigint }>;

/** Takes what was read of a partition, in order, up to an offset; no more of it is read before. */
export type Taking = (partition: number, records: readonly KafkaMessage[], next: bigint) => Promise<void>;

/**
 * Reads ranges of a topic, as far as they are committed. kafkajs reads in groups only, so a group
 * is made for it, and goes with it. Fails where nothing comes for `ms`, and where what was read is
 * not taken.
 */
export async function readRange(
  kafka: Kafka,
  topic: string,
  ranges: OffsetRange,
  take: Taking,
  ms: number,
): Promise<void> {
  const at = new Map([...ranges].flatMap(([partition, { from, to }]) => (from < to ? [[partition, from]] : [])));
  if (at.size === 0) return;
  const groupId = `${topic}-stretch-${randomUUID()}`;
  const consumer = kafka.consumer({
    groupId,
    maxWaitTimeInMs: 50,
    allowAutoTopicCreation: false,
    retry: { retries: 3, restartOnFailure: () => Promise.resolve(false) },
  });
  const end = (partition: number): bigint => ranges.get(partition)?.to ?? 0n;
  let sign = performance.now();
  let timer: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      timer = setInterval(() => {
        if (performance.now() - sign > ms) reject(new Error(`nothing more of topic ${topic} came within ${ms} ms`));
      }, 250);
      consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
      consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
        for (const partition of payload.memberAssignment[topic] ?? []) {
          const offset = at.get(partition);
          if (offset === undefined) consumer.pause([{ topic, partitions: [partition] }]);
          else consumer.seek({ topic, partition, offset: String(offset) });
        }
      });
      // Also reports invisible records: the end markers of transactions.
      consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload: { partition, lastOffset } }) => {
        if (BigInt(lastOffset) + 1n < end(partition)) return;
        consumer.pause([{ topic, partitions: [partition] }]);
        at.delete(partition);
        if (at.size === 0) resolve();
      });
      const begun = async (): Promise<void> => {
        await consumer.connect();
        await consumer.subscribe({ topic, fromBeginning: true });
        await consumer.run({
          autoCommit: false,
          eachBatch: async ({ batch: { partition, messages } }) => {
            sign = performance.now();
            const from = at.get(partition);
            if (from === undefined) return;
            const records = messages.filter(({ offset }) => BigInt(offset) >= from && BigInt(offset) < end(partition));
            const last = records.at(-1);
            if (last === undefined) return;
            try {
              await take(partition, records, BigInt(last.offset) + 1n);
              at.set(partition, BigInt(last.offset) + 1n);
            } catch (error) {
              // A consumer would try again what must not be.
              at.delete(partition);
              reject(error instanceof Error ? error : new Error(messageOf(error), { cause: error }));
            }
          },
        });
      };
      begun().catch(reject);
    });
  } finally {
    clearInterval(timer);
    await leave(kafka, consumer, groupId);
  }
}
