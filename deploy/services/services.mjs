#!/usr/bin/env node
/**
 * `npm run services`: a real Kafka broker, a real PostgreSQL and a stand-in for an event store on
 * loopback, for the apps to run on without Docker. All end with it; one that ends by itself leaves
 * the others running.
 */
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { startEventStore } from './eventstore.mjs';
import { startKafka } from './kafka.mjs';
import { startPostgres } from './postgres.mjs';
import { accepts, goesWithUs } from './process.mjs';

const port = (text) => {
  if (!/^[0-9]{1,5}$/.test(text) || Number(text) < 1 || Number(text) > 65535) throw new Error(`${text} is no port`);
  return Number(text);
};

/** The file from which the apps' own scripts read settings by default. */
const SETTINGS = fileURLToPath(new URL('../../.entente/services.env', import.meta.url));

const { data, esdbPort, kafkaPort, postgresPort, settings } = new Command('npm run services --')
  .description(
    'Starts a Kafka broker (which takes Java 17 and Maven), a PostgreSQL, and a stand-in for an EventStoreDB, all on loopback; they end with it.',
  )
  .option(
    '--data <folder>',
    'where they keep their data, to be found there again; else a folder that goes when they end',
  )
  .option('--esdb-port <port>', 'a free one, unless given', port)
  .option('--kafka-port <port>', 'a free one, unless given', port)
  .option('--postgres-port <port>', 'a free one, unless given', port)
  .option('--settings <file>', 'where the settings go that the apps take; gone when they end', SETTINGS)
  .addHelpText(
    'after',
    '\nExample:\n  $ npm run services -- --data ./services --esdb-port 2113 --kafka-port 9092 --postgres-port 5432',
  )
  .parse()
  .opts();

const settingsFile = resolve(settings);
/** Fails if a file has the settings of another set of services of which one still answers. */
async function notOfOthers(file, what, instead) {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const ports = [...text.matchAll(/127\.0\.0\.1:([0-9]+)/g)].map(([, found]) => Number(found));
  if (!(await Promise.all(ports.map(accepts))).some(Boolean)) return;
  process.stderr.write(`${what} of services that run (by ${file}): end them, or ${instead}\n`);
  process.exit(1);
}
await notOfOthers(
  settingsFile,
  `${settingsFile} has the settings`,
  'have these write theirs to a separate file (--settings)',
);

const folder = data === undefined ? mkdtempSync(join(tmpdir(), 'entente-services-')) : resolve(data);
if (!existsSync(folder)) mkdirSync(folder, { recursive: true });
// PostgreSQL may have to run as another user.
chmodSync(folder, 0o755);
const cancelRemoval = data === undefined ? goesWithUs(folder) : () => undefined;

/** The pseudonym key belongs to the log: it is stored in the folder of the log. */
function pseudonymKey() {
  const file = join(folder, 'pseudonym.key');
  if (!existsSync(file)) writeFileSync(file, randomBytes(32).toString('hex'), { mode: 0o600 });
  return readFileSync(file, 'utf8');
}

/** The same settings, which show to others that this folder is in use. */
const keeper = join(folder, 'services.env');
await notOfOthers(keeper, `${folder} is the data`, 'name another folder (--data)');

let written = null;
/** Writes the settings for the apps, and prints them. */
function writeSettings(found) {
  const text = Object.entries({ ...found, ENTENTE_PSEUDONYM_KEY: pseudonymKey() })
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
  mkdirSync(dirname(settingsFile), { recursive: true });
  written = text;
  for (const file of [keeper, settingsFile]) writeFileSync(file, text, { mode: 0o600 });
  process.stdout.write(text);
}
/** Removes the settings, unless others have written theirs in between. */
function removeSettings() {
  if (written !== null && existsSync(settingsFile) && readFileSync(settingsFile, 'utf8') === written)
    rmSync(settingsFile);
}

const begun = [];
let ending = null;
const end = (status) => {
  ending ??= (async () => {
    removeSettings();
    for (const service of begun.reverse()) await service.stop();
    rmSync(keeper, { force: true });
    if (data === undefined) rmSync(folder, { recursive: true, force: true });
    cancelRemoval();
    process.exit(status);
  })();
  return ending;
};
// A terminal signals the whole group, and npm passes the signal on again.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => void end(0));

try {
  process.stderr.write('starting PostgreSQL ...\n');
  const postgres = await startPostgres({ folder: join(folder, 'postgres'), port: postgresPort });
  begun.push(postgres);
  process.stderr.write('starting a Kafka broker (the first time, Maven brings its jars) ...\n');
  const kafka = await startKafka({ folder: join(folder, 'kafka'), port: kafkaPort });
  begun.push(kafka);
  const eventStore = await startEventStore({ folder: join(folder, 'eventstore'), port: esdbPort });
  begun.push(eventStore);
  writeSettings({ ESDB_URL: eventStore.url, KAFKA_BROKERS: kafka.brokers, DATABASE_URL: postgres.url });
  process.stderr.write(
    `all answer, and end with this command (Ctrl-C); their data is in ${folder}, and these settings in ${settingsFile}, ${
      settings === SETTINGS
        ? 'where npm run start:relay, start:projector, start:intake, start:steward, start:api and entente:services find them'
        : `for node --env-file=${settingsFile} dist/apps/<relay, projector, intake, steward, api or cli>/src/main.js, each with a separate PORT if others run`
    }
ESDB_URL names a stand-in for trials, with EventStoreDB's protocol; it is not EventStoreDB: keep no log on it\n`,
  );
  const running = new Map([
    ['PostgreSQL', postgres],
    ['the Kafka broker', kafka],
    ['the stand-in for an event store', eventStore],
  ]);
  for (const [name, service] of [...running])
    void service.ended.then(() => {
      running.delete(name);
      if (ending !== null) return;
      const rest = running.size === 0 ? 'none is left' : `still running: ${[...running.keys()].join(', ')}`;
      process.stderr.write(`${name} ended by itself: its log is in ${folder}; ${rest}\n`);
      if (running.size === 0) void end(1);
    });
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  await end(1);
}
