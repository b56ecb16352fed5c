#!/usr/bin/env node
/**
 * The whole US Greenbook through Kafka: every obligation as a command that a stakeholder system
 * publishes, sent twice; then the replies, the log and every total per recipient, account and year
 * in PostgreSQL against the file. `npm run test:greenbook:distributed -- <csv>`; it starts the
 * services and the apps, and ends them. With `--here` it goes to those that run already: by `npm
 * run services` and the apps' own scripts, with nothing recorded yet.
 */
import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import pg from 'pg';
import { startEventStore } from '../../deploy/services/eventstore.mjs';
import { startKafka } from '../../deploy/services/kafka.mjs';
import { startPostgres } from '../../deploy/services/postgres.mjs';
import { commandAt } from '../../dist/libs/contracts/src/index.js';
import { readMapping } from '../../dist/apps/cli/src/importing/mapping.js';
import { RowMapper } from '../../dist/apps/cli/src/importing/row-mapper.js';
import { entente, startApp } from '../support/app-process.mjs';
import { ACCOUNTS, MAPPING, ROWS, Totals, currentFunding, fail, rowsOf, same, sameSum } from './greenbook.mjs';

const here = process.argv.includes('--here');
const [csv] = process.argv.slice(2).filter((one) => one !== '--here');
const { ESDB_URL, KAFKA_BROKERS, DATABASE_URL, ENTENTE_API = 'http://127.0.0.1:3000' } = process.env;
if (csv === undefined || (here && DATABASE_URL === undefined)) {
  console.error('usage: npm run test:greenbook:distributed -- [--here] <us-greenbook-military.csv>');
  if (here) console.error('--here goes to the services of `npm run services`, which do not run');
  process.exit(1);
}
const mapping = readMapping(MAPPING);
const [source, ...parts] = mapping.actor.split(';');
const role = parts.find((part) => part.startsWith('role=')).slice(5);

const message = ({ kind, streamId, path, id, body }) => ({
  key: streamId,
  headers: {
    ce_specversion: '1.0',
    ce_id: id,
    ce_type: commandAt(kind, path)?.type ?? fail(`no type for ${path}`),
    ce_source: source,
    ce_actorrole: role,
    ce_subject: `${kind}/${streamId}`,
    'content-type': 'application/json',
  },
  value: JSON.stringify(body),
});

/**
 * Every command of the file, in its order, each account opened before it is used; and the file's
 * own totals.
 */
async function readFile() {
  const messages = [];
  const opened = new Set();
  const totals = new Totals();
  const recipients = new Map();
  let rows = 0;
  let mapper = null;
  for await (const row of rowsOf(csv)) {
    rows += 1;
    mapper ??= new RowMapper(mapping, Object.keys(row));
    const mapped = mapper.map(Object.values(row), rows + 1);
    if (mapped.type !== 'commands') fail(`row ${rows} is ${mapped.type}: ${mapped.why}`);
    for (const command of mapped.parts[0].commands) {
      if (command.once && opened.has(command.streamId)) continue;
      if (command.once) opened.add(command.streamId);
      if (command.once) recipients.set(command.body.recipient, row.country);
      messages.push(message(command));
    }
    totals.addRow(row);
  }
  return { rows, messages, accounts: opened.size, totals, recipients };
}

async function publish(producer, messages) {
  for (let at = 0; at < messages.length; at += 1000)
    await producer.send({ topic: 'entente-commands', acks: -1, messages: messages.slice(at, at + 1000) });
}

/** Counts the replies as they come: accepted, repeated, and each refusal by its code. */
async function countReplies(kafka) {
  const counts = { accepted: 0, repeated: 0, refused: {} };
  const consumer = kafka.consumer({ groupId: `greenbook-${process.pid}`, maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topic: 'entente-replies', fromBeginning: true });
  await consumer.run({
    eachBatch: async ({ batch }) => {
      for (const { headers, value } of batch.messages) {
        const body = JSON.parse(String(value));
        if (String(headers.ce_type) === 'org.entente.command-refused')
          counts.refused[body.code] = (counts.refused[body.code] ?? 0) + 1;
        else if (body.repeated === true) counts.repeated += 1;
        else counts.accepted += 1;
      }
    },
  });
  return { counts, end: () => consumer.disconnect() };
}

