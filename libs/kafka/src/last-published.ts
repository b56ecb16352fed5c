import type { KnownEvent } from '@entente/engine';
import { kafkaOf } from './client.js';
import { readRecord } from './record.js';
import type { KafkaSettings, TopicSettings } from './settings.js';
import { asAdmin, partitionOffsets, readRecordsAt } from './topic.js';

/** Timeout for reading the last record of each partition, in milliseconds. */
const READ_TIMEOUT_MS = 20_000;

/**
 * The last event of a log in each partition of its topic, and the position of the last watermark.
 * Empty if the topic does not exist or has the events of another log.
 */
export async function lastPublished(
  settings: KafkaSettings & Pick<TopicSettings, 'topic'>,
  storeId: string,
): Promise<readonly KnownEvent[]> {
  const kafka = kafkaOf(settings);
  const { topic } = settings;
  const bounds = await asAdmin(kafka, async (admin) =>
    (await admin.listTopics()).includes(topic) ? partitionOffsets(admin, topic) : new Map<number, never>(),
  );
  const wanted = new Map(
    [...bounds].flatMap(([partition, { low, high }]) => (high > low ? [[partition, [high - 1n]] as const] : [])),
  );
  const found = await readRecordsAt(kafka, topic, wanted, READ_TIMEOUT_MS);
  return [...found].flatMap(([partition, records]) =>
    records.flatMap((record) => {
      const where = `partition ${partition} of topic ${topic}`;
      const chained = readRecord(record);
      if (chained.storeId !== storeId) return [];
      if (chained.type !== 'watermark') return [{ where, position: chained.event.position, id: chained.event.id }];
      return [
        { where, ...chained.previous },
        { where, position: chained.position },
      ];
    }),
  );
}
