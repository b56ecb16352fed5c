import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startEventStore } from '../../deploy/services/eventstore.mjs';
import { startKafka } from '../../deploy/services/kafka.mjs';
import { startPostgres } from '../../deploy/services/postgres.mjs';
import { freePort } from '../../deploy/services/process.mjs';
import type { AppName, RunningApp } from '../support/app-process.mjs';
import { until } from '../support/kafka.js';
import { type DistributedProcesses, distributedProcesses } from '../support/distributed-processes.mjs';

const APPS: readonly AppName[] = ['api', 'relay', 'projector', 'intake'];

let folder: string;
let deployment: DistributedProcesses;
/** What ends when a test does, the last first. */
const begun: { kill(): Promise<void> }[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'entente-waiting-'));
  // PostgreSQL may have to run as another user.
  chmodSync(folder, 0o755);
});
afterEach(async () => {
  await deployment.end();
  for (const service of begun.splice(0).reverse()) await service.kill();
  rmSync(folder, { recursive: true, force: true });
});

const began = async <Service extends { kill(): Promise<void> }>(service: Promise<Service>): Promise<Service> => {
  const one = await service;
  begun.push(one);
  return one;
};
const faultOf = async (app: RunningApp): Promise<string> => String(JSON.stringify((await app.health())['fault']));

describe('apps that start before their services', () => {
  it('are live, report what they wait for, and serve once all have come, in any order', async () => {
    const ports = { esdb: await freePort(), kafka: await freePort(), database: await freePort() };
    deployment = distributedProcesses({
      esdb: `esdb://127.0.0.1:${ports.esdb}?tls=false`,
      kafka: `127.0.0.1:${ports.kafka}`,
      database: `postgres://entente:entente@127.0.0.1:${ports.database}/entente`,
    });
    const apps = await Promise.all(APPS.map((name) => deployment.start(name)));
    const waitFor = (what: string, names: readonly string[]): Promise<void> =>
      until(async () => {
        const own = apps.filter(({ name }) => names.includes(name));
        return (await Promise.all(own.map(faultOf))).every((fault) => fault.includes(what));
      }, 30_000);
    await waitFor('waits for the event store', APPS);
    for (const { url } of apps) expect((await fetch(`${url}/health/live`)).status).toBe(200);
    expect((await Promise.all(apps.map((app) => app.health()))).map(({ status }) => status)).toEqual(
      APPS.map(() => 503),
    );

    await began(startEventStore({ folder: join(folder, 'eventstore'), port: ports.esdb }));
    await waitFor('waits for the database', ['api', 'projector', 'intake']);
    await began(startPostgres({ folder: join(folder, 'postgres'), port: ports.database }));
    await waitFor('ECONNREFUSED', ['relay', 'intake']);
    await began(startKafka({ folder: join(folder, 'kafka'), port: ports.kafka }));
    await deployment.ready();
  });

  it('exit with status 1 if the event store is too old, naming its version and the required one', async () => {
    const old = await began(startEventStore({ folder: join(folder, 'eventstore') }));
    await old.faults({ version: '21.10.2.0' });
    deployment = distributedProcesses({
      esdb: old.url,
      kafka: '127.0.0.1:9',
      database: 'postgres://postgres@127.0.0.1:9/entente',
    });
    const app = await deployment.start('relay');
    expect(await Promise.race([app.ended, pause(20_000)])).toBe(1);
    expect(app.logged()).toMatch(/Entente's relay cannot start: .*21\.10.*22\.6/);
  });
});
