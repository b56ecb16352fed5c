import { describe, expect, it } from '@jest/globals';
import { anAuthority } from '../../../test/support/certificates.js';
import { KAFKA } from './kafka-settings.js';
import { COMMANDS, SERVER_LIMITS, networkProcess } from './process-settings.js';
import { DATABASE, EVENT_STORE, PSEUDONYM_KEY } from './service-settings.js';
import { type Env, readSettings } from './settings.js';
import { GROUP, LOG_TOPIC, OTHER_TOPICS, PUBLIC_URL } from './topic-settings.js';

const authority = anAuthority();
const mine = authority.issue('one');
const others = authority.issue('another');
const FILES: Readonly<Record<string, string>> = {
  '/ca.pem': authority.ca,
  '/cert.pem': mine.cert,
  '/key.pem': mine.key,
  '/other-key.pem': others.key,
  '/rubbish.pem': 'hush-hush',
  '/password': 'from a file\n',
  '/empty': '',
};
const readFile = (path: string): string => {
  const text = FILES[path];
  if (text === undefined) throw Object.assign(new Error(`ENOENT: no such file, open '${path}'`), { code: 'ENOENT' });
  return text;
};

const KEY = 'ab'.repeat(32);
const NEEDED = {
  ESDB_URL: 'esdb://127.0.0.1:2113?tls=false',
  KAFKA_BROKERS: '127.0.0.1:9092',
  DATABASE_URL: 'postgres://entente:hush@127.0.0.1:5432/rows',
  ENTENTE_PSEUDONYM_KEY: KEY,
};
const PARTS = {
  process: networkProcess(3001),
  limits: SERVER_LIMITS,
  commands: COMMANDS,
  eventStore: EVENT_STORE,
  kafka: KAFKA,
  topic: LOG_TOPIC,
  schemas: PUBLIC_URL,
  topics: OTHER_TOPICS,
  group: GROUP,
  database: DATABASE,
  pseudonymKey: PSEUDONYM_KEY,
};
const read = (env: Env) => readSettings(env, PARTS, readFile);
const settingsOf = (env: Env) => {
  const answer = read({ ...NEEDED, ...env });
  if ('wrong' in answer) throw new Error(answer.wrong.join('\n'));
  return answer.settings;
};
const wrongIn = (env: Env): readonly string[] => {
  const answer = read({ ...NEEDED, ...env });
  return 'wrong' in answer ? answer.wrong : [];
};

