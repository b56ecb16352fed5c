import 'reflect-metadata';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  type Message,
  TYPE_PREFIX,
  WATERMARK_TYPE,
  cloudEventOf,
  cloudReplyOf,
  cloudWatermarkOf,
  commandAt,
  exampleScenario,
  readCommand,
} from '@entente/contracts';
import {
  LogPublisher,
  NO_EVENT,
  type PartitionLinks,
  type PartitionTail,
  Relay,
  type Watermark,
} from '@entente/engine';
import { readActor } from '@entente/http';
import type { Actor } from '@entente/kernel';
import { SqliteEventStore } from '@entente/sqlite';
import { Intake } from '@entente/workers';
import { CloudEvent, Kafka } from 'cloudevents';
import { type StandaloneDeployment, standalone } from '../support/deployment.js';
import { newExecutor } from '../support/executor.js';
import { until } from '../support/kafka.js';
import { setField } from '../support/fields.js';

const TODAY = '2026-11-24';
const DAY_MS = 86_400_000;
const PARTITIONS = 3;

/** A topic in memory: the messages of each partition, as the relay sends them. */
class CollectingPublisher extends LogPublisher {
  readonly partitions = PARTITIONS;
  readonly sent: { readonly partition: number; readonly message: Message }[] = [];

  constructor(
    private readonly storeId: string,
    private readonly publicUrl: string,
  ) {
    super();
  }

