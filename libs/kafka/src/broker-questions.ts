import kafkajs, { type Admin, type Kafka } from 'kafkajs';
import { endsWithin, messageOf, pause } from '@entente/async';
import type { BoundedQuestions, ServiceAnswer } from '@entente/engine';
import { ForeignRecord, type FoundTopic, type TopicAnswer, type TopicRole } from './broker-answers.js';
import { readRecord } from './record.js';
import type { TopicSettings } from './settings.js';
import { CREATE_TIME, UNLIMITED_RETENTION, partitionOffsets, readRecordsAt } from './topic.js';

/** The settings of a topic that matter to the apps. */
const CONFIG_NAMES = [
  ...Object.keys(CREATE_TIME),
  ...Object.keys(UNLIMITED_RETENTION),
  'max.message.bytes',
  'min.insync.replicas',
];

/** Milliseconds in which a new topic has leaders. */
const DESCRIBE_MS = 2000;
/** Milliseconds in which a record is read by a group that is made for it. */
const READ_MS = 5000;

/** Describes each topic, and tries to create those that are missing, without doing so. */
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
  // The leader alone knows the offsets.
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

/** The broker checks rights, replicas and settings as for a creation, and creates nothing. */
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

/** The id of the log whose events a topic has, by one of its records; null if it has none. */
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

/** Begins a transaction under a name with the group's prefix, as the intake does, and aborts it. */
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

/** Milliseconds between two attempts at what the brokers settle among themselves. */
const SETTLING_PAUSE_MS = 300;
/** What a new topic and a new cluster answer: internal topics are made at the first question. */
const SETTLING = /coordinator|not the leader|leadership/i;

/** Asks again while the brokers settle. Ends with the last error after `ms`. */
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

/** Connects an admin client; the caller disconnects it. */
export async function connectAdmin(kafka: Kafka, questions: BoundedQuestions): Promise<ServiceAnswer<Admin>> {
  const admin = kafka.admin();
  const connected = await questions.ask(async () => {
    await admin.connect();
    return admin;
  }, 5000);
  if (!connected.ok) void admin.disconnect().catch(() => undefined);
  return connected;
}
