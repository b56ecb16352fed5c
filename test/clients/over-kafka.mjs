/**
 * A part of `npm run test:clients`: the programs of the how-to pages on Kafka, in Python and Java,
 * with the SDKs of CloudEvents, on a distributed deployment that has the example scenario. They
 * send a command to the partition of its stream, read its reply, and read every event and
 * watermark.
 */
import 'reflect-metadata';
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEventStore } from '../../deploy/services/eventstore.mjs';
import { startKafka } from '../../deploy/services/kafka.mjs';
import { startPostgres } from '../../deploy/services/postgres.mjs';
import { distributedProcesses } from '../support/distributed-processes.mjs';
import { ROOT, blocksOf } from '../support/documents.ts';

const { commandAt, exampleScenario } = await import(join(ROOT, 'dist/libs/contracts/src/index.js'));
const { partitionOf } = await import(join(ROOT, 'dist/libs/engine/src/index.js'));

const jars = join(ROOT, '.entente', 'cloudevents-4.0.1');
const ACCOUNT = 'norland.clients';
const TODAY = new Date().toISOString().slice(0, 10);
const PARTITIONS = 3;
const REPLY_TIMEOUT_MS = 30_000;
const PROGRAMS = {
  'docs/how-to/send-commands-over-kafka.md': { python: 'send.py', java: 'SendCommand.java' },
  'docs/how-to/consume-events-from-kafka.md': { python: 'consume.py', java: 'ConsumeEvents.java' },
};

const run = (program, args, more = {}) =>
  execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 2 ** 28, ...more });

/** Writes the programs of the pages as files, and brings what they need. */
function prepare(folder) {
  for (const [page, programs] of Object.entries(PROGRAMS))
    for (const [language, file] of Object.entries(programs)) {
      const block = blocksOf(page).find(({ info }) => info === language);
      if (block === undefined) throw new Error(`${page} has no program in ${language}`);
      writeFileSync(join(folder, file), block.text);
    }
  const python = join(folder, 'venv', 'bin', 'python');
  run('python3', ['-m', 'venv', join(folder, 'venv')]);
  run(python, ['-m', 'pip', 'install', '--quiet', 'cloudevents==2.2.0', 'confluent-kafka==2.16.1']);
  if (!existsSync(jars)) {
    const making = `${jars}.${process.pid}`;
    mkdirSync(making, { recursive: true });
    const goals = ['-q', '-B', '-f', join(import.meta.dirname, 'pom.xml'), 'dependency:copy-dependencies'];
    run('mvn', [...goals, '-DincludeScope=runtime', `-DoutputDirectory=${making}`]);
    renameSync(making, jars);
  }
  const sources = ['SendCommand.java', 'ConsumeEvents.java'].map((file) => join(folder, file));
  run('javac', ['-cp', join(jars, '*'), '-d', folder, ...sources]);
  return {
    Python: (name, args, env) => run(python, [join(folder, `${name.python}.py`), ...args], { env }),
    Java: (name, args, env) => run('java', ['-cp', `${folder}:${join(jars, '*')}`, name.java, ...args], { env }),
  };
}

/** Sends commands over the topic, each after the reply to the one before. */
async function sender({ kafka, settings }) {
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  const consumer = kafka.consumer({ groupId: randomUUID(), maxWaitTimeInMs: 50 });
  const waiting = new Map();
  await consumer.connect();
  await consumer.subscribe({ topic: settings.KAFKA_REPLIES_TOPIC, fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachMessage: async ({ message: { headers, value } }) =>
      waiting.get(String(headers.ce_commandid))?.({ type: String(headers.ce_type), body: JSON.parse(String(value)) }),
  });
  return {
    async send({ stream, type, actor, body }) {
      const [source, ...parts] = actor.split(';');
      const ids = parts.map((part) => part.split('=')).map(([name, text]) => [`ce_actor${name}`, text]);
      const id = randomUUID();
      const replied = new Promise((resolve, reject) => {
        waiting.set(id, resolve);
        setTimeout(() => reject(new Error(`${type} on ${stream} has no reply`)), REPLY_TIMEOUT_MS).unref();
      });
      const headers = {
        ...Object.fromEntries(ids),
        ce_specversion: '1.0',
        ce_id: id,
        ce_type: type,
        ce_source: source,
        ce_subject: stream,
        'content-type': 'application/json',
      };
      const message = { key: stream.slice(stream.indexOf('/') + 1), headers, value: JSON.stringify(body) };
      await producer.send({ topic: settings.KAFKA_COMMANDS_TOPIC, messages: [message] });
      return replied;
    },
    async end() {
      await producer.disconnect();
      await consumer.disconnect();
    },
  };
}

/** Sends the whole scenario; steps that wait for a day are refused, which is a reply too. */
async function sendScenario(to) {
  const lastOf = new Map();
  let accepted = 0;
  for (const { step, kind, id, path, actor, body, events } of exampleScenario(TODAY)) {
    const data = structuredClone(body);
    for (const [field, earlier] of Object.entries(events)) {
      const names = field.split('.');
      const last = names.pop();
      names.reduce((at, name) => at[name], data)[last] = lastOf.get(earlier);
    }
    const reply = await to.send({ stream: `${kind}/${id}`, type: commandAt(kind, path).type, actor, body: data });
    lastOf.set(step, reply.body.events?.at(-1)?.id);
    if (reply.type === 'org.entente.command-accepted') accepted += 1;
  }
  return accepted;
}

