import 'reflect-metadata';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { cloudEventOf } from '@entente/contracts';
import { partitionOf } from '@entente/engine';
import type { RecordedEvent } from '@entente/kernel';
import type { Message } from 'kafkajs';
import { startKafka } from '../../deploy/services/kafka.mjs';
import { all } from '../contracts/event-store.js';
import { type EventPipeline, eventPipeline } from '../support/event-pipeline.js';
import { kafkaClient, until } from '../support/kafka.js';

let deployment: EventPipeline;
afterEach(() => deployment.end());

/** An event of the log as it is published, with the predecessor that it has there. */
const recordOf = (events: readonly RecordedEvent[], at: number) => {
  const { partitions } = deployment.settings;
  const event = events[at] as RecordedEvent;
  const partition = partitionOf(event.stream, partitions);
  const before = events.findLast(
    (one) => one.position < event.position && partitionOf(one.stream, partitions) === partition,
  );
  const previous = { position: before?.position ?? 0n, id: before?.id ?? '' };
  const { key, headers, value } = cloudEventOf({ event, previous, storeId: deployment.store.id });
  return { key, headers: { ...headers }, value, partition, timestamp: String(Date.parse(event.metadata.recordedAt)) };
};

const put = async (messages: readonly Message[]): Promise<void> => {
  const { topic } = deployment.settings;
  const producer = kafkaClient(deployment.settings).producer();
  await producer.connect();
  await producer.send({ topic, messages: [...messages] }).finally(() => producer.disconnect());
};

/** Puts events of the log on the topic by hand, in this order. */
const putByHand = async (places: readonly number[]): Promise<void> => {
  const events = await all(deployment.store.readLog(0n));
  await put(places.map((at) => recordOf(events, at)));
};

describe('rows folded from a topic with six partitions', () => {
  it('equal a replay, and every partition is read to the end of the log', async () => {
    deployment = await eventPipeline(6);
    const { relay } = deployment.relay();
    await until(() => relay.status().position !== null);
    const folding = await deployment.project();
    await deployment.load(8);
    await deployment.expectRowsAsReplayed();
    expect(folding.projector.status()).toMatchObject([{ model: 'words', parked: 0, stopped: null }]);
    expect(folding.projector.fault()).toBeNull();
  });

  it('equal a replay, each event folded once, while relays and projectors come and go under load', async () => {
    deployment = await eventPipeline(6);
    const first = deployment.relay();
    await until(() => first.relay.status().position !== null);
    const one = await deployment.project();
    const going = deployment.load(100, 40, 50);
    await pause(500);
    const two = await deployment.project();
    await until(() => two.projector.status().length > 0);
    const second = deployment.relay();
    await first.end();
    const three = await deployment.project();
    await until(() => three.projector.status().length > 0);
    await one.end();
    await second.end();
    deployment.relay();
    await until(() => two.projector.status().length > 0);
    await two.end();
    await going;
    await deployment.expectRowsAsReplayed();
    const folded = [one, two, three].map((folding) => folding.folded());
    expect(folded.every((count) => count > 0)).toBe(true);
  });

  it('ignore repeated records, and take events that arrive early from the log itself', async () => {
    deployment = await eventPipeline(1);
    const { relay, end } = deployment.relay();
    await deployment.load(1, 4);
    await until(async () => relay.status().position === (await deployment.store.head()));
    await end();
    const folding = await deployment.project();
    await deployment.expectRowsAsReplayed();
    const head = Number(await deployment.store.head());
    await deployment.load(2, 4);
    const events = Array.from({ length: Number(await deployment.store.head()) - head }, (_, i) => head + i);
    // Old ones again, then new ones in the wrong order, and one of them missing.
    await putByHand([0, 3, 1, ...events.toReversed().filter((at) => at !== head + 2), 2]);
    await deployment.expectRowsAsReplayed();
    expect(folding.projector.fault()).toBeNull();
  });

  it('follow the chain and the log if the topic is created again, shorter or longer', async () => {
    deployment = await eventPipeline(1);
    const { relay, end } = deployment.relay();
    await deployment.load(3, 4);
    await until(async () => relay.status().position === (await deployment.store.head()));
    await end();
    const folding = await deployment.project();
    await deployment.expectRowsAsReplayed();
    const { topic } = deployment.settings;
    const admin = kafkaClient(deployment.settings).admin();
    await admin.connect();
    for (const times of [1, 3]) {
      await admin.deleteTopics({ topics: [topic] });
      await until(async () => !(await admin.listTopics()).includes(topic));
      await deployment.load(times, 4);
      const again = deployment.relay();
      const head = await deployment.store.head();
      await until(() => (again.relay.status().position ?? 0n) >= head);
      if (times === 3) await putByHand(Array.from({ length: 10 }, (_, i) => i));
      await deployment.expectRowsAsReplayed(30_000);
      await again.end();
    }
    await admin.disconnect();
    expect(folding.projector.status()).toMatchObject([{ parked: 0 }]);
  });
});

