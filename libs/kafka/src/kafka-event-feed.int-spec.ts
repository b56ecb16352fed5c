import 'reflect-metadata';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Relay } from '@entente/engine';
import { SqliteEventStore } from '@entente/sqlite';
import { describeContract } from '../../../test/contracts/contract.js';
import { EVENT_FEED } from '../../../test/contracts/event-feed.js';
import { anEvent } from '../../../test/contracts/event-store.js';
import { topicForTests } from '../../../test/support/kafka.js';
import { KafkaEventFeed } from './kafka-event-feed.js';
import { KafkaLogPublisher } from './kafka-log-publisher.js';

const opens = (partitions: number) => async () => {
  const folder = mkdtempSync(join(tmpdir(), 'entente-kafka-'));
  const store = new SqliteEventStore({ folder });
  const settings = topicForTests(partitions);
  const publisher = new KafkaLogPublisher(settings);
  // The topic is there before anybody reads it, as where a deployment has run before.
  await publisher.tails(store.id);
  const relay = new Relay(store, publisher, { wake: (listener) => store.onCommit(listener) });
  relay.start();
  const append = async (stream: string, count: number) => {
    await store.append(
      stream,
      'any',
      Array.from({ length: count }, () => anEvent()),
    );
  };
  const end = async () => {
    await relay.stop();
    await publisher.close();
    await store.close();
    rmSync(folder, { recursive: true });
  };
  return { port: { feed: new KafkaEventFeed(settings, store), append, timeoutMs: 10_000 }, end };
};

describeContract('EventFeed', EVENT_FEED, opens(1));
describeContract('EventFeed, in four partitions,', EVENT_FEED, opens(4));
