import { readCloudEvent, type WatermarkMessage, type Message, type Published } from '@entente/contracts';
// Of this CommonJS package plain Node.js does not find every name.
import kafkajs, { type Kafka, type KafkaMessage } from 'kafkajs';
import { knowAllCodecs } from './codecs.js';

/** The connection to a cluster, and its reports; times in milliseconds. */
export interface KafkaSettings {
  /** `host:port` of some of its brokers. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  /** TLS: true, or certificates as Node.js's `tls.connect` takes them. */
  readonly ssl?: boolean | { readonly ca?: string; readonly cert?: string; readonly key?: string };
  readonly sasl?: {
    readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
    readonly username: string;
    readonly password: string;
  };
  /** Receives the client's log messages. */
  readonly onLog?: (level: 'error' | 'warn' | 'info', message: string, details: object) => void;
  /** Called after each reconnection. */
  readonly onReconnect?: () => void;
  /** Timeouts of a connection and of a request. */
  readonly connectTimeout?: number;
  readonly requestTimeout?: number;
}

/** The topic of a log. Its name is never used for another log. */
export interface TopicSettings {
  readonly topic: string;
  /** Fixed for ever: it decides in which partition each stream is. */
  readonly partitions: number;
  /** Of each partition; the cluster's own default unless given. */
  readonly replicas?: number;
}

/** Settings of a member of a consumer group; times in milliseconds. */
export interface MemberSettings extends KafkaSettings {
  readonly topic: string;
  /** Members with the same id share the partitions. */
  readonly groupId: string;
  /** After this time without a heartbeat, the other members take over the partitions. */
  readonly sessionTimeout?: number;
  /** The longest that a broker waits for new records before it answers a fetch. */
  readonly maxWait?: number;
  /** The first pause after a fault; it doubles up to thirty times as much. */
  readonly firstPause?: number;
  /** The longest that stopping waits for work in progress. */
  readonly closeTimeout?: number;
}

/** How a published log is read; times in milliseconds. */
export interface KafkaFeedSettings extends MemberSettings, TopicSettings {
  /** Time between two commits of the group's offsets, which only serve to show its lag. */
  readonly commitInterval?: number;
  /** Maximum number of events per batch. */
  readonly maxBatch?: number;
}

/** The topics of an intake. `topic` is that of the commands. */
export interface KafkaIntakeSettings extends MemberSettings {
  /** The id of the log in which the commands are recorded. */
  readonly storeId: string;
  readonly replies: string;
  readonly deadLetters: string;
  /** Number of partitions of each of these topics, if it is created. */
  readonly partitions: number;
  /** Of each partition of these; the cluster's own default unless given. */
  readonly replicas?: number;
  /** Maximum number of commands per batch. */
  readonly maxBatch?: number;
}

const { logLevel } = kafkajs;
const LEVELS = { [logLevel.ERROR]: 'error', [logLevel.WARN]: 'warn' } as const;

/** Creates the client of a cluster. */
export function kafkaOf(settings: KafkaSettings): Kafka {
  knowAllCodecs();
  const { brokers, clientId, ssl, sasl, onLog, connectTimeout = 3000, requestTimeout = 10_000 } = settings;
  return new kafkajs.Kafka({
    clientId,
    brokers: [...brokers],
    ...(ssl === undefined ? {} : { ssl: ssl === true || ssl === false ? ssl : { ...ssl } }),
    ...(sasl === undefined ? {} : { sasl: saslOf(sasl) }),
    connectionTimeout: connectTimeout,
    authenticationTimeout: connectTimeout,
    requestTimeout: requestTimeout,
    enforceRequestTimeout: true,
    // Callers retry after an error themselves, once they have read the present state.
    retry: { initialRetryTime: 100, retries: 3, maxRetryTime: 1000 },
    logLevel: onLog === undefined ? logLevel.NOTHING : logLevel.INFO,
    logCreator:
      () =>
      ({ level, log: { message, ...details } }) =>
        onLog?.(LEVELS[level as keyof typeof LEVELS] ?? 'info', message, details),
  });
}

function saslOf({ mechanism, username, password }: NonNullable<KafkaSettings['sasl']>) {
  switch (mechanism) {
    case 'plain':
      return { mechanism, username, password };
    case 'scram-sha-256':
      return { mechanism, username, password };
    case 'scram-sha-512':
      return { mechanism, username, password };
  }
}

/** A record's headers as text; of one that comes again, the last. */
export function headersOf({ headers = {} }: Pick<KafkaMessage, 'headers'>): Readonly<Record<string, string>> {
  // Whatever its name is, a header is nothing that every object has.
  const texts = Object.create(null) as Record<string, string>;
  for (const name in headers) {
    const one = headers[name];
    const last = Array.isArray(one) ? one.at(-1) : one;
    if (last !== undefined && last !== null) texts[name] = last.toString();
  }
  return texts;
}

/** Reads a record of the topic. Throws if it is not one of Entente's. */
export function readRecord(record: KafkaMessage): Published | WatermarkMessage {
  const { key, value } = record;
  const message: Message = {
    key: key === null ? null : key.toString(),
    headers: headersOf(record),
    value: value === null ? null : value.toString(),
  };
  return readCloudEvent(message);
}

/** The message of an error, also of one from another realm. */
export const wordsOf = (error: unknown): string => (error as { message?: string } | null)?.message ?? String(error);

/**
 * Adds a hint to an error of the client if no broker answers, or if client and broker do not agree
 * on TLS.
 */
export function withHint(error: unknown): unknown {
  const says = wordsOf(error);
  if (/ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|Connection timeout/.test(says))
    return new Error(`no broker of Kafka answers (${says}): does one that KAFKA_BROKERS names run?`, { cause: error });
  if (
    !/^(?:Closed connection|Connection error: Client network socket disconnected)|wrong version number|packet length/i.test(
      says,
    )
  )
    return error;
  return new Error(`${says} (where it never answers: do both speak TLS, or neither?)`, { cause: error });
}
