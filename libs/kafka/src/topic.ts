import { randomUUID } from 'node:crypto';
import kafkajs, { type Admin, type Consumer, type ITopicMetadata, type Kafka, type KafkaMessage } from 'kafkajs';
import { endsWithin, pause } from '@entente/async';
import { withHint } from './errors.js';
import type { TopicSettings } from './settings.js';

/** Where a partition begins, and the offset that its next record will have. */
export interface PartitionOffsets {
  readonly low: bigint;
  readonly high: bigint;
}

/** Nothing of a log is ever forgotten. */
export const UNLIMITED_RETENTION = { 'retention.ms': '-1', 'retention.bytes': '-1', 'cleanup.policy': 'delete' };

/**
 * A record has the time at which its event was recorded, not the broker's time, so that readers can
 * search by it. Needs Kafka 3.6 or newer.
 */
export const CREATE_TIME = {
  'message.timestamp.type': 'CreateTime',
  'message.timestamp.after.max.ms': '9223372036854775807',
};

/** Maximum number of queries for the leaders of a new topic, ten a second. */
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
  // Answers false where another was first.
  await admin.createTopics({ topics: [wanted], waitForLeaders: true });
  // A broker that was named the leader of a new partition may not know it yet.
  for (let tries = 1; ; tries += 1)
    try {
      await admin.fetchTopicOffsets(topic);
      return;
    } catch (error) {
      if (tries === MAX_LEADER_QUERIES) throw error;
      await pause(100);
    }
}

/**
 * Refuses a topic that is not there, or has another number of partitions than the log is folded in.
 */
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

/** Refuses a topic that expires events. */
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

/** The bounds of each partition, by its number. */
export async function partitionOffsets(admin: Admin, topic: string): Promise<ReadonlyMap<number, PartitionOffsets>> {
  const found = await admin.fetchTopicOffsets(topic);
  return new Map(found.map(({ partition, low, high }) => [partition, { low: BigInt(low), high: BigInt(high) }]));
}

/**
 * Ends a consumer and deletes its temporary group. A failure is ignored: a broker deletes empty
 * groups itself.
 */
export async function leave(kafka: Kafka, consumer: Consumer, groupId: string): Promise<void> {
  await endsWithin(consumer.disconnect(), 2000).catch(() => false);
  const goes = asAdmin(kafka, (admin) => admin.deleteGroups([groupId]));
  await endsWithin(goes, 2000).catch(() => false);
}

/** How far a group has committed that it is, by partition; -1 where it has committed nothing. */
export async function committedOffsets(
  admin: Admin,
  groupId: string,
  topic: string,
): Promise<ReadonlyMap<number, bigint>> {
  const [found] = await admin.fetchOffsets({ groupId, topics: [topic] });
  return new Map(found?.partitions.map(({ partition, offset }) => [partition, BigInt(offset)]));
}

/**
 * The records at these offsets of each partition, which rise; each there, as the bounds say.
 * kafkajs reads in groups only, so a group is made for it, and goes with it. Fails where they have
 * not come within `ms`.
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
