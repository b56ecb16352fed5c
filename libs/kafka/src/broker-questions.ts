import kafkajs, { type Admin, type Kafka } from 'kafkajs';
import { endsWithin, messageOf, pause } from '@entente/async';
import type { BoundedQuestions, ServiceAnswer } from '@entente/engine';
import { ForeignRecord, type FoundTopic, type TopicAnswer, type TopicRole } from './broker-answers.js';
import { readRecord } from './record.js';
import type { TopicSettings } from './settings.js';
import { CREATE_TIME, UNLIMITED_RETENTION, partitionOffsets, readRecordsAt } from './topic.js';

/** The configuration entries of a topic that the apps depend on. */
const CONFIG_NAMES = [
  ...Object.keys(CREATE_TIME),
  ...Object.keys(UNLIMITED_RETENTION),
  'max.message.bytes',
  'min.insync.replicas',
];

/** The time limit within which a new topic must have leaders, in milliseconds. */
const DESCRIBE_MS = 2000;
/** The time limit for reading a record with a temporary consumer group, in milliseconds. */
const READ_MS = 5000;

/**
 * Describes each topic. For each missing topic, checks whether it could be created, without
 * creating it.
 */
export async function askTopics(
  admin: Admin,
  topics: readonly (TopicSettings & { readonly role: TopicRole })[],
  questions: BoundedQuestions,
): Promise<readonly TopicAnswer[]> {
  const listed = await questions.ask(() => admin.listTopics());
  const answers: TopicAnswer[] = [];
  for (const settings of topics) {
    const { topic, role } = settings;
    if (!listed.ok) answers.push({ ...settings, found: listed, creation: null });
    else if (listed.value.includes(topic))
      answers.push({
        ...settings,
        found: await questions.ask(() => askUntilSettled(() => describeTopic(admin, topic), DESCRIBE_MS)),
        creation: null,
      });
    else {
      const creation = await questions.ask(() => tryToCreate(admin, settings, role));
      answers.push({ ...settings, found: { ok: true, value: null }, creation });
    }
  }
  return answers;
}

async function describeTopic(admin: Admin, topic: string): Promise<FoundTopic> {
  const [metadata] = (await admin.fetchTopicMetadata({ topics: [topic] })).topics;
  const partitions = metadata?.partitions ?? [];
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configNames: CONFIG_NAMES }],
  });
  const entries = resources[0]?.configEntries ?? [];
  const leaderless = partitions.filter(({ leader }) => leader < 0).length;
  // Only the leader of a partition can return its offsets.
  const offsets = leaderless > 0 ? [] : [...(await partitionOffsets(admin, topic)).values()];
  return {
    partitions: partitions.length,
    replicas: Math.min(...partitions.map(({ replicas }) => replicas.length)),
    inSync: Math.min(...partitions.map(({ isr }) => isr.length)),
    leaderless,
    cut: offsets.filter(({ low }) => low > 0n).length,
    records: offsets.reduce((sum, { low, high }) => sum + high - low, 0n),
    config: Object.fromEntries(entries.map(({ configName, configValue }) => [configName, configValue])),
  };
}

/**
 * Asks the broker to validate a creation: it checks rights, replicas and configuration, and creates
 * nothing.
 */
async function tryToCreate(
  admin: Admin,
  { topic, partitions, replicas = -1 }: TopicSettings,
  role: TopicRole,
): Promise<null> {
  const config = { ...UNLIMITED_RETENTION, ...(role === 'events' ? CREATE_TIME : {}) };
  const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }));
  const wanted = { topic, numPartitions: partitions, replicationFactor: replicas, configEntries };
  const isNew = await admin.createTopics({ topics: [wanted], validateOnly: true, waitForLeaders: false });
  if (!isNew) throw Object.assign(new Error('it exists'), { type: 'TOPIC_ALREADY_EXISTS' });
  return null;
}

/**
 * The id of the log whose events a topic has, read from one of its records; null if the topic is
 * empty.
 */
export async function publishedLog(kafka: Kafka, admin: Admin, topic: string): Promise<string | null> {
  const bounds = await partitionOffsets(admin, topic);
  const [partition, { low } = { low: 0n }] = [...bounds].find((each) => each[1].high > each[1].low) ?? [];
  if (partition === undefined) return null;
  const wanted = new Map([...bounds.keys()].map((each) => [each, each === partition ? [low] : []]));
  const record = (await readRecordsAt(kafka, topic, wanted, READ_MS)).get(partition)?.[0];
  if (record === undefined) return null;
  try {
    return readRecord(record).storeId;
  } catch (error) {
    throw new ForeignRecord(`partition ${partition}, offset ${low}: ${messageOf(error)}`);
  }
}

/** Begins a transaction whose id has the group's prefix, as the intake does, and aborts it. */
export async function tryTransaction(kafka: Kafka, group: string): Promise<null> {
  const producer = kafka.producer({
    transactionalId: `${group}-check`,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    retry: { initialRetryTime: 50, retries: 5, maxRetryTime: 500 },
  });
  try {
    await producer.connect();
    await (await producer.transaction()).abort();
    return null;
  } finally {
    await endsWithin(producer.disconnect(), 1000).catch(() => false);
  }
}

/** The pause between two attempts while the brokers elect leaders, in milliseconds. */
const SETTLING_PAUSE_MS = 300;
/**
 * The errors of a new topic or a new cluster. Brokers create their internal topics at the first
 * request.
 */
const SETTLING = /coordinator|not the leader|leadership/i;

/**
 * Retries while the brokers elect leaders. After `ms` milliseconds, rejects with the last error.
 */
export async function askUntilSettled<T>(question: () => Promise<T>, ms: number): Promise<T> {
  const until = performance.now() + ms;
  for (;;)
    try {
      return await question();
    } catch (error) {
      if (!SETTLING.test(messageOf(error)) || performance.now() > until) throw error;
      await pause(SETTLING_PAUSE_MS);
    }
}

/** Connects an admin client. The caller must disconnect it. */
export async function connectAdmin(kafka: Kafka, questions: BoundedQuestions): Promise<ServiceAnswer<Admin>> {
  const admin = kafka.admin();
  const connected = await questions.ask(async () => {
    await admin.connect();
    return admin;
  }, 5000);
  if (!connected.ok) void admin.disconnect().catch(() => undefined);
  return connected;
}
