import { randomUUID } from 'node:crypto';
import kafkajs, { type Admin, type Consumer, type ITopicMetadata, type Kafka, type KafkaMessage } from 'kafkajs';
import { endsWithin, pause } from '@entente/async';
import { withHint } from './errors.js';
import type { TopicSettings } from './settings.js';

/** The first offset of a partition, and the offset that its next record will have. */
export interface PartitionOffsets {
  readonly low: bigint;
  readonly high: bigint;
}

/** The configuration by which a topic keeps all records. */
export const UNLIMITED_RETENTION = { 'retention.ms': '-1', 'retention.bytes': '-1', 'cleanup.policy': 'delete' };

/**
 * The configuration by which a record has the time at which its event was recorded, and not the
 * broker's time. Readers search by it. Needs Kafka 3.6 or newer.
 */
export const CREATE_TIME = {
  'message.timestamp.type': 'CreateTime',
  'message.timestamp.after.max.ms': '9223372036854775807',
};

/** The maximum number of requests for the leaders of a new topic, at ten per second. */
const MAX_LEADER_QUERIES = 50;

/** Runs `work` with an admin client, and disconnects it afterwards. */
export async function asAdmin<T>(kafka: Kafka, work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = kafka.admin();
  try {
    await admin.connect();
    return await work(admin);
  } catch (error) {
    throw withHint(error);
  } finally {
    await endsWithin(admin.disconnect(), 2000);
  }
}

/** Creates the topic if it is missing, with these partitions and unlimited retention. */
export async function makeTopic(
  admin: Admin,
  { topic, partitions, replicas = -1 }: TopicSettings,
  config: Readonly<Record<string, string>> = CREATE_TIME,
): Promise<void> {
  if ((await admin.listTopics()).includes(topic)) return;
  const configEntries = Object.entries({ ...UNLIMITED_RETENTION, ...config }).map(([name, value]) => ({ name, value }));
  const wanted = { topic, numPartitions: partitions, replicationFactor: replicas, configEntries };
  // Returns false if another process created it first.
  await admin.createTopics({ topics: [wanted], waitForLeaders: true });
  // The new leader of a partition may not know yet that it is the leader.
  for (let tries = 1; ; tries += 1)
    try {
      await admin.fetchTopicOffsets(topic);
      return;
    } catch (error) {
      if (tries === MAX_LEADER_QUERIES) throw error;
      await pause(100);
    }
}

/** Rejects if the topic is missing, or has another number of partitions than the settings. */
export async function checkPartitions(admin: Admin, { topic, partitions }: TopicSettings): Promise<void> {
  if (!(await admin.listTopics()).includes(topic))
    throw new Error(`there is no topic ${topic} yet: the relay makes it`);
  const [found] = (await admin.fetchTopicMetadata({ topics: [topic] })).topics as (ITopicMetadata | undefined)[];
  const count = found?.partitions.length ?? 0;
  if (count !== partitions)
    throw new Error(
      `topic ${topic} has ${count} partitions, not ${partitions}: a stream's partition is for ever; publish to a new topic to change their number`,
    );
}

/** Rejects if the topic expires events. */
export async function checkRetention(admin: Admin, { topic }: TopicSettings): Promise<void> {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [
      { type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configNames: Object.keys(UNLIMITED_RETENTION) },
    ],
  });
  for (const { configName, configValue } of resources[0]?.configEntries ?? []) {
    const wanted = UNLIMITED_RETENTION[configName as keyof typeof UNLIMITED_RETENTION] as string | undefined;
    if (wanted !== undefined && wanted !== configValue)
      throw new Error(`topic ${topic} expires events (${configName}=${configValue}): set ${configName}=${wanted}`);
  }
}

/** The offsets of each partition, by its number. */
export async function partitionOffsets(admin: Admin, topic: string): Promise<ReadonlyMap<number, PartitionOffsets>> {
  const found = await admin.fetchTopicOffsets(topic);
  return new Map(found.map(({ partition, low, high }) => [partition, { low: BigInt(low), high: BigInt(high) }]));
}

/**
 * Disconnects a consumer, and deletes its temporary group. Failures are ignored: a broker deletes
 * empty groups itself.
 */
export async function leave(kafka: Kafka, consumer: Consumer, groupId: string): Promise<void> {
  await endsWithin(consumer.disconnect(), 2000).catch(() => false);
  const deleted = asAdmin(kafka, (admin) => admin.deleteGroups([groupId]));
  await endsWithin(deleted, 2000).catch(() => false);
}

/** The committed offsets of a group, by partition; -1 if it has committed none. */
export async function committedOffsets(
  admin: Admin,
  groupId: string,
  topic: string,
): Promise<ReadonlyMap<number, bigint>> {
  const [found] = await admin.fetchOffsets({ groupId, topics: [topic] });
  return new Map(found?.partitions.map(({ partition, offset }) => [partition, BigInt(offset)]));
}

/**
 * Reads the records at the given offsets of each partition. The offsets must increase and exist.
 * kafkajs reads only in consumer groups, so a temporary group is created and deleted afterwards.
 * Rejects if the records have not arrived within `ms` milliseconds.
 */
export async function readRecordsAt(
  kafka: Kafka,
  topic: string,
  wanted: ReadonlyMap<number, readonly bigint[]>,
  ms: number,
): Promise<ReadonlyMap<number, readonly KafkaMessage[]>> {
  const found = new Map<number, KafkaMessage[]>([...wanted.keys()].map((partition) => [partition, []]));
  const next = (partition: number): bigint | undefined => wanted.get(partition)?.[found.get(partition)?.length ?? 0];
  const missing = (): boolean => [...wanted.keys()].some((partition) => next(partition) !== undefined);
  if (!missing()) return found;
  const groupId = `${topic}-ends-${randomUUID()}`;
  const options = {
    groupId,
    maxWaitTimeInMs: 50,
    retry: { retries: 3, restartOnFailure: () => Promise.resolve(false) },
  };
  const consumer = kafka.consumer({ ...options, allowAutoTopicCreation: false, maxBytesPerPartition: 65_536 });
  const seek = (partition: number): void => {
    const offset = next(partition);
    if (offset === undefined) consumer.pause([{ topic, partitions: [partition] }]);
    else consumer.seek({ topic, partition, offset: String(offset) });
  };
  let reading: Promise<void> | null = null;
  try {
    const all = new Promise<void>((resolve, reject) => {
      consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
      consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
        for (const partition of payload.memberAssignment[topic] ?? []) seek(partition);
      });
      reading = (async () => {
        await consumer.connect();
        await consumer.subscribe({ topic, fromBeginning: true });
        await consumer.run({
          autoCommit: false,
          eachBatchAutoResolve: false,
          eachBatch: ({ batch: { partition, messages } }) => {
            for (const message of messages)
              if (BigInt(message.offset) === next(partition)) found.get(partition)?.push(message);
            seek(partition);
            if (!missing()) resolve();
            return Promise.resolve();
          },
        });
      })();
      reading.catch(reject);
    });
    if (!(await endsWithin(all, ms))) throw new Error(`the ends of topic ${topic} could not be read within ${ms} ms`);
    return found;
  } finally {
    await leave(kafka, consumer, groupId);
  }
}
