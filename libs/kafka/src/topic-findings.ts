import { type ServiceFinding, fails, fits, warns } from '@entente/engine';
import type { FoundTopic, TopicAnswer } from './broker-answers.js';
import { ENVELOPE_BYTES } from './intake-topics.js';
import { isDenied, reasonOf, typeOf } from './broker-errors.js';
import { UNLIMITED_RETENTION } from './topic.js';

/** The largest body of a command in bytes, which is about the size of the largest event. */
const LARGEST_EVENT_BYTES = 1_048_576;
/**
 * The minimum by which the topic must accept times ahead of the broker's clock, in milliseconds.
 */
const LEAST_AHEAD_MS = 60_000;

const UPGRADE = 'Kafka 3.6 or newer is needed: upgrade the brokers';

/** Evaluates the answers about one topic. `brokers` is the number of brokers of the cluster. */
export function topicFindings(answer: TopicAnswer, brokers: number): ServiceFinding[] {
  const { topic, role, found, creation, replicas, partitions } = answer;
  if (!found.ok)
    return [
      isDenied(found.error)
        ? fails('rights', `has no right to describe topic ${topic}`, 'let it DESCRIBE and DESCRIBE_CONFIGS its topics')
        : fails('topic', `topic ${topic} cannot be described (${reasonOf(found.error)})`, 'see the logs of the broker'),
    ];
  if (found.value !== null) return existingTopic(answer, found.value, brokers);
  if (creation?.ok === false) return [missingTopic(answer, creation.error, brokers)];
  const copies = replicas === undefined ? '' : ` and ${replicas} replicas`;
  const missing = `topic ${topic} (${role}) is missing, and an app may create it with ${partitions} partitions${copies}`;
  return [
    fits('topic', missing),
    ...(brokers > 1 && replicas === 1
      ? [
          warns(
            'topic',
            `${topic} would have one replica: the loss of a broker would lose records`,
            'set KAFKA_REPLICAS=3',
          ),
        ]
      : []),
  ];
}

function missingTopic(
  { topic, role, partitions, replicas }: TopicAnswer,
  error: Error,
  brokers: number,
): ServiceFinding {
  const byHand = `create it by hand with ${partitions} partitions`;
  switch (typeOf(error)) {
    case 'TOPIC_ALREADY_EXISTS':
      return fails(
        'rights',
        `has no right to describe topic ${topic}`,
        'let it DESCRIBE and DESCRIBE_CONFIGS its topics',
      );
    case 'TOPIC_AUTHORIZATION_FAILED':
    case 'CLUSTER_AUTHORIZATION_FAILED':
      return fails(
        'rights',
        `topic ${topic} (${role}) is missing or may not be seen, and there is no right to create it`,
        `let it CREATE and DESCRIBE its topics, or ${byHand}`,
      );
    case 'INVALID_REPLICATION_FACTOR': {
      const wanted = replicas === undefined ? 'the number of replicas that is the default' : `${replicas} replicas`;
      return fails(
        'topic',
        `topic ${topic} cannot have ${wanted} (brokers: ${brokers})`,
        'set KAFKA_REPLICAS to at most the number of brokers',
      );
    }
    case 'INVALID_CONFIG':
      return fails('version', `the broker refuses the settings of topic ${topic} (${reasonOf(error)})`, UPGRADE);
    default:
      return fails('topic', `topic ${topic} cannot be created (${reasonOf(error)})`, byHand);
  }
}

/** The command that changes a setting of a topic. */
const setConfig = (topic: string, name: string, value: string): string =>
  `kafka-configs.sh --alter --entity-type topics --entity-name ${topic} --add-config ${name}=${value}`;

function existingTopic(answer: TopicAnswer, found: FoundTopic, brokers: number): ServiceFinding[] {
  const { topic, role } = answer;
  const { partitions, replicas, records } = found;
  const wrong = [
    ...(role === 'events' ? eventTopic(answer, found) : otherTopic(answer, found)),
    ...replicaFindings(topic, found, brokers),
  ];
  if (wrong.length > 0) return wrong;
  const size = `${partitions} partitions, ${replicas} ${replicas === 1 ? 'replica' : 'replicas'}, ${records} records`;
  return [fits('topic', `topic ${topic} (${role}) has ${size}, and settings that fit`)];
}

