#!/usr/bin/env node
/**
 * `npm run test:integration`: starts a real Kafka broker, a real PostgreSQL and a stand-in for an
 * event store in a temporary folder, runs every `*.int-spec.ts` on them, and leaves no process and
 * no folder behind. Fails if a backing service cannot be started. Arguments behind `--` are passed
 * to Jest (a part of a path, `-t ...`).
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startEventStore } from '../../deploy/services/eventstore.mjs';
import { startKafka } from '../../deploy/services/kafka.mjs';
import { startPostgres } from '../../deploy/services/postgres.mjs';
import { goesWithUs } from '../../deploy/services/process.mjs';
import { temporaryFoldersInMemory } from '../support/in-memory.mjs';

const jest = fileURLToPath(new URL('../../node_modules/jest/bin/jest.js', import.meta.url));
temporaryFoldersInMemory();
const folder = mkdtempSync(join(tmpdir(), 'entente-services-'));
// PostgreSQL may have to run as another user.
chmodSync(folder, 0o755);
const letItBe = goesWithUs(folder);
const begun = [];
let status = 1;
try {
  process.stderr.write('starting PostgreSQL and a Kafka broker (the first time, Maven brings its jars) ...\n');
  const postgres = await startPostgres({ folder: join(folder, 'postgres') });
  begun.push(postgres);
  const kafka = await startKafka({ folder: join(folder, 'kafka') });
  begun.push(kafka);
  const eventStore = await startEventStore({ folder: join(folder, 'eventstore') });
  begun.push(eventStore);
  // A server of events cannot be started here.
  if (process.env.ESDB_URL === undefined)
    process.stderr.write('NOT TRIED: a real EventStoreDB, since ESDB_URL names none; a stand-in takes its place\n');
  const args = ['--experimental-vm-modules', '--no-warnings', jest, '--runInBand'];
  const run = spawn(process.execPath, [...args, ...process.argv.slice(2), '--testMatch', '**/*.int-spec.ts'], {
    stdio: 'inherit',
    env: {
      ...process.env,
      SERVICES_DATABASE_URL: postgres.url,
      SERVICES_KAFKA_BROKERS: kafka.brokers,
      SERVICES_ESDB_URL: process.env.ESDB_URL ?? eventStore.url,
    },
  });
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => run.kill(signal));
  [status] = await once(run, 'close');
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
} finally {
  for (const service of begun.reverse()) await service.stop();
  rmSync(folder, { recursive: true, force: true });
  letItBe();
}
process.exit(status ?? 1);