/** Opens the account that the programs of the pages use. */
async function openAccount(to) {
  const body = {
    donor: 'norland',
    recipient: 'estmark',
    fund: 'Clients',
    currency: 'USD',
    stages: ['pledged'],
    basis: 'own',
    onBudget: false,
  };
  const stream = `funding-account/${ACCOUNT}`;
  const { type, body: reply } = await to.send({
    stream,
    type: 'OpenFundingAccount',
    actor: 'norland;role=donor',
    body,
  });
  if (type !== 'org.entente.command-accepted') throw new Error(`no account: ${JSON.stringify(reply)}`);
}

/** The events of the log, by the API, as the programs print them. */
async function eventsOf(url) {
  const lines = [];
  for (let next = `${url}/v1/history?limit=1000`; next !== null;) {
    const { events, next: after } = await (await fetch(next)).json();
    lines.push(...events.map(({ stream, revision, type }) => `${stream} ${revision} org.entente.${type}`));
    next = after === null ? null : `${url}/v1/history?limit=1000&after=${after}`;
  }
  return lines.sort();
}

/** The partitions that have commands under a key: whichever client sent them, it is one. */
async function partitionsOf({ kafka, settings }, key) {
  const topic = settings.KAFKA_COMMANDS_TOPIC;
  const admin = kafka.admin();
  await admin.connect();
  const open = new Map();
  for (const { partition, low, high } of await admin.fetchTopicOffsets(topic))
    if (BigInt(high) > BigInt(low)) open.set(partition, BigInt(high));
  await admin.disconnect();
  const consumer = kafka.consumer({ groupId: randomUUID(), maxWaitTimeInMs: 50 });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const found = new Set();
  await new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error('the commands topic was not read to its end')), REPLY_TIMEOUT_MS).unref();
    const eachMessage = async ({ partition, message }) => {
      if (String(message.key) === key) found.add(partition);
      if (BigInt(message.offset) + 1n >= (open.get(partition) ?? 0n)) open.delete(partition);
      if (open.size === 0) resolve();
    };
    void consumer.run({ autoCommit: false, eachMessage });
  });
  await consumer.disconnect();
  return [...found];
}

/** Runs the programs; answers how many failed. */
export async function overKafka() {
  const folder = mkdtempSync(join(tmpdir(), 'entente-over-kafka-'));
  chmodSync(folder, 0o755);
  const ends = [() => rmSync(folder, { recursive: true, force: true })];
  const begun = async (starting) => {
    const service = await starting;
    ends.push(() => service.stop());
    return service;
  };
  let failed = 0;
  try {
    const programs = prepare(folder);
    const postgres = await begun(startPostgres({ folder: join(folder, 'postgres') }));
    const { brokers: kafka } = await begun(startKafka({ folder: join(folder, 'kafka') }));
    const { url: esdb } = await begun(startEventStore({ folder: join(folder, 'eventstore') }));
    const deployment = distributedProcesses({ esdb, kafka, database: await postgres.database('rows') }, PARTITIONS);
    ends.push(() => deployment.end());
    deployment.settings.ENTENTE_PUBLIC_URL = 'https://entente.example';
    await deployment.open({ relay: 1, projector: 1, intake: 1, api: 1 });
    const url = await deployment.url();
    const to = await sender(deployment);
    ends.push(() => to.end());
    console.log(`${await sendScenario(to)} commands of the example scenario were accepted over Kafka`);
    await openAccount(to);
    const env = { ...process.env, ...deployment.settings };
    for (const [language, program] of Object.entries(programs)) {
      const printed = program({ python: 'send', java: 'SendCommand' }, [ACCOUNT, `pledge-${language}`], env);
      if (/^org\.entente\.command-accepted budget-2026 /.test(printed))
        console.log(`${language}: a command and its reply`);
      else {
        failed += 1;
        console.error(`${language}: the reply is ${printed}`);
      }
    }
    const partitions = await partitionsOf(deployment, ACCOUNT);
    const own = partitionOf(`funding-account/${ACCOUNT}`, PARTITIONS);
    if (partitions.length === 1 && partitions[0] === own)
      console.log('all clients sent the commands of a stream to its partition');
    else {
      failed += 1;
      console.error(`the commands of a stream are in the partitions ${partitions.join(', ')}, not in ${own} alone`);
    }
    const expected = await eventsOf(url);
    for (const [language, program] of Object.entries(programs)) {
      const lines = program({ python: 'consume', java: 'ConsumeEvents' }, [], env).trim().split('\n').sort();
      if (lines.join('\n') === expected.join('\n')) console.log(`${language}: ${lines.length} events`);
      else {
        failed += 1;
        console.error(`${language}: ${lines.length} events, not the ${expected.length} of the log`);
      }
    }
  } finally {
    for (const end of ends.reverse()) await end();
  }
  return failed;
}
