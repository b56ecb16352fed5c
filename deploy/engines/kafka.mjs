/** A real Kafka broker in one process (KRaft), on loopback, from jars that Maven brings once. Needs Java 17 or newer and Maven. */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { accepts, freePort, run, serve } from './process.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const jars = fileURLToPath(new URL('../../.entente/kafka-4.3.0', import.meta.url));

/** Brings the jars where they are missing; under their name they are whole. */
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

const properties = (folder, port, controller, more) =>
  Object.entries({
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controller}`,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'PLAIN:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name': 'PLAIN',
    listeners: `PLAIN://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}`,
    'advertised.listeners': `PLAIN://127.0.0.1:${port}`,
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
    ...more,
  })
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');

const java = (...args) => ['-Xmx512m', '-XX:+UseSerialGC', '-cp', join(jars, '*'), ...args];

/**
 * Starts a broker on a folder of its own, which is formatted where it is new: begun again on the same folder and port it has what it had. `port`: a free one unless
 * given. Gives `brokers`, and `stop`, `kill`, `signal`.
 */
export async function startKafka({ folder, port, settings = {} }) {
  await bringJars();
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'server.properties');
  const at = port ?? (await freePort());
  writeFileSync(file, properties(folder, at, await freePort(), settings));
  if (!existsSync(join(folder, 'data', 'meta.properties'))) {
    const id = randomBytes(16).toString('base64url');
    await run('java', java('kafka.tools.StorageTool', 'format', `--cluster-id=${id}`, '-c', file));
  }
  const broker = await serve('the Kafka broker', 'java', java('kafka.Kafka', file), {
    log: join(folder, 'kafka.log'),
    answers: () => accepts(at),
  });
  return { ...broker, port: at, brokers: `127.0.0.1:${at}` };
}
