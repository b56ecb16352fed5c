/**
 * The relay as its app makes it; and a producer with nothing round it, with the same settings and
 * the same records in the same batches.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { deserialize, serialize } from 'node:v8';
import kafkajs from 'kafkajs';
import { eventOf, load } from '../measure.mjs';

/**
 * Publishes the log to a new topic. With `keep`, the records are written to that file at the end.
 */
export async function relaying({ brokers, topic, partitions, esdb, keep }, report) {
  const { Relay } = await load('libs/engine/src/index.js');
  const { EventStoreDbStore } = await load('libs/eventstoredb/src/index.js');
  const { KafkaLogPublisher } = await load('libs/kafka/src/index.js');
  const { cloudEventOf } = await load('libs/contracts/src/index.js');
  const log = await EventStoreDbStore.connect({ url: esdb });
  const kafka = new KafkaLogPublisher({ brokers: [brokers], clientId: 'bench', topic, partitions });
  const kept = [];
  const publisher = {
    partitions,
    tails: (storeId) => kafka.tails(storeId),
    check: () => kafka.check(),
    publishWatermarks: (watermarks) => kafka.publishWatermarks(watermarks),
    async publish(batch) {
      await kafka.publish(batch);
      if (keep !== undefined)
        kept.push(
          batch.flatMap(({ partition, links }) =>
            links.map(({ event, previous }) => ({
              ...cloudEventOf({ event, previous, storeId: log.id }),
              partition,
              timestamp: String(Date.parse(event.metadata.recordedAt)),
            })),
          ),
        );
      report({ did: batch.reduce((sum, { links }) => sum + links.length, 0) });
    },
  };
  const relay = new Relay(log, publisher, { wake: (listener) => log.onCommit(listener) });
  return {
    go: () => relay.start(),
    async end() {
      const { fault } = relay.status();
      await relay.stop();
      await kafka.close();
      await log.close();
      if (fault !== null) throw new Error(fault);
      if (keep !== undefined) writeFileSync(keep, serialize(kept));
    },
  };
}

/** The log read and nothing done with it, by the store as the relay reads it. */
export async function reading({ esdb }, report) {
  const { EventStoreDbStore } = await load('libs/eventstoredb/src/index.js');
  const log = await EventStoreDbStore.connect({ url: esdb });
  return {
    async go() {
      for await (const events of log.readLog(0n)) report({ did: events.length });
    },
    end: () => log.close(),
  };
}

export async function producing({ brokers, topic, partitions, kept }, report) {
  const kafka = new kafkajs.Kafka({ brokers: [brokers], clientId: 'bench', logLevel: kafkajs.logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: partitions }], waitForLeaders: true });
  await admin.disconnect();
  const batches = deserialize(readFileSync(kept));
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1, allowAutoTopicCreation: false });
  await producer.connect();
  return {
    async go() {
      for (const messages of batches) {
        await producer.send({ topic, acks: -1, messages });
        report({ did: messages.length });
      }
    },
    end: () => producer.disconnect(),
  };
}

/**
 * A relay that starts on a topic to which the log is published already: milliseconds until it has
 * published one event more.
 */
export async function starting({ brokers, topic, partitions, esdb }) {
  const { Relay } = await load('libs/engine/src/index.js');
  const { EventStoreDbStore } = await load('libs/eventstoredb/src/index.js');
  const { KafkaLogPublisher } = await load('libs/kafka/src/index.js');
  /** Runs a relay until it has published all; answers how long that took. */
  const published = async (append) => {
    const log = await EventStoreDbStore.connect({ url: esdb });
    const kafka = new KafkaLogPublisher({ brokers: [brokers], clientId: 'bench', topic, partitions });
    const relay = new Relay(log, kafka, { wake: (listener) => log.onCommit(listener), watermarkInterval: 50 });
    if (append) await log.append('funding-account/norland.starting', 'any', [eventOf((count += 1))]);
    const head = await log.head();
    const begun = performance.now();
    relay.start();
    while ((relay.status().position ?? 0n) < head) await pause(2);
    const took = performance.now() - begun;
    // The watermarks of the last event follow it.
    if (!append) await pause(300);
    await relay.stop();
    await kafka.close();
    await log.close();
    return took;
  };
  let count = Date.now() % 1e12;
  await published(false);
  return { go: () => published(true), end: () => undefined };
}