function eventTopic({ topic, partitions }: TopicAnswer, found: FoundTopic): ServiceFinding[] {
  const { config, cut } = found;
  const wrong: ServiceFinding[] = [];
  if (found.partitions !== partitions)
    wrong.push(
      fails(
        'topic',
        `topic ${topic} has ${found.partitions} partitions and KAFKA_PARTITIONS is ${partitions}`,
        `set KAFKA_PARTITIONS=${found.partitions}, or name a new topic in KAFKA_TOPIC`,
      ),
    );
  for (const [name, wanted] of Object.entries(UNLIMITED_RETENTION)) {
    const value = config[name];
    if (value === undefined || value === wanted) continue;
    wrong.push(
      fails('topic', `${name} of topic ${topic} is ${value}: events would be removed`, setConfig(topic, name, wanted)),
    );
  }
  if (cut > 0)
    wrong.push(
      fails(
        'topic',
        `${cut} partitions of topic ${topic} have lost their first records`,
        'name a new topic in KAFKA_TOPIC',
      ),
    );
  const largest = Number(config['max.message.bytes'] ?? Infinity);
  if (largest < LARGEST_EVENT_BYTES)
    wrong.push(
      fails(
        'topic',
        `topic ${topic} takes messages of ${largest} bytes, and an event may have 1 MiB`,
        setConfig(topic, 'max.message.bytes', '2097152'),
      ),
    );
  return [...wrong, ...timeFindings(topic, config)];
}

function timeFindings(topic: string, config: FoundTopic['config']): ServiceFinding[] {
  const ahead = config['message.timestamp.after.max.ms'];
  if (ahead === undefined)
    return [fails('version', `topic ${topic} has no setting message.timestamp.after.max.ms`, UPGRADE)];
  const wrong: ServiceFinding[] = [];
  if (Number(ahead) < LEAST_AHEAD_MS)
    wrong.push(
      warns(
        'topic',
        `topic ${topic} refuses events whose time is ${Number(ahead) / 1000} s ahead of the broker's clock`,
        setConfig(topic, 'message.timestamp.after.max.ms', '9223372036854775807'),
      ),
    );
  if (config['message.timestamp.type'] === 'LogAppendTime')
    wrong.push(
      warns(
        'topic',
        `records of topic ${topic} have the broker's time, not that of their events`,
        setConfig(topic, 'message.timestamp.type', 'CreateTime'),
      ),
    );
  return wrong;
}

function otherTopic({ topic, role }: TopicAnswer, { config }: FoundTopic): ServiceFinding[] {
  const wrong: ServiceFinding[] = [];
  const policy = config['cleanup.policy'] ?? 'delete';
  if (policy !== 'delete')
    wrong.push(
      fails(
        'topic',
        `cleanup.policy of topic ${topic} is ${policy}: ${role} without a key are refused, and others are removed`,
        setConfig(topic, 'cleanup.policy', 'delete'),
      ),
    );
  const limits = ['retention.ms', 'retention.bytes'].filter((name) => (config[name] ?? '-1') !== '-1');
  for (const name of limits)
    wrong.push(
      warns(
        'topic',
        `${name} of topic ${topic} is ${config[name]}: old ${role} are removed, read or not`,
        setConfig(topic, name, '-1'),
      ),
    );
  return wrong;
}

function replicaFindings(topic: string, found: FoundTopic, brokers: number): ServiceFinding[] {
  const { replicas, inSync, leaderless, config } = found;
  const least = Number(config['min.insync.replicas'] ?? 1);
  const wrong: ServiceFinding[] = [];
  if (leaderless > 0)
    wrong.push(
      fails(
        'topic',
        `${leaderless} partitions of topic ${topic} have no leader`,
        'start the brokers with their replicas',
      ),
    );
  const refuses = `min.insync.replicas is ${least}: no record is taken`;
  if (least > replicas)
    wrong.push(
      fails(
        'topic',
        `topic ${topic} has ${replicas} replicas and ${refuses}`,
        setConfig(topic, 'min.insync.replicas', String(Math.max(1, replicas - 1))),
      ),
    );
  else if (least > inSync)
    wrong.push(
      fails(
        'topic',
        `topic ${topic} has ${inSync} replicas in step and ${refuses}`,
        'start the brokers with the others',
      ),
    );
  if (brokers > 1 && replicas === 1)
    wrong.push(
      warns('topic', `topic ${topic} has one replica: the loss of a broker loses records`, 'give it three replicas'),
    );
  return wrong;
}

/**
 * Checks that the topics of replies and dead letters accept the largest command with more headers.
 */
export function roomFindings(topics: readonly TopicAnswer[]): ServiceFinding[] {
  const roomOf = (wanted: TopicAnswer['role']): readonly [topic: string, bytes: number] | null => {
    const one = topics.find(({ role }) => role === wanted);
    if (one?.found.ok !== true || one.found.value === null) return null;
    return [one.topic, Number(one.found.value.config['max.message.bytes'])];
  };
  const commands = roomOf('commands');
  if (commands === null) return [];
  const [from, largest] = commands;
  return (['replies', 'dead letters'] as const).flatMap((role) => {
    const [topic, room] = roomOf(role) ?? ['', Infinity];
    if (!(room < largest + ENVELOPE_BYTES)) return [];
    return [
      fails(
        'topic',
        `topic ${topic} takes messages of ${room} bytes and topic ${from} such of ${largest}: not all ${role} would fit`,
        setConfig(topic, 'max.message.bytes', String(largest + ENVELOPE_BYTES)),
      ),
    ];
  });
}
