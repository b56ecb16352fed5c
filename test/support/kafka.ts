import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import type { KafkaFeedSettings, KafkaPublisherSettings } from '@entente/kafka';

/**
 * A topic that no other test has, on the broker that `npm run test:integration` has started; fails
 * where there is none.
 */
export function topicForTests(partitions: number, brokers = process.env.SERVICES_KAFKA_BROKERS) {
  if (brokers === undefined)
    throw new Error('there is no Kafka broker to test on: npm run test:integration starts one');
  const topic = `test-${randomUUID()}`;
  const quick = { maxWait: 50, firstPause: 50, sessionTimeout: 6000, closeTimeout: 5000 };
  const settings: KafkaFeedSettings & KafkaPublisherSettings = {
    brokers: [brokers],
    clientId: 'test',
    topic,
    partitions,
    groupId: topic,
    ...quick,
  };
  return settings;
}

/** A client for what a test does to a topic by hand. */
export const kafkaClient = ({ brokers }: { brokers: readonly string[] }): kafkajs.Kafka =>
  new kafkajs.Kafka({ brokers: [...brokers], clientId: 'by-hand', logLevel: kafkajs.logLevel.NOTHING });

/** A record as it lies in the topic. */
export interface TopicRecord {
  readonly partition: number;
  readonly offset: bigint;
  readonly headers: Readonly<Record<string, string>>;
}

/** All that is in a topic, partition by partition, in order. */
export async function recordsOf(settings: {
  brokers: readonly string[];
  topic: string;
}): Promise<readonly TopicRecord[]> {
  const kafka = kafkaClient(settings);
  const { topic } = settings;
  const admin = kafka.admin();
  await admin.connect();
  const ends = await admin.fetchTopicOffsets(topic);
  await admin.disconnect();
  const expected = ends.reduce((sum, { low, high }) => sum + Number(high) - Number(low), 0);
  const found: TopicRecord[] = [];
  const consumer = kafka.consumer({ groupId: randomUUID(), maxWaitTimeInMs: 50 });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachMessage: ({ partition, message }) => {
      const headers = Object.entries(message.headers ?? {}).map(([name, text]) => [name, String(text)] as const);
      found.push({ partition, offset: BigInt(message.offset), headers: Object.fromEntries(headers) });
      return Promise.resolve();
    },
  });
  while (found.length < expected) await pause(10);
  await consumer.disconnect();
  return found;
}

/** Waits until something holds; fails with what was waited for. */
export async function until(holds: () => boolean | Promise<boolean>, ms = 20_000): Promise<void> {
  for (const end = Date.now() + ms; !(await holds()); await pause(10))
    if (Date.now() > end) throw new Error(`not within ${ms} ms: ${String(holds)}`);
}
