import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type AppName, entente } from '../support/app-process.mjs';
import { until } from '../support/kafka.js';
import { type Load, loadOn } from '../support/load.mjs';
import { postgresForTests } from '../support/postgres.js';
import { type DistributedProcesses, distributedProcesses } from '../support/distributed-processes.mjs';
import { verifySystem, wholeTopic } from '../support/system-verification.mjs';

const ACCOUNT = 'funding-account/norland.h0';
const APPS = ['relay', 'projector', 'intake', 'api'] as const satisfies readonly AppName[];

let deployment: DistributedProcesses;
let load: Load;
beforeAll(async () => {
  const { SERVICES_ESDB_URL: esdb = '', SERVICES_KAFKA_BROKERS: kafka = '' } = process.env;
  deployment = distributedProcesses({ esdb, kafka, database: await postgresForTests().database() }, 3);
  load = loadOn(deployment);
  await deployment.open({ relay: 1, projector: 1, intake: 1, api: 1 });
  await load.open();
});
afterAll(async () => {
  await load.close();
  await deployment.end();
});

const get = async (path: string): Promise<{ readonly status: number; readonly body: Record<string, unknown> }> => {
  const answer = await fetch(`${await deployment.url()}/v1/${path}`);
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
};

/**
 * A command over HTTP and one over the topic are accepted, and their events are on the topic and in
 * the rows.
 */
async function expectServed(): Promise<void> {
  const { KAFKA_TOPIC: topic = '' } = deployment.settings;
  const { position } = await load.post(ACCOUNT, 'pledge', 'norland;role=donor', { amount: 7, period: '2026' });
  const sent = load.aPledge('h1');
  await load.publish([sent]);
  const wanted = String(sent.headers?.['ce_id']);
  await until(async () => {
    const { body } = await get(`history?kind=funding-account&limit=1000`);
    return JSON.stringify(body).includes(wanted);
  }, 30_000);
  await until(async () => {
    const records = await wholeTopic(deployment.kafka, topic);
    return (
      records.some(({ headers }) => Number(headers['ce_sequence']) === Number(position)) &&
      JSON.stringify(records).includes(wanted)
    );
  }, 30_000);
  await deployment.caughtUp();
}

describe('an app that is stopped and started again', () => {
  it.each(APPS)('%s: new events arrive on the topic and in the rows', async (name) => {
    await expectServed();
    for (const how of ['stop', 'kill'] as const) {
      for (const app of deployment.named(name)) await app[how]();
      await (await deployment.start(name)).ready();
      await expectServed();
    }
  });

  it('all apps: new events arrive on the topic and in the rows, and old ones are there once', async () => {
    await Promise.all(deployment.all().map((app) => app.stop()));
    for (const name of APPS) await deployment.start(name);
    await deployment.ready();
    await expectServed();
    const { deadLetters } = await verifySystem(deployment, load);
    expect(deadLetters).toBe(0);
  });
});

describe('an event read by its position', () => {
  it('is the one of the row that it made, through an api and on the command line', async () => {
    await deployment.caughtUp();
    const { body } = await get('read-models/funding?account=norland.h0');
    const [row] = body['rows'] as readonly { row_id: string }[];
    const { status, body: made } = await get(`read-models/funding/events?row=${encodeURIComponent(row?.row_id ?? '')}`);
    expect([status, (made['events'] as unknown[]).length > 0]).toEqual([200, true]);
    expect(await entente(deployment.settings, 'parked')).toBe('no stream is parked');
  });

  it('is the next one if the position is between events, and is refused beyond the end', async () => {
    const { body } = await get(`history/${ACCOUNT}`);
    const [first, second] = body['events'] as readonly { position: string; revision: number }[];
    const after = async (position: bigint) => get(`history?kind=funding-account&limit=1000&after=${position}`);
    const behind = await after(BigInt(first?.position ?? 0) + 1n);
    expect(behind.status).toBe(200);
    const events = (behind.body['events'] as readonly { stream: string; revision: number }[]).filter(
      ({ stream }) => stream === ACCOUNT,
    );
    expect(events[0]?.revision).toBe(second?.revision);
    const beyond = await after(BigInt(String(behind.body['position'])) + 1n);
    expect(beyond).toMatchObject({ status: 400, body: { code: 'validation-failed' } });
    expect(JSON.stringify(beyond.body)).toContain('lies beyond the log, which ends at');
  });
});