describe('the settings of the backing services', () => {
  it('have defaults for all but the required ones', () => {
    expect(settingsOf({ KAFKA_TOPIC: '', PORT: '' })).toEqual({
      process: {
        host: '127.0.0.1',
        port: 3001,
        logLevel: 'warn',
        shutdownTimeoutSeconds: 30,
        trustNetwork: 'off',
      },
      limits: { connections: 4096, requestTimeoutSeconds: 30 },
      commands: { maxWaitMs: 30_000 },
      eventStore: { url: NEEDED.ESDB_URL },
      kafka: { brokers: ['127.0.0.1:9092'] },
      topic: { topic: 'entente-events', partitions: 12 },
      schemas: {},
      topics: { commands: 'entente-commands', replies: 'entente-replies', deadLetters: 'entente-dead-letters' },
      group: 'entente',
      database: { url: NEEDED.DATABASE_URL, analystSchema: 'analyst', analystRole: 'entente_analyst' },
      pseudonymKey: Buffer.alloc(32, 0xab),
    });
  });

  it('are taken as they are set', () => {
    const given = {
      HOST: '0.0.0.0',
      ENTENTE_TRUST_NETWORK: 'on',
      PORT: '0',
      LOG_LEVEL: 'log',
      ENTENTE_SHUTDOWN_TIMEOUT_SECONDS: '5',
      ESDB_URL: 'esdb://ann:p%40ss@a:2113,b:2114?tlsCaFile=%2Fca.pem',
      ESDB_LOG: 'trials',
      KAFKA_BROKERS: 'a.example:9092, [::1]:9093',
      KAFKA_SSL: 'on',
      KAFKA_SSL_CA: '/ca.pem',
      KAFKA_SSL_CERT: '/cert.pem',
      KAFKA_SSL_KEY: '/key.pem',
      KAFKA_SASL_MECHANISM: 'scram-sha-512',
      KAFKA_SASL_USERNAME: 'ann',
      KAFKA_SASL_PASSWORD: ' with spaces ',
      KAFKA_TOPIC: 'log.2',
      KAFKA_GROUP: 'g',
      KAFKA_PARTITIONS: '4',
      KAFKA_REPLICAS: '3',
      ENTENTE_PUBLIC_URL: 'https://entente.example/api',
      KAFKA_REPLIES_TOPIC: 'answers',
      DATABASE_URL: 'postgresql://ann:p%40ss@db:5432/rows?sslmode=verify-full&sslrootcert=/ca.pem',
    };
    expect(settingsOf(given)).toMatchObject({
      process: { host: '0.0.0.0', port: 0, logLevel: 'log', shutdownTimeoutSeconds: 5 },
      eventStore: { url: given.ESDB_URL, log: 'trials' },
      kafka: {
        brokers: ['a.example:9092', '[::1]:9093'],
        ssl: { ca: authority.ca, cert: mine.cert, key: mine.key },
        sasl: { mechanism: 'scram-sha-512', username: 'ann', password: ' with spaces ' },
      },
      topic: { topic: 'log.2', partitions: 4, replicas: 3 },
      schemas: { publicUrl: 'https://entente.example/api' },
      topics: { commands: 'entente-commands', replies: 'answers' },
      group: 'g',
      database: { url: given.DATABASE_URL },
    });
    expect(settingsOf({ KAFKA_SSL: 'on' }).kafka.ssl).toBe(true);
  });

  it('are all named if they are missing', () => {
    expect(wrongIn(Object.fromEntries(Object.keys(NEEDED).map((name) => [name, ''])))).toEqual([
      expect.stringMatching(/^ESDB_URL: is missing; it takes .*esdb:\/\//),
      expect.stringMatching(/^KAFKA_BROKERS: is missing; it takes the host:port/),
      expect.stringMatching(/^DATABASE_URL: is missing; it takes postgres:\/\//),
      expect.stringMatching(/^ENTENTE_PSEUDONYM_KEY: is missing; it takes 64 hexadecimal digits/),
    ]);
  });

  it.each([
    [{ ESDB_URL: 'http://127.0.0.1:2113' }, /^ESDB_URL: takes the event store's connection string: esdb:/],
    [
      { ESDB_URL: 'esdb+discover://ann:hush@a:2113,b,c' },
      /^ESDB_URL: its esdb\+discover:\/\/ takes one DNS name.*: write esdb:\/\/ for several hosts$/,
    ],
    [{ ESDB_URL: 'esdb://ann:hush:hush@h:2113' }, /^ESDB_URL: takes .*% codes/],
    [{ ESDB_URL: 'esdb://ann:hush@hush@h:2113' }, /^ESDB_URL: takes .*% codes/],
    [{ ESDB_URL: 'esdb://h:70000' }, /^ESDB_URL: takes /],
    [{ ESDB_URL: 'esdb://ann:hush@h:2113?tsl=false' }, /^ESDB_URL: takes the options tls, .*, and has another$/],
    [{ ESDB_URL: 'esdb://h?tls=no' }, /^ESDB_URL: its tls takes true or false$/],
    [{ ESDB_URL: 'esdb://h?tls=' }, /^ESDB_URL: its tls has no value$/],
    [{ ESDB_URL: 'esdb://h?tlsCaFile=/away' }, /^ESDB_URL: its tlsCaFile, \/away, cannot be read \(ENOENT\)$/],
    [{ ESDB_LOG: 'Not Kebab' }, /^ESDB_LOG=Not Kebab: takes a name in kebab-case/],
    [{ KAFKA_BROKERS: '127.0.0.1' }, /^KAFKA_BROKERS: takes .*; number 1 is not written so$/],
    [{ KAFKA_BROKERS: 'a:1,ann:hush@b:2' }, /^KAFKA_BROKERS: takes .*; number 2 is not/],
    [{ KAFKA_BROKERS: 'a:65536' }, /^KAFKA_BROKERS: /],
    [{ KAFKA_SSL: 'true' }, /^KAFKA_SSL=true: takes off or on$/],
    [{ KAFKA_SSL_CA: '/ca.pem' }, /^KAFKA_SSL_CA: is given, and KAFKA_SSL is off/],
    [{ KAFKA_SSL: 'on', KAFKA_SSL_CA: '/away' }, /^KAFKA_SSL_CA: \/away cannot be read \(ENOENT\)$/],
    [{ KAFKA_SSL: 'on', KAFKA_SSL_CA: '/rubbish.pem' }, /^KAFKA_SSL_CA: .* holds no certificate in PEM$/],
    [{ KAFKA_SSL: 'on', KAFKA_SSL_CERT: '/cert.pem' }, /^KAFKA_SSL_KEY: is missing/],
    [{ KAFKA_SSL: 'on', KAFKA_SSL_KEY: '/key.pem' }, /^KAFKA_SSL_CERT: is missing/],
    [
      { KAFKA_SSL: 'on', KAFKA_SSL_CERT: '/cert.pem', KAFKA_SSL_KEY: '/rubbish.pem' },
      /^KAFKA_SSL_KEY: .* holds no private key in PEM/,
    ],
    [
      { KAFKA_SSL: 'on', KAFKA_SSL_CERT: '/cert.pem', KAFKA_SSL_KEY: '/other-key.pem' },
      /^KAFKA_SSL_KEY: is not the key of KAFKA_SSL_CERT$/,
    ],
    [
      { KAFKA_SASL_MECHANISM: 'scram', KAFKA_SASL_USERNAME: 'a', KAFKA_SASL_PASSWORD: 'hush' },
      /^KAFKA_SASL_MECHANISM=scram: takes one of plain/,
    ],
    [{ KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_PASSWORD: 'hush' }, /^KAFKA_SASL_USERNAME: is missing/],
    [{ KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_USERNAME: 'ann' }, /^KAFKA_SASL_PASSWORD: is missing/],
    [{ KAFKA_SASL_PASSWORD: 'hush' }, /^KAFKA_SASL_PASSWORD: is given without KAFKA_SASL_MECHANISM/],
    [{ KAFKA_TOPIC: 'a/b' }, /^KAFKA_TOPIC=a\/b: takes a topic's name/],
    [{ KAFKA_PARTITIONS: '0' }, /^KAFKA_PARTITIONS=0: takes a whole number from 1 to 1000$/],
    [{ ENTENTE_PUBLIC_URL: 'entente.example/' }, /^ENTENTE_PUBLIC_URL=entente.example\/: takes an address such as/],
    [{ KAFKA_REPLICAS: 'three' }, /^KAFKA_REPLICAS=three: takes a whole number from 1 to 100$/],
    [{ KAFKA_GROUP: 'a b' }, /^KAFKA_GROUP=a b: takes up to 249/],
    [{ KAFKA_COMMANDS_TOPIC: '..' }, /^KAFKA_COMMANDS_TOPIC=\.\.: takes a topic's name/],
    [{ KAFKA_REPLIES_TOPIC: 'entente-events' }, /^KAFKA_REPLIES_TOPIC=entente-events: is KAFKA_TOPIC too/],
    [{ DATABASE_URL: 'mysql://ann:hush@h/rows' }, /^DATABASE_URL: takes postgres:/],
    [{ DATABASE_URL: 'postgres://ann:hush@h' }, /^DATABASE_URL: takes postgres:/],
    [{ DATABASE_URL: 'postgres://ann:hush#1@h/rows' }, /^DATABASE_URL: takes .*% codes/],
    [{ DATABASE_URL: 'postgres://ann:hush@h/rows?sslmode=on' }, /^DATABASE_URL: its sslmode takes one of disable/],
    [
      { DATABASE_URL: 'postgres://ann:hush@h/rows?sslrootcert=/away' },
      /^DATABASE_URL: its sslrootcert, \/away, cannot be read \(ENOENT\)$/,
    ],
    [{ ENTENTE_PSEUDONYM_KEY: 'hush' }, /^ENTENTE_PSEUDONYM_KEY: takes 64 hexadecimal digits/],
    [{ HOST: '0.0.0.0' }, /^HOST=0\.0\.0\.0: can be reached by others.*ENTENTE_TRUST_NETWORK=on$/],
    [{ HOST: 'a host' }, /^HOST=a host: takes an address/],
    [{ ENTENTE_TRUST_NETWORK: 'yes' }, /^ENTENTE_TRUST_NETWORK=yes: takes off or on$/],
    [{ PORT: '65536' }, /^PORT=65536: takes a whole number from 0 to 65535$/],
    [{ LOG_LEVEL: 'loud' }, /^LOG_LEVEL=loud: takes one of fatal, /],
    [
      { ENTENTE_SHUTDOWN_TIMEOUT_SECONDS: '0' },
      /^ENTENTE_SHUTDOWN_TIMEOUT_SECONDS=0: takes a whole number from 1 to 3600$/,
    ],
    [{ KAFKA_SSL_CA_FILE: '/ca.pem' }, /^KAFKA_SSL_CA_FILE: is no setting/],
    [{ KAFKA_GROUP: 'a', KAFKA_GROUP_FILE: '/password' }, /^KAFKA_GROUP: is given, and so is KAFKA_GROUP_FILE/],
    [{ ESDB_LOG_FILE: '/empty' }, /^ESDB_LOG_FILE: the file that it names is empty$/],
  ])('are named if they are wrong, without secrets: %j', (env, message) => {
    const wrong = wrongIn(env);
    expect(wrong).toEqual([expect.stringMatching(message)]);
    expect(wrong.join()).not.toContain('hush');
  });

  it('are all reported at once', () => {
    const wrong = wrongIn({ ESDB_URL: '', KAFKA_PARTITIONS: 'x', DATABASE_URL: 'x', PORT: 'x', KAFKA_SSL: 'x' });
    expect(wrong.map((line) => /^\w+/.exec(line)?.[0])).toEqual([
      'PORT',
      'ESDB_URL',
      'KAFKA_SSL',
      'KAFKA_PARTITIONS',
      'DATABASE_URL',
    ]);
  });

  it('are read from files that are named instead', () => {
    const sasl = { KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_USERNAME: 'ann' };
    expect(settingsOf({ ...sasl, KAFKA_SASL_PASSWORD_FILE: '/password' }).kafka.sasl?.password).toBe('from a file');
    expect(wrongIn({ ...sasl, KAFKA_SASL_PASSWORD_FILE: '/away' })).toEqual([
      'KAFKA_SASL_PASSWORD_FILE: the file that it names cannot be read (ENOENT)',
    ]);
  });
});
