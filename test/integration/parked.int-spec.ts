import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type RunningApp, entente } from '../support/app-process.mjs';
import { until } from '../support/kafka.js';
import { type Load, loadOn } from '../support/load.mjs';
import { postgresForTests } from '../support/postgres.js';
import { preload } from '../support/preload.js';
import { type DistributedProcesses, distributedProcesses } from '../support/distributed-processes.mjs';
import { type CommittedRecord, verifySystem, wholeTopic } from '../support/system-verification.mjs';

const { SERVICES_ESDB_URL: esdb = '', SERVICES_KAFKA_BROKERS: kafka = '' } = process.env;
const postgres = postgresForTests();
const poison = preload('poison-event.mjs');

let deployment: DistributedProcesses;
let load: Load;
beforeAll(async () => {
  deployment = distributedProcesses({ esdb, kafka, database: await postgres.database() }, 3);
  load = loadOn(deployment);
  await deployment.open({ api: 1, relay: 1, projector: 1, intake: 1 });
  await load.open();
});
afterAll(async () => {
  await load.close();
  await deployment.end();
});

/** Ends the projectors that run, and begins others. */
async function projectors(...loading: readonly (string | undefined)[]): Promise<readonly RunningApp[]> {
  await Promise.all(deployment.named('projector').map((app) => app.stop()));
  const begun = await Promise.all(loading.map((one) => deployment.start('projector', one)));
  await Promise.all(begun.map((app) => app.ready()));
  return begun;
}

/** Pledges what cannot be folded; gives the id of its event. */
async function pledge666(name: string): Promise<string> {
  const stream = `funding-account/norland.${name}`;
  const id = `poison-${name}`;
  await load.post(stream, 'pledge', 'norland;role=donor', { amount: 666, period: '2026' }, id);
  return load.receipts.get(`${stream} ${id}`)?.[0]?.id ?? '';
}

const parked = (): Promise<readonly Record<string, unknown>[]> =>
  deployment.query('SELECT table_name, stream, event_id, error FROM entente.parked');
const letters = (): Promise<readonly CommittedRecord[]> =>
  wholeTopic(deployment.kafka, deployment.settings['KAFKA_DEAD_LETTERS_TOPIC'] ?? '');

/** The original record of a dead letter, and the failure named in its headers. */
function apart({ headers, value }: CommittedRecord) {
  const own: Record<string, string> = {};
  const failure: Record<string, string> = {};
  for (const [name, text] of Object.entries(headers)) {
    const [, of] = /^__connect\.errors\.(.*)$/.exec(name) ?? [];
    Object.assign(of === undefined ? (own ?? {}) : (failure ?? {}), { [of ?? name]: text });
  }
  return { record: { headers: own, value }, failure };
}

/** As it lies in the topic of events. */
async function recordOf(id: string): Promise<CommittedRecord | undefined> {
  const records = await wholeTopic(deployment.kafka, deployment.settings['KAFKA_TOPIC'] ?? '');
  return records.find(({ headers }) => headers['ce_id'] === id);
}

