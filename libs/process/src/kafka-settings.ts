import { X509Certificate, createPrivateKey } from 'node:crypto';
import { type Env, type Read, type ReadFile, SettingsReader, codeOf } from './settings.js';

/** How a cluster is reached. */
export interface KafkaConnection {
  readonly brokers: readonly string[];
  readonly ssl?: true | { readonly ca?: string; readonly cert?: string; readonly key?: string };
  readonly sasl?: {
    readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
    readonly username: string;
    readonly password: string;
  };
}

/** The topic of the log. */
export interface LogTopic {
  readonly topic: string;
  readonly partitions: number;
  readonly replicas?: number;
}

/** The topics beside that of the log. */
export interface OtherTopics {
  readonly commands: string;
  readonly replies: string;
  readonly deadLetters: string;
}

const MECHANISMS = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;
const BROKER = /^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\]):(?<port>[0-9]{1,5})$/i;
const BROKERS_TAKE = 'the host:port of some brokers, with commas between them';

/**
 * KAFKA_BROKERS, KAFKA_SSL and KAFKA_SASL with all that belongs to them. Certificates and keys are
 * read, and must be such.
 */
export function readKafka(env: Env, readFile: ReadFile): Read<KafkaConnection> {
  const reading = new SettingsReader(env);
  const brokers = (reading.required('KAFKA_BROKERS', BROKERS_TAKE) ?? '').split(',').map((one) => one.trim());
  for (const [i, broker] of brokers.entries()) {
    const port = Number(BROKER.exec(broker)?.groups?.['port'] ?? 0);
    if (reading.given('KAFKA_BROKERS') !== undefined && (port < 1 || port > 65535))
      reading.wrong.push(`KAFKA_BROKERS: takes ${BROKERS_TAKE}; number ${i + 1} is not written so`);
  }
  const ssl = readSsl(reading, readFile);
  const sasl = readSasl(reading);
  return reading.are({ brokers, ...(ssl === undefined ? {} : { ssl }), ...(sasl === undefined ? {} : { sasl }) });
}

function readSsl(reading: SettingsReader, readFile: ReadFile): KafkaConnection['ssl'] {
  const on = reading.word('KAFKA_SSL', ['off', 'on'], 'off') === 'on';
  const files: { ca?: string; cert?: string; key?: string } = {};
  for (const part of ['ca', 'cert', 'key'] as const) {
    const name = `KAFKA_SSL_${part.toUpperCase()}`;
    const path = reading.given(name);
    if (path === undefined) continue;
    if (!on) reading.wrong.push(`${name}: is given, and KAFKA_SSL is off; set KAFKA_SSL=on, or leave it out`);
    try {
      const text = (files[part] = readFile(path));
      if (part === 'key' ? !isKey(text) : !areCertificates(text))
        reading.wrong.push(
          `${name}: ${path} holds no ${part === 'key' ? 'private key in PEM, without a passphrase' : 'certificate in PEM'}`,
        );
    } catch (error) {
      reading.wrong.push(`${name}: ${path} cannot be read (${codeOf(error)})`);
    }
  }
  const { ca, cert, key } = files;
  const [certificate, own] = ['KAFKA_SSL_CERT', 'KAFKA_SSL_KEY'].map((name) => reading.given(name) !== undefined);
  if (certificate !== own)
    reading.wrong.push(
      `KAFKA_SSL_${own === true ? 'CERT' : 'KEY'}: is missing; it takes the path of the ${own === true ? 'certificate that belongs to KAFKA_SSL_KEY' : 'private key that belongs to KAFKA_SSL_CERT'}`,
    );
  if (cert !== undefined && key !== undefined && areCertificates(cert) && isKey(key) && !belong(cert, key))
    reading.wrong.push('KAFKA_SSL_KEY: is not the key of KAFKA_SSL_CERT');
  if (!on) return undefined;
  return ca === undefined && cert === undefined ? true : files;
}

