#!/usr/bin/env node
/** `npm run engines`: a real Kafka broker, a real PostgreSQL and a stand-in for an event store on loopback, for the apps to run on without Docker. All end with it. */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { startEventStore } from './eventstore.mjs';
import { startKafka } from './kafka.mjs';
import { startPostgres } from './postgres.mjs';

const port = (text) => {
  if (!/^[0-9]{1,5}$/.test(text) || Number(text) < 1 || Number(text) > 65535) throw new Error(`${text} is no port`);
  return Number(text);
};

const { data, esdbPort, kafkaPort, postgresPort } = new Command('npm run engines --')
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
  .addHelpText(
    'after',
    '\nExample:\n  $ npm run engines -- --data ./engines --esdb-port 2113 --kafka-port 9092 --postgres-port 5432',
  )
  .parse()
  .opts();

const folder = data === undefined ? mkdtempSync(join(tmpdir(), 'entente-engines-')) : resolve(data);
if (!existsSync(folder)) mkdirSync(folder, { recursive: true });
// PostgreSQL may have to run as another user.
chmodSync(folder, 0o755);

const begun = [];
let ending = null;
const end = (status) => {
  ending ??= (async () => {
    for (const engine of begun.reverse()) await engine.stop();
    if (data === undefined) rmSync(folder, { recursive: true, force: true });
    process.exit(status);
  })();
  return ending;
};
for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => void end(0));

try {
  process.stderr.write('starting PostgreSQL ...\n');
  const postgres = await startPostgres({ folder: join(folder, 'postgres'), port: postgresPort });
  begun.push(postgres);
  process.stderr.write('starting a Kafka broker (the first time, Maven brings its jars) ...\n');
  const kafka = await startKafka({ folder: join(folder, 'kafka'), port: kafkaPort });
  begun.push(kafka);
  const eventStore = await startEventStore({ folder: join(folder, 'eventstore'), port: esdbPort });
  begun.push(eventStore);
  process.stdout.write(`ESDB_URL=${eventStore.url}\nKAFKA_BROKERS=${kafka.brokers}\nDATABASE_URL=${postgres.url}\n`);
  process.stderr.write(
    `all answer, and end with this command (Ctrl-C); their data is in ${folder}\nESDB_URL names a stand-in for trials, which speaks an EventStoreDB's protocol and is none: keep no log on it\n`,
  );
  for (const [name, engine] of [
    ['PostgreSQL', postgres],
    ['the Kafka broker', kafka],
    ['the stand-in for an event store', eventStore],
  ])
    void engine.ended.then(() => {
      if (ending !== null) return;
      process.stderr.write(`${name} ended by itself: its log is in ${folder}\n`);
      void end(1);
    });
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  await end(1);
}