/** The running deployment: its api, once it is ready and the intake has made its topics. */
async function running(client) {
  const ready = async () => {
    const answer = await fetch(`${ENTENTE_API}/health/ready`);
    return { ok: answer.ok, ...(await answer.json()) };
  };
  const admin = client.admin();
  await admin.connect();
  const all = async () => {
    const topics = await admin.listTopics();
    for (const topic of ['entente-commands', 'entente-replies'])
      if (!topics.includes(topic)) fail(`there is no topic ${topic}: does the intake run?`);
    const { ok, ...health } = await ready();
    if (!ok) fail(`${ENTENTE_API} reports ${JSON.stringify(health)}`);
  };
  try {
    for (const late = performance.now() + 60_000; ; await pause(500)) {
      const fault = await all().then(
        () => null,
        (error) => error,
      );
      if (fault === null) return { ready };
      if (performance.now() > late) throw fault;
    }
  } finally {
    await admin.disconnect();
  }
}

const folder = mkdtempSync(join(tmpdir(), 'entente-greenbook-kafka-'));
// PostgreSQL may have to run as another user.
chmodSync(folder, 0o755);
const ends = [];
let status = 1;
try {
  const begun = async (service) => {
    ends.push(() => service.stop());
    return service;
  };
  const started = async () => {
    const postgres = await begun(await startPostgres({ folder: join(folder, 'postgres') }));
    const kafka = await begun(await startKafka({ folder: join(folder, 'kafka') }));
    const eventStore = await begun(await startEventStore({ folder: join(folder, 'eventstore') }));
    return {
      ESDB_URL: eventStore.url,
      KAFKA_BROKERS: kafka.brokers,
      DATABASE_URL: postgres.url,
      ENTENTE_PSEUDONYM_KEY: randomBytes(32).toString('hex'),
    };
  };
  const settings = here ? { ESDB_URL, KAFKA_BROKERS, DATABASE_URL } : await started();
  const apps = [];
  for (const name of here ? [] : ['relay', 'projector', 'projector', 'intake', 'intake'])
    apps.push(await begun(await startApp(name, settings)));
  for (const app of apps) await app.ready();
  const client = new kafkajs.Kafka({ brokers: settings.KAFKA_BROKERS.split(','), clientId: 'greenbook', logLevel: 0 });
  const deployment = here ? [await running(client)] : apps.slice(1, 3);
  const producer = client.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  await producer.connect();
  ends.push(() => producer.disconnect());
  const replies = await countReplies(client);
  ends.push(() => replies.end());

  const { rows, messages, accounts, totals, recipients } = await readFile();
  same('rows, accounts and commands', [rows, accounts, messages.length], [ROWS, ACCOUNTS, ROWS + ACCOUNTS]);
  const answered = () =>
    replies.counts.accepted +
    replies.counts.repeated +
    Object.values(replies.counts.refused).reduce((a, b) => a + b, 0);
  for (const [n, what] of ['sent', 'sent again'].entries()) {
    const since = performance.now();
    await publish(producer, messages);
    for (let printed = 0; answered() < messages.length * (n + 1); await pause(200)) {
      if (answered() - printed >= 4000) console.log(`${(printed = answered())} replies`);
      if (performance.now() - since > 600_000)
        fail(`only ${answered()} replies came: ${apps.map((app) => app.logged()).join('')}`);
    }
    console.log(`${what}: answered within ${Math.round((performance.now() - since) / 1000)} s`);
  }
  // A command that was decided by an intake which did not come to answer it is answered as a
  // repetition by the next.
  const { accepted, repeated, refused } = replies.counts;
  same('answers, and refusals', [accepted + repeated, refused], [2 * (ROWS + ACCOUNTS), {}]);
  for (const app of deployment) {
    for (;;) {
      const { models = [], position } = await app.ready();
      if (models.length > 0 && models.every((model) => model.position === position)) break;
      await pause(200);
    }
  }

  const db = new pg.Client({ connectionString: settings.DATABASE_URL });
  await db.connect();
  ends.push(() => db.end());
  const served = new Totals();
  for (const { recipient, fund, period, obligated } of await currentFunding(
    async (sql) => (await db.query(sql)).rows,
    'entente.',
  ))
    served.add(recipients.get(recipient), fund, period, obligated);
  served.compare('the rows in PostgreSQL', totals);
  sameSum('all obligations', served.sum());
  console.log(await entente(settings, 'verify'));
  console.log(await entente(settings, 'compare', '--rebuilt'));
  status = 0;
} catch (error) {
  console.error(error instanceof Error ? error.stack : error);
} finally {
  for (const end of ends.reverse()) await Promise.resolve(end()).catch(() => undefined);
  rmSync(folder, { recursive: true, force: true });
}
process.exit(status);