describe('a partition stalls with a reason while another continues, at', () => {
  /** What is put at the end of the first partition, in place of the event that comes next in it. */
  type Wrong = (next: Message, ofTheOther: Message) => Message;
  const headed = (message: Message, headers: Readonly<Record<string, string>>): Message => ({
    ...message,
    headers: { ...message.headers, ...headers },
  });
  it.each<readonly [string, Wrong, RegExp]>([
    [
      'an event behind one that the log has not in this partition',
      (next, of) => headed(next, { ce_prevposition: String(of.headers?.['ce_sequence']) }),
      /continues after position \d+, where the log has no event of it: topic and event store have diverged/,
    ],
    [
      'an event of the other',
      (_, of) => ({ ...of, partition: 0 }),
      /has an event of note\/\w+, which belongs to another/,
    ],
    [
      'an event of another log',
      (next) => headed(next, { ce_storeid: 'another' }),
      /has an event of another log \(another,/,
    ],
    [
      'a record that is no event',
      ({ partition = 0 }) => ({ partition, value: 'hello' }),
      /has a record that is no event/,
    ],
  ])('%s', async (_, wrong, reason) => {
    deployment = await eventPipeline(2);
    const { relay, end } = deployment.relay();
    await deployment.load(1, 8);
    await until(async () => relay.status().position === (await deployment.store.head()));
    await end();
    const { projector, rows } = await deployment.project();
    await deployment.expectRowsAsReplayed();
    const head = await deployment.store.head();
    await deployment.load(2, 8);
    const events = await all(deployment.store.readLog(0n));
    const fresh = events.map((event, at) => [event, at] as const).filter(([{ position }]) => position > head);
    const partitionAt = ({ stream }: RecordedEvent): number => partitionOf(stream, 2);
    // Right behind one of the other, which the first has not seen either.
    const [, at] =
      fresh.find(([one], i) => i > 0 && partitionAt(one) === 0 && partitionAt(fresh[i - 1]?.[0] ?? one) === 1) ?? [];
    const others = fresh.filter(([one]) => partitionAt(one) === 1);
    await put([wrong(recordOf(events, at ?? -1), recordOf(events, (at ?? 0) - 1))]);
    await until(() => reason.test(projector.fault() ?? ''));
    await put(others.map(([, place]) => recordOf(events, place)));
    await until(async () => (await rows.positions('words')).positions[1] === others.at(-1)?.[0].position);
    expect((await rows.positions('words')).positions[0]).toBeLessThan(events[at ?? 0]?.position ?? 0n);
    // It stays so, however often it is tried again.
    await pause(1000);
    expect([reason.test(projector.fault() ?? ''), (await rows.parked()).length]).toEqual([true, 0]);
  });
});

describe('a broker outage', () => {
  it.each(['stop', 'kill'] as const)('by %s stops nothing for good, and the rows equal a replay', async (how) => {
    const folder = mkdtempSync(join(tmpdir(), 'entente-broker-'));
    let broker = await startKafka({ folder });
    deployment = await eventPipeline(3, broker.brokers);
    try {
      const { relay } = deployment.relay();
      await until(() => relay.status().position !== null);
      const folding = await deployment.project();
      await deployment.load(4);
      await deployment.expectRowsAsReplayed();
      await broker[how]();
      await deployment.load(4);
      await until(() => relay.status().fault !== null && folding.projector.fault() !== null, 30_000);
      broker = await startKafka({ folder, port: broker.port });
      await deployment.load(4);
      await deployment.expectRowsAsReplayed(30_000);
      await until(() => relay.status().fault === null && folding.projector.fault() === null);
    } finally {
      await deployment.end();
      deployment = await eventPipeline(1);
      await broker.stop();
      rmSync(folder, { recursive: true });
    }
  });
});
