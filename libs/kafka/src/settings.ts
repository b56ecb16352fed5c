import { readCloudEvent, type WatermarkMessage, type Message, type Published } from '@entente/contracts';
// Of this CommonJS package plain Node.js does not find every name.
import kafkajs, { type Kafka, type KafkaMessage } from 'kafkajs';
import { knowAllCodecs } from './codecs.js';

/** How a cluster is reached, and what is said of it on the way; times in milliseconds. */
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
  /** Is told what the client has to say. */
  readonly onLog?: (level: 'error' | 'warn' | 'info', message: string, details: object) => void;
  /** Is told each time that what had failed is begun again. */
  readonly onReconnect?: () => void;
  /** How long a connection may take, and an answer. */
  readonly connectTimeout?: number;
  readonly requestTimeout?: number;
}

/** The topic of a log. Its name is never used again for another. */
export interface TopicSettings {
  readonly topic: string;
  /** For ever: it decides where each stream's events are. */
  readonly partitions: number;
  /** Of each partition; the cluster's own default unless given. */
  readonly replicas?: number;
}

/** How a topic is read together with others; times in milliseconds. */
export interface MemberSettings extends KafkaSettings {
  readonly topic: string;
  /** Those who read under one name share the partitions. */
  readonly groupId: string;
  /** A process that says nothing for so long has died: the others take over its partitions. */
  readonly sessionTimeout?: number;
  /**
   * The longest that the broker keeps a question waiting for what is new; it answers at once where
   * there is any.
   */
  readonly maxWait?: number;
  /** The first pause after a fault; it doubles up to thirty times as much. */
  readonly firstPause?: number;
  /** The longest that stopping waits for what is under way. */
  readonly closeTimeout?: number;
}

/** How a published log is read; times in milliseconds. */
export interface KafkaFeedSettings extends MemberSettings, TopicSettings {
  /**
   * Where the group has come to is told to the broker so often: for those who watch its lag, and
   * nothing else.
   */
  readonly commitInterval?: number;
  /** So many events at most are handed over at once. */
  readonly maxBatch?: number;
}

/** Where commands come in, and where what becomes of them goes. `topic` is that of the commands. */
export interface KafkaIntakeSettings extends MemberSettings {
  readonly replies: string;
  readonly deadLetters: string;
  /** Of each of these topics that is made because it is missing. */
  readonly partitions: number;
  /** Of each partition of these; the cluster's own default unless given. */
  readonly replicas?: number;
  /** So many commands at most are answered at once. */
  readonly maxBatch?: number;
}

const { logLevel } = kafkajs;
const LEVELS = { [logLevel.ERROR]: 'error', [logLevel.WARN]: 'warn' } as const;

/** The one way to a cluster. */
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
    // Who is answered by an error tries again by itself, after reading how things stand.
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

/** What a record of the topic says; throws an Error where it is none of Entente's. */
export function readRecord(record: KafkaMessage): Published | WatermarkMessage {
  const { key, value } = record;
  const message: Message = {
    key: key === null ? null : key.toString(),
    headers: headersOf(record),
    value: value === null ? null : value.toString(),
  };
  return readCloudEvent(message);
}

/** A fault in words. Errors of another realm are errors too. */
export const wordsOf = (error: unknown): string => (error as { message?: string } | null)?.message ?? String(error);

/**
 * What to look at, where the client's words do not say so: that nobody answers, or that two do not
 * agree on TLS.
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
