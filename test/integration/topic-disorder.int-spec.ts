import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { until } from '../support/kafka.js';
import { verifySystem, wholeTopic } from '../support/system-verification.mjs';
import { distributedUnderLoad } from '../support/distributed-under-load.js';

const { deployment, load } = await distributedUnderLoad({
  partitions: 3,
  rate: 40,
  apps: { api: 1, relay: 1, projector: 2, intake: 1 },
});

const topic = (): string => deployment.settings['KAFKA_TOPIC'] ?? '';

/**
 * Publishes all records of the topic again, in a random order per partition, a number of times.
 * Returns the number of records.
 */
async function putAgain(times: number): Promise<number> {
  const records = await wholeTopic(deployment.kafka, topic());
  const producer = deployment.kafka.producer();
  await producer.connect();
  try {
    for (let time = 0; time < times; time += 1) {
      const shuffled = records.map((record) => ({ record, by: Math.random() })).sort((a, b) => a.by - b.by);
      const messages = shuffled.map(({ record: { partition, headers, value } }) => ({
        partition,
        headers: { ...headers },
        value,
        key: headers['ce_partitionkey'] ?? null,
      }));
      await producer.send({ topic: topic(), acks: -1, messages });
    }
  } finally {
    await producer.disconnect();
  }
  return times * records.length;
}

/** Some load, and then everything is held against everything. */
async function goesOn() {
  load.begin();
  await pause(1500);
  await load.end();
  const counts = await verifySystem(deployment, load);
  expect(counts.deadLetters).toBe(0);
  return counts;
}

describe('the events on the topic', () => {
  it('are folded once each if they are repeated and reordered while relay and projectors run', async () => {
    await goesOn();
    load.begin();
    const again = await putAgain(3);
    await pause(500);
    await load.end();
    const { events, records } = await goesOn();
    expect(again).toBeGreaterThan(300);
    expect(records).toBeGreaterThanOrEqual(events + again);
  });

  it.each([
    ['shorter', 0],
    ['longer', 5],
  ] as const)(
    'are published again after the topic was deleted and created, %s, and folded once each',
    async (_, times) => {
      const before = (await wholeTopic(deployment.kafka, topic())).length;
      const admin = deployment.kafka.admin();
      await admin.connect();
      for (const relay of deployment.named('relay')) await relay.stop();
      await admin.deleteTopics({ topics: [topic()] });
      await until(async () => !(await admin.listTopics()).includes(topic()));
      await admin.disconnect();
      await deployment.start('relay');
      await deployment.caughtUp();
      await putAgain(times);
      const { records } = await goesOn();
      if (times > 0) expect(records).toBeGreaterThan(before);
      else expect(records).toBeLessThan(before);
    },
  );
});
