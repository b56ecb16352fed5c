#!/usr/bin/env node
/**
 * Kills the apps of the distributed deployment, one or more of each kind in a round, at random
 * moments under load over HTTP and over the topic. Now and then it kills the event store's stand-in
 * too, or the server in ESDB_URL by the commands of `--kill` and `--start` (the start command
 * returns when the server is started). It starts them again, and compares everything with what was
 * acknowledged. `npm run test:kill:distributed` runs five rounds, `-- --times 20` twenty. It starts
 * the services and ends them, and exits with 1 at the first difference.
 */
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startEventStore } from '../../deploy/services/eventstore.mjs';
import { startKafka } from '../../deploy/services/kafka.mjs';
import { startPostgres } from '../../deploy/services/postgres.mjs';
import { loadOn } from '../support/load.mjs';
import { distributedProcesses } from '../support/distributed-processes.mjs';
import { verifySystem } from '../support/system-verification.mjs';

const {
  times,
  kill: killCommand,
  start: startCommand,
} = parseArgs({
  options: { times: { type: 'string', default: '5' }, kill: { type: 'string' }, start: { type: 'string' } },
}).values;
const { ESDB_URL } = process.env;
if (
  (killCommand === undefined) !== (startCommand === undefined) ||
  (killCommand !== undefined && ESDB_URL === undefined)
) {
  console.error('--kill and --start go together, and with ESDB_URL, the server that they kill and start');
  process.exit(1);
}
console.log(
  ESDB_URL === undefined
    ? 'event store: the stand-in, which is killed too'
    : `event store: the server in ESDB_URL, ${killCommand === undefined ? 'which is not killed, without --kill and --start' : 'which is killed too'}`,
);
const APPS = { api: 2, relay: 2, projector: 3, intake: 2, steward: 2 };
/** How long a round kills apps, in milliseconds. */
const ROUND = 8000;

// Each process ends with this one.
process.setMaxListeners(0);
const folder = mkdtempSync(join(tmpdir(), 'entente-killed-'));
// PostgreSQL may have to run as another user.
chmodSync(folder, 0o755);
const services = {};
const killed = {};
const dying = new Set();
let deployment = null;
let load = null;

/** Kills one app at any moment, and starts it again, at once or after a while. */
async function kill(app) {
  killed[app.name] = (killed[app.name] ?? 0) + 1;
  dying.add(app);
  await app.kill();
  await pause(randomInt(2) === 0 ? 0 : randomInt(1500));
  await deployment.start(app.name);
}

/** Runs a command of the operator. */
async function run(command) {
  const [code] = await once(spawn(command, { shell: true, stdio: 'inherit' }), 'exit');
  if (code !== 0) throw new Error(`"${command}" ended with ${code}`);
}

async function killEventStore() {
  killed['event store'] = (killed['event store'] ?? 0) + 1;
  if (killCommand !== undefined) {
    await run(killCommand);
    await pause(randomInt(1000));
    return run(startCommand);
  }
  await services.eventStore.kill();
  await pause(randomInt(1000));
  services.eventStore = await startEventStore({ folder: join(folder, 'eventstore'), port: services.eventStore.port });
}

async function round(n) {
  load.begin();
  const under = [];
  const before = { ...killed };
  const end = performance.now() + ROUND;
  const storeAt =
    n % 3 === 2 && (services.eventStore ?? killCommand) !== undefined
      ? performance.now() + randomInt(ROUND / 2)
      : Infinity;
  let store = null;
  while (performance.now() < end) {
    await pause(100 + randomInt(1500));
    if (store === null && performance.now() > storeAt) under.push((store = killEventStore()));
    const apps = deployment.all().filter((app) => !dying.has(app));
    const one = apps[randomInt(apps.length + 1)];
    // Now and then all of a kind at once.
    const goes = (app) => app === one || randomInt(8) === 0 || (n % 4 === 3 && app.name === one?.name);
    under.push(...apps.filter(goes).map(kill));
  }
  // Whom chance has spared, the round does not.
  const spared = deployment.all().filter(({ name }) => killed[name] === before[name]);
  under.push(...new Map(spared.map((app) => [app.name, app])).values().map(kill));
  await Promise.all(under);
  await load.end();
  const since = performance.now();
  const counts = await verifySystem(deployment, load);
  const took = Math.round((performance.now() - since) / 1000);
  const { events, records, commands, receipts, holds } = counts;
  console.log(
    `round ${n + 1}: ${events} events, ${receipts} receipts, ${commands} commands on the topic, each answered once; ${records} records on the topic; ${holds} suspensions, each with one hold; ` +
      `rows equal a replay; killed ${JSON.stringify(killed)}; verified in ${took} s`,
  );
  return counts;
}

let status = 1;
try {
  services.postgres = await startPostgres({ folder: join(folder, 'postgres') });
  services.kafka = await startKafka({ folder: join(folder, 'kafka') });
  if (ESDB_URL === undefined) services.eventStore = await startEventStore({ folder: join(folder, 'eventstore') });
  const on = {
    esdb: ESDB_URL ?? services.eventStore.url,
    kafka: services.kafka.brokers,
    database: services.postgres.url,
  };
  deployment = distributedProcesses(on);
  load = loadOn(deployment, { suspensions: true });
  await deployment.open(APPS);
  await load.open();
  let counts = null;
  for (let n = 0; n < Number(times); n += 1) counts = await round(n);
  console.log(`${counts?.output}\nsent again over HTTP, and why: ${JSON.stringify(load.refused)}`);
  status = 0;
} catch (error) {
  console.error(error.stack);
  const log = join(folder, 'eventstore', 'eventstore.log');
  if (existsSync(log)) console.error(`--- event store\n${readFileSync(log, 'utf8').slice(-4000)}`);
  for (const app of deployment?.all() ?? []) console.error(`--- ${app.name}\n${app.logged().slice(-4000)}`);
} finally {
  await load?.close().catch(() => undefined);
  await deployment?.end();
  for (const service of Object.values(services).reverse()) await service.stop();
  rmSync(folder, { recursive: true, force: true });
}
process.exit(status);
