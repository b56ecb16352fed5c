import { type EventLog, type EventsAt, lastSharedPosition } from '@entente/engine';
import { kafkaOf } from './client.js';
import { readRecord } from './record.js';
import type { KafkaSettings, TopicSettings } from './settings.js';
import { asAdmin, partitionOffsets, readRecordsAt } from './topic.js';

/** Timeout for reading one record of each partition, in milliseconds. */
const READ_TIMEOUT_MS = 20_000;

/** {@link lastSharedPosition} of a log and the topic that it was published to. */
export async function sharedWithTopic(
  settings: KafkaSettings & Pick<TopicSettings, 'topic'>,
  log: EventLog,
): Promise<bigint | null> {
  const kafka = kafkaOf(settings);
  const { topic } = settings;
  const bounds = await asAdmin(kafka, (admin) => partitionOffsets(admin, topic));
  const ends = new Map([...bounds].map(([partition, { high }]) => [partition, high]));
  const eventsAt: EventsAt = async (offsets) => {
    const wanted = new Map([...offsets].map(([partition, offset]) => [partition, [offset]]));
    const found = await readRecordsAt(kafka, topic, wanted, READ_TIMEOUT_MS);
    return new Map(
      [...found].flatMap(([partition, [record]]) => {
        if (record === undefined) return [];
        const chained = readRecord(record);
        if (chained.storeId !== log.id) throw new Error(`topic ${topic} has events of another log, ${chained.storeId}`);
        return [[partition, chained.type === 'watermark' ? chained.previous : chained.event] as const];
      }),
    );
  };
  return lastSharedPosition(ends, eventsAt, async ({ position, id }) => (await log.eventAt(position))?.id === id);
}