function areCertificates(text: string): boolean {
  const found = text.match(/-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----/gs) ?? [];
  return found.length > 0 && found.every((one) => holds(() => new X509Certificate(one)));
}
const isKey = (text: string): boolean => holds(() => createPrivateKey(text));
const belong = (cert: string, key: string): boolean => new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));

function holds(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch {
    return false;
  }
}

function readSasl(reading: SettingsReader): KafkaConnection['sasl'] {
  const mechanism = reading.word('KAFKA_SASL_MECHANISM', MECHANISMS, null);
  const [username, password] = ['KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD'].map((name) => {
    const value = reading.given(name);
    const asked = reading.given('KAFKA_SASL_MECHANISM');
    if (asked === undefined && value !== undefined)
      reading.wrong.push(`${name}: is given without KAFKA_SASL_MECHANISM, which takes one of ${MECHANISMS.join(', ')}`);
    return asked === undefined ? undefined : reading.required(name, 'what the brokers know this process by');
  });
  return mechanism === null ? undefined : { mechanism, username: username ?? '', password: password ?? '' };
}

const TOPIC = /^(?!\.{1,2}$)[a-zA-Z0-9._-]{1,249}$/;
const TOPIC_TAKES = "a topic's name: up to 249 letters, digits, dots, dashes and underscores";

function topic(reading: SettingsReader, name: string, otherwise: string): string {
  const value = reading.given(name) ?? otherwise;
  if (!TOPIC.test(value)) reading.wrong.push(`${name}=${value}: takes ${TOPIC_TAKES}`);
  return value;
}

/** KAFKA_TOPIC, KAFKA_PARTITIONS and KAFKA_REPLICAS. */
export function readTopic(env: Env): Read<LogTopic> {
  const reading = new SettingsReader(env);
  const name = topic(reading, 'KAFKA_TOPIC', 'entente-events');
  const partitions = reading.whole('KAFKA_PARTITIONS', [1, 1000], 12);
  const replicas = reading.whole('KAFKA_REPLICAS', [1, 100], undefined);
  return reading.are({ topic: name, partitions, ...(replicas === undefined ? {} : { replicas }) });
}

/**
 * KAFKA_COMMANDS_TOPIC, KAFKA_REPLIES_TOPIC and KAFKA_DEAD_LETTERS_TOPIC; no two of them, nor that
 * of the log, may be the same.
 */
export function readOtherTopics(env: Env): Read<OtherTopics> {
  const reading = new SettingsReader(env);
  const names = {
    commands: topic(reading, 'KAFKA_COMMANDS_TOPIC', 'entente-commands'),
    replies: topic(reading, 'KAFKA_REPLIES_TOPIC', 'entente-replies'),
    deadLetters: topic(reading, 'KAFKA_DEAD_LETTERS_TOPIC', 'entente-dead-letters'),
  };
  const all = Object.entries({
    KAFKA_TOPIC: reading.given('KAFKA_TOPIC') ?? 'entente-events',
    KAFKA_COMMANDS_TOPIC: names.commands,
    KAFKA_REPLIES_TOPIC: names.replies,
    KAFKA_DEAD_LETTERS_TOPIC: names.deadLetters,
  });
  for (const [i, [name, value]] of all.entries()) {
    const same = all.slice(0, i).find(([, other]) => other === value);
    if (same !== undefined) reading.wrong.push(`${name}=${value}: is ${same[0]} too; each takes a topic of its own`);
  }
  return reading.are(names);
}

/** KAFKA_GROUP: those who read under one name share the work. */
export function readGroup(env: Env): Read<string> {
  const reading = new SettingsReader(env);
  const group = reading.given('KAFKA_GROUP') ?? 'entente';
  if (!TOPIC.test(group))
    reading.wrong.push(`KAFKA_GROUP=${group}: takes up to 249 letters, digits, dots, dashes and underscores`);
  return reading.are(group);
}