it('an event that fails in a fold parks its stream and becomes a dead letter, until it is cleared', async () => {
  await projectors(poison, poison);
  load.begin();
  await pause(1000);
  const id = await pledge666('h0');
  await until(async () => (await parked()).length > 0);
  await load.post('funding-account/norland.h0', 'pledge', 'norland;role=donor', { amount: 5, period: '2026' });
  await load.end();
  await deployment.folded();
  expect(await parked()).toEqual([
    {
      table_name: expect.stringMatching(/^funding_v/),
      stream: 'funding-account/norland.h0',
      event_id: id,
      error: 'RangeError: 666 is not folded here',
    },
  ]);
  const record = await recordOf(id);
  const [letter, ...others] = await letters();
  const { record: was, failure } = apart(letter as CommittedRecord);
  expect([was, others]).toEqual([{ headers: record?.headers, value: record?.value }, []]);
  expect(failure).toMatchObject({
    topic: deployment.settings['KAFKA_TOPIC'],
    partition: String(record?.partition),
    offset: String(record?.offset),
    stage: 'TASK_PUT',
    'connector.name': 'funding',
    'exception.class.name': 'RangeError',
    'exception.message': '666 is not folded here',
  });
  const health = await deployment.named('api')[0]?.health();
  const models = health?.['models'] as readonly { readonly model: string; readonly parked: number }[];
  expect(models.filter(({ parked }) => parked > 0)).toMatchObject([{ model: 'funding', parked: 1 }]);
  const listed = entente(deployment.settings, 'parked');
  await expect(listed).rejects.toThrow(/ended with 2: [^]*funding-account\/norland\.h0 [^]*FundsPledged/);

  await projectors(undefined, undefined);
  load.begin();
  expect(await entente(deployment.settings, 'parked', 'retry')).toContain('no longer parked');
  await load.end();
  expect(await parked()).toEqual([]);
  expect(await entente(deployment.settings, 'parked')).toBe('no stream is parked');
  const { deadLetters, commands } = await verifySystem(deployment, load);
  expect([deadLetters, commands > 5]).toEqual([1, true]);
});

it('a projector that dies between dead letter and parking leaves the parking to the next one', async () => {
  const admin = deployment.kafka.admin();
  await admin.connect();
  await admin.deleteTopics({ topics: [deployment.settings['KAFKA_DEAD_LETTERS_TOPIC'] ?? ''] });
  await admin.disconnect();
  const [dying] = await projectors(`${poison}?dies`);
  const id = await pledge666('h1');
  expect(await dying?.ended).toBe('SIGKILL');
  expect(await parked()).toEqual([]);
  await projectors(poison, poison);
  await until(async () => (await parked()).length > 0);
  expect(await parked()).toMatchObject([{ stream: 'funding-account/norland.h1', event_id: id }]);
  const record = await recordOf(id);
  const was = (await letters()).map((letter) => apart(letter).record);
  expect(was).toEqual(Array(2).fill({ headers: record?.headers, value: record?.value }));

  await projectors(undefined);
  expect(await entente(deployment.settings, 'dead-letters')).toMatch(/666 is not folded here/);
  load.begin();
  expect(await entente(deployment.settings, 'dead-letters', 'redrive')).toContain('no longer parked');
  await load.end();
  expect(await parked()).toEqual([]);
  await verifySystem(deployment, load);
});

it('another number of partitions gives a new topic and new rows while the old ones are served', async () => {
  const next = distributedProcesses(
    { esdb, kafka, database: await postgres.database("LOCALE 'C' TEMPLATE template0") },
    5,
  );
  const { KAFKA_TOPIC: topic = '', KAFKA_PARTITIONS: count = '' } = next.settings;
  const { DATABASE_URL: database = '' } = next.settings;
  load.begin();
  const output = await entente(deployment.settings, 'repartition', count, '--topic', topic, '--database', database);
  expect(output).toContain(`KAFKA_TOPIC=${topic}, KAFKA_PARTITIONS=5`);
  await load.end();
  await deployment.end();
  Object.assign(next.settings, {
    ...deployment.settings,
    KAFKA_TOPIC: topic,
    KAFKA_PARTITIONS: count,
    DATABASE_URL: database,
  });
  const onward = loadOn(next);
  try {
    await next.open({ relay: 1, projector: 2, api: 1, intake: 1 });
    onward.begin();
    await pause(1000);
    await onward.end();
    const counts = await verifySystem(next, {
      receipts: new Map([...load.receipts, ...onward.receipts]),
      sent: new Map([...load.sent, ...onward.sent]),
    });
    expect(counts.records).toBeGreaterThanOrEqual(counts.events);
  } finally {
    await onward.close();
    await next.end();
  }
});