  tails(): Promise<readonly PartitionTail[]> {
    return Promise.resolve(Array.from({ length: PARTITIONS }, () => ({ through: 0n, last: NO_EVENT })));
  }
  publish(batch: readonly PartitionLinks[]): Promise<void> {
    const { storeId, publicUrl } = this;
    for (const { partition, links } of batch)
      for (const { event, previous } of links)
        this.sent.push({ partition, message: cloudEventOf({ event, previous, storeId }, publicUrl) });
    return Promise.resolve();
  }
  publishWatermarks(watermarks: readonly Watermark[]): Promise<void> {
    const { storeId } = this;
    for (const { partition, through: position, last: previous, recordedAt } of watermarks)
      this.sent.push({
        partition,
        message: cloudWatermarkOf({ partition, position, previous, storeId, recordedAt }),
      });
    return Promise.resolve();
  }
  check(): Promise<void> {
    return Promise.resolve();
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** A message as CloudEvents' SDK for JavaScript reads it; throws if it finds it invalid. */
function readBySdk({ key, headers, value }: Message): CloudEvent<unknown> {
  const read = Kafka.toEvent({ key, headers, value, body: value, timestamp: '0' } as never) as CloudEvent<unknown>;
  read.validate();
  return read;
}

const folder = mkdtempSync(join(tmpdir(), 'entente-foreign-'));
const replies: Message[] = [];
let deployment: StandaloneDeployment;
let publisher: CollectingPublisher;

/** Sends the example scenario as the SDK writes CloudEvents, and collects what is answered. */
async function sendScenario(store: SqliteEventStore): Promise<void> {
  let now = Date.parse(`${TODAY}T12:00:00.000Z`);
  const executor = newExecutor(store);
  const intake = new Intake(executor, store, undefined, () => new Date(now).toISOString());
  const lastOf = new Map<number, string>();
  for (const { step, kind, id, path, actor, body, daysLater, events } of exampleScenario(TODAY)) {
    now += daysLater * DAY_MS;
    const data = structuredClone(body) as Record<string, unknown>;
    for (const [field, earlier] of Object.entries(events)) setField(data, field, lastOf.get(earlier));
    const { organisation, role, person } = readActor(actor) as Actor;
    const type = commandAt(kind, path)?.type ?? '';
    const event = new CloudEvent({
      id: `command-${step}`,
      type: step % 3 === 0 ? `${TYPE_PREFIX}${type}` : type,
      source: organisation,
      subject: `${kind}/${id}`,
      actorrole: role,
      ...(person === undefined ? {} : { actorperson: person }),
      data,
    });
    const sent = step % 2 === 0 ? Kafka.binary(event) : Kafka.structured(event);
    const value = typeof sent.value === 'string' ? sent.value : JSON.stringify(sent.value);
    const read = readCommand({
      headers: sent.headers as Record<string, string>,
      value: new TextEncoder().encode(value),
    });
    if (read.type !== 'command') throw new Error(`step ${step}: ${JSON.stringify(read)}`);
    const { asked, received } = read;
    const [answer] = await intake.decide([{ ...received, key: id }]);
    if (answer?.type !== 'accepted') throw new Error(`step ${step}: ${JSON.stringify(answer)}`);
    const { receipt } = answer;
    lastOf.set(step, (receipt as { events: readonly { id: string }[] }).events.at(-1)?.id ?? '');
    const correlationId = asked.correlationId ?? 'none';
    const place = { id: `0-${step}-x`, storeId: store.id, time: new Date(now).toISOString() };
    replies.push(cloudReplyOf({ ...place, asked: { ...asked, correlationId }, answer }));
  }
}

beforeAll(async () => {
  deployment = await standalone();
  const store = new SqliteEventStore({ folder });
  await sendScenario(store);
  publisher = new CollectingPublisher(store.id, deployment.url);
  const relay = new Relay(store, publisher, { poll: 5, watermarkInterval: 1 });
  relay.start();
  const head = await store.head();
  await until(() => Promise.resolve(relay.status().position === head && publisher.sent.some(isWatermark)));
  await relay.stop();
  await store.close();
}, 60_000);
afterAll(async () => {
  await deployment.end();
  rmSync(folder, { recursive: true });
});

const isWatermark = ({ message }: { readonly message: Message }): boolean =>
  message.headers['ce_type'] === WATERMARK_TYPE;

describe('the whole example scenario, sent as CloudEvents by the SDK for JavaScript', () => {
  it('is accepted, and each reply is a valid CloudEvent that names the command and its source', () => {
    expect(replies).toHaveLength(exampleScenario(TODAY).length);
    for (const [i, reply] of replies.map(readBySdk).entries()) {
      expect(reply.type).toBe('org.entente.command-accepted');
      expect(reply['commandid']).toBe(`command-${i + 1}`);
      expect(reply['commandsource']).toMatch(/^[a-z-]+$/);
      expect(reply.time).toMatch(/Z$/);
    }
  });

  it('gives events and watermarks that are valid CloudEvents, each with a source and id of its own', () => {
    const read = publisher.sent.map(({ message }) => readBySdk(message));
    expect(read.length).toBeGreaterThan(100);
    expect(new Set(read.map(({ source, id }) => `${source} ${id}`)).size).toBe(read.length);
    for (const { type, time, data } of read) {
      expect(type).toMatch(/^org\.entente\.[A-Za-z]+$/);
      expect(new Date(time ?? '').toISOString()).toBe(time);
      expect(data).toBeInstanceOf(Object);
    }
    expect(publisher.sent.filter(isWatermark).length).toBeGreaterThan(0);
  });

  it('has sequences that rise as text in each partition', () => {
    for (let partition = 0; partition < PARTITIONS; partition += 1) {
      const own = publisher.sent.filter((sent) => sent.partition === partition);
      const sequences = own.map(({ message }) => readBySdk(message)['sequence'] as string);
      expect(sequences.length).toBeGreaterThan(0);
      expect([...new Set(sequences)].sort()).toEqual(sequences);
    }
  });

  it('has a dataschema at each event, at which the API has the schema of its data', async () => {
    const events = publisher.sent.filter((sent) => !isWatermark(sent)).map(({ message }) => readBySdk(message));
    const properties = new Map<string, Record<string, unknown>>();
    for (const address of new Set(events.map(({ dataschema }) => dataschema ?? ''))) {
      const answer = await fetch(address);
      expect([address, answer.status]).toEqual([address, 200]);
      expect(answer.headers.get('content-type')).toBe('application/schema+json; charset=utf-8');
      properties.set(address, ((await answer.json()) as { properties: Record<string, unknown> }).properties);
    }
    for (const { dataschema, data } of events)
      for (const name of Object.keys(data as object)) expect(properties.get(dataschema ?? '')).toHaveProperty([name]);
  });

  it('names a schema for each command, and none for what the catalogue has not', async () => {
    const schemas = `${deployment.url}/v1/schemas`;
    const schema = (await (await fetch(`${schemas}/commands/funding-account/PledgeFunds/1`)).json()) as object;
    expect(schema).toMatchObject({ title: 'PledgeFunds', properties: { amount: {}, occurredAt: {}, evidence: {} } });
    for (const path of ['events/funding-account/FundsPledged/2', 'commands/treaty/PledgeFunds/1', 'events/a/toString/1'])
      expect((await fetch(`${schemas}/${path}`)).status).toBe(404);
  });
});
