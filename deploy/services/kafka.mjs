/**
 * A real Kafka broker in one process (KRaft), on loopback, from jars that Maven downloads once.
 * Needs Java 17 or newer and Maven.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import kafkajs from 'kafkajs';
import { freePort, portFor, run, serve } from './process.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const jars = fileURLToPath(new URL('../../.entente/kafka-4.3.0', import.meta.url));

/** Downloads missing jars; a jar gets its name when it is complete. */
async function bringJars() {
  if (existsSync(jars)) return;
  const making = `${jars}.${process.pid}`;
  mkdirSync(making, { recursive: true });
  const goals = ['-q', '-B', '-f', join(here, 'pom.xml'), 'dependency:copy-dependencies', '-DincludeScope=runtime'];
  try {
    await run('mvn', [...goals, `-DoutputDirectory=${making}`]);
  } catch (error) {
    rmSync(making, { recursive: true, force: true });
    throw new Error(
      `the Kafka broker's jars could not be had: this takes Maven and Java 17 or newer. ${error.message}`,
      {
        cause: error,
      },
    );
  }
  if (readdirSync(making).length === 0) throw new Error(`Maven brought no jars into ${making}`);
  if (existsSync(jars)) rmSync(making, { recursive: true });
  else renameSync(making, jars);
}

const properties = (all) =>
  Object.entries(all)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');

const settingsOf = (folder, listeners, controller) => ({
  'process.roles': 'broker,controller',
  'node.id': 1,
  'controller.quorum.voters': `1@127.0.0.1:${controller}`,
  'controller.listener.names': 'CONTROLLER',
  'listener.security.protocol.map': [
    'CONTROLLER:PLAINTEXT',
    ...listeners.map(({ name, protocol }) => `${name}:${protocol}`),
  ].join(','),
  'inter.broker.listener.name': 'PLAIN',
  listeners: [
    `CONTROLLER://127.0.0.1:${controller}`,
    ...listeners.map(({ name, port }) => `${name}://127.0.0.1:${port}`),
  ].join(','),
  'advertised.listeners': listeners.map(({ name, port }) => `${name}://127.0.0.1:${port}`).join(','),
  'log.dirs': join(folder, 'data'),
  'auto.create.topics.enable': false,
  'num.partitions': 1,
  'offsets.topic.replication.factor': 1,
  'offsets.topic.num.partitions': 4,
  'transaction.state.log.replication.factor': 1,
  'transaction.state.log.min.isr': 1,
  'transaction.state.log.num.partitions': 4,
  'share.coordinator.state.topic.replication.factor': 1,
  'share.coordinator.state.topic.min.isr': 1,
  'group.initial.rebalance.delay.ms': 0,
  'log.retention.hours': -1,
});

const SCRAM = ['SCRAM-SHA-256', 'SCRAM-SHA-512'];

/**
 * More listeners, each on a separate port: by user and password over TLS (`sasl-ssl`) and without
 * it (`sasl`), and by a certificate (`ssl`).
 */
async function doors({ ca, cert, key, users }, folder) {
  const keys = join(folder, 'keys.pem');
  const trusted = join(folder, 'trusted.pem');
  writeFileSync(keys, `${key}${cert}`, { mode: 0o600 });
  writeFileSync(trusted, ca);
  const known = Object.entries(users).map(([user, password]) => `user_${user}="${password}"`);
  const login = 'org.apache.kafka.common.security';
  const sasl = (name) => ({
    [`listener.name.${name}.plain.sasl.jaas.config`]: `${login}.plain.PlainLoginModule required ${known.join(' ')};`,
    ...Object.fromEntries(
      SCRAM.map((mechanism) => [
        `listener.name.${name}.${mechanism.toLowerCase()}.sasl.jaas.config`,
        `${login}.scram.ScramLoginModule required;`,
      ]),
    ),
  });
  return {
    listeners: [
      { name: 'SASLSSL', protocol: 'SASL_SSL', port: await freePort() },
      { name: 'SASL', protocol: 'SASL_PLAINTEXT', port: await freePort() },
      { name: 'SSL', protocol: 'SSL', port: await freePort() },
    ],
    settings: {
      'sasl.enabled.mechanisms': ['PLAIN', ...SCRAM].join(','),
      ...sasl('saslssl'),
      ...sasl('sasl'),
      'ssl.keystore.type': 'PEM',
      'ssl.keystore.location': keys,
      'ssl.truststore.type': 'PEM',
      'ssl.truststore.location': trusted,
      'listener.name.ssl.ssl.client.auth': 'required',
    },
    scram: Object.entries(users).flatMap(([name, password]) =>
      SCRAM.map((mechanism) => `--add-scram=${mechanism}=[name=${name},password=${password}]`),
    ),
  };
}

const java = (...args) => ['-Xmx512m', '-XX:+UseSerialGC', '-cp', join(jars, '*'), ...args];

/** Whether a broker knows the leader: before, it accepts connections and refuses requests. */
async function leads(port) {
  const kafka = new kafkajs.Kafka({
    brokers: [`127.0.0.1:${port}`],
    clientId: 'services',
    logLevel: kafkajs.logLevel.NOTHING,
    connectionTimeout: 1000,
    requestTimeout: 2000,
    retry: { retries: 0 },
  });
  const admin = kafka.admin();
  try {
    await admin.connect();
    return (await admin.describeCluster()).brokers.length > 0;
  } catch {
    return false;
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}

/**
 * Starts a broker on its own folder, which is formatted if it is new. Started again on the same
 * folder and port, it has the same data. `port`: by default a free one. `secured` (`ca`, `cert` and
 * `key` in PEM, and the passwords of `users`) opens more listeners; the result has their addresses
 * in `secured`. Returns `brokers`, and `stop`, `kill`, `signal`.
 */
export async function startKafka({ folder, port, settings = {}, secured }) {
  await bringJars();
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'server.properties');
  const at = await portFor('the Kafka broker', port);
  const more = secured === undefined ? { listeners: [], settings: {}, scram: [] } : await doors(secured, folder);
  const listeners = [{ name: 'PLAIN', protocol: 'PLAINTEXT', port: at }, ...more.listeners];
  const own = settingsOf(folder, listeners, await freePort());
  writeFileSync(file, properties({ ...own, ...more.settings, ...settings }), { mode: 0o600 });
  if (!existsSync(join(folder, 'data', 'meta.properties'))) {
    const id = randomBytes(16).toString('base64url');
    await run('java', java('kafka.tools.StorageTool', 'format', `--cluster-id=${id}`, '-c', file, ...more.scram));
  }
  const broker = await serve('the Kafka broker', 'java', java('kafka.Kafka', file), {
    log: join(folder, 'kafka.log'),
    answers: () => leads(at),
  });
  const [saslSsl, sasl, ssl] = more.listeners.map((listener) => `127.0.0.1:${listener.port}`);
  return {
    ...broker,
    port: at,
    brokers: `127.0.0.1:${at}`,
    ...(secured === undefined ? {} : { secured: { saslSsl, sasl, ssl } }),
  };
}
