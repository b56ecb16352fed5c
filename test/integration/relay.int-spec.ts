import 'reflect-metadata';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { KafkaLogPublisher } from '@entente/kafka';
import { type Admin, ConfigResourceTypes } from 'kafkajs';
import { MOMENTS, failOnce } from '../support/fail-once.js';
import { type EventPipeline, eventPipeline } from '../support/event-pipeline.js';
import { kafkaClient, until } from '../support/kafka.js';

let deployment: EventPipeline;
beforeEach(async () => {
  deployment = await eventPipeline(6);
});
afterEach(() => deployment.end());

const published = async (relay: { status(): { position: bigint | null } }): Promise<void> => {
  const head = await deployment.store.head();
  await until(() => (relay.status().position ?? -1n) >= head);
};

describe('the events of a log on a topic with six partitions', () => {
  it('form a chain in each partition, whatever fails before or after its effect', async () => {
    const { relay, publisher, end } = deployment.relay();
    await deployment.load(2);
    await published(relay);
    for (const method of ['publish', 'publishWatermarks', 'tails'])
      for (const when of MOMENTS) {
        const { failed, mend } = failOnce(publisher, method, when);
        // Without a fault the ends are read no second time.
        const other = method === 'tails' ? failOnce(publisher, 'publish', 'before') : null;
        await deployment.load(2);
        await until(failed);
        await published(relay);
        expect([mend(), other?.mend()]).toEqual([true, method === 'tails' ? true : undefined]);
      }
    await published(relay);
    await end();
    const { records, events } = await deployment.expectChain();
    expect(events).toBeGreaterThan(1000);
    // What took effect and failed was not sent again, since the ends were read.
    expect(records).toBeLessThan(events * 1.5);
  });

  it('form a chain in each partition while relays come and go, two at once, without waiting', async () => {
    const going = deployment.load(60);
    let older = deployment.relay();
    let newer = deployment.relay();
    for (let round = 0; round < 6; round += 1) {
      await pause(150 + 50 * round);
      // It publishes what it has read while another starts.
      const ending = older.end();
      older = newer;
      newer = deployment.relay();
      if (round % 2 === 0) await ending;
    }
    await going;
    await published(newer.relay);
    await newer.end();
    await older.end();
    const { records, events } = await deployment.expectChain();
    expect(records).toBeGreaterThan(events);
  });

  it('are not published again by a relay that starts: it continues at the ends of the partitions', async () => {
    const first = deployment.relay();
    await deployment.load(3);
    await published(first.relay);
    await pause(100);
    await first.end();
    const before = await deployment.expectChain();
    const second = deployment.relay();
    await published(second.relay);
    await pause(300);
    await second.end();
    expect(await deployment.expectChain()).toEqual(before);
  });
});

describe('a relay refuses, with the reason,', () => {
  const faultOf = async (settings = deployment.settings): Promise<string> => {
    const { relay } = deployment.relay(new KafkaLogPublisher(settings));
    await until(() => relay.status().fault !== null);
    return relay.status().fault ?? '';
  };
  const publishedOnce = async (): Promise<void> => {
    const { relay, end } = deployment.relay();
    await deployment.load(1);
    await published(relay);
    await pause(100);
    await end();
  };
  const byHand = async (work: (admin: Admin) => Promise<unknown>): Promise<void> => {
    const admin = kafkaClient(deployment.settings).admin();
    await admin.connect();
    await work(admin).finally(() => admin.disconnect());
  };

  it('a topic with another number of partitions', async () => {
    await publishedOnce();
    expect(await faultOf({ ...deployment.settings, partitions: 4 })).toContain('has 6 partitions, not 4');
  });

  it.each([
    ['retention.ms', '86400000', '-1'],
    ['retention.bytes', '1000000', '-1'],
    ['cleanup.policy', 'compact', 'delete'],
  ])('a topic that expires events, by its %s', async (name, value, wanted) => {
    const { topic } = deployment.settings;
    const forEver = name === 'retention.ms' ? [] : [{ name: 'retention.ms', value: '-1' }];
    const configEntries = [...forEver, { name, value }];
    await byHand((admin) => admin.createTopics({ topics: [{ topic, numPartitions: 6, configEntries }] }));
    expect(await faultOf()).toContain(`expires events (${name}=${value}): set ${name}=${wanted}`);
  });

  it('a partition that was emptied', async () => {
    await publishedOnce();
    const { topic } = deployment.settings;
    await byHand(async (admin) => {
      // kafkajs knows the leaders of a topic's partitions after a first request for it.
      await admin.fetchTopicOffsets(topic);
      await admin.deleteTopicRecords({ topic, partitions: [{ partition: 3, offset: '-1' }] });
    });
    expect(await faultOf()).toContain('has lost its beginning');
  });

  it('a topic that begins to expire events or is emptied while it publishes, also if it is idle', async () => {
    const { relay } = deployment.relay(undefined, { checkEvery: 300 });
    await deployment.load(1);
    await published(relay);
    const { topic } = deployment.settings;
    const set = (value: string) => (admin: Admin) =>
      admin.alterConfigs({
        validateOnly: false,
        resources: [{ type: ConfigResourceTypes.TOPIC, name: topic, configEntries: [{ name: 'retention.ms', value }] }],
      });
    await byHand(set('86400000'));
    await until(() => (relay.status().fault ?? '').includes('expires events (retention.ms=86400000)'));
    await byHand(set('-1'));
    await until(() => relay.status().fault === null);
    await deployment.load(1);
    await published(relay);
    await byHand(async (admin) => {
      await admin.fetchTopicOffsets(topic);
      await admin.deleteTopicRecords({ topic, partitions: [{ partition: 3, offset: '-1' }] });
    });
    await until(() => (relay.status().fault ?? '').includes('has lost its beginning'));
  });

  it('the topic of another log, and a log that was set back', async () => {
    await publishedOnce();
    const other = await eventPipeline(6);
    const { relay } = other.relay(new KafkaLogPublisher(deployment.settings));
    await until(() => relay.status().fault !== null);
    expect(relay.status().fault).toContain('holds the events of another log');
    const id = Object.getOwnPropertyDescriptor(other.store, 'id');
    Object.defineProperty(other.store, 'id', { ...id, value: deployment.store.id });
    await until(() => (relay.status().fault ?? '').includes('of the topic has event '));
    expect(relay.status().fault).toContain('and the log does not. It was set back');
    await other.end();
    // A log that continues differently has other events at the same positions.
    const differs = await eventPipeline(6);
    await differs.load(1);
    Object.defineProperty(differs.store, 'id', { ...id, value: deployment.store.id });
    const again = differs.relay(new KafkaLogPublisher(deployment.settings));
    await until(() => (again.relay.status().fault ?? '').includes('and the log does not. It was set back'));
    await differs.end();
  });

  it('a topic that was created again while it ran, as the acknowledgement shows', async () => {
    const { relay } = deployment.relay();
    await deployment.load(2);
    await published(relay);
    const { topic } = deployment.settings;
    await byHand(async (admin) => {
      await admin.deleteTopics({ topics: [topic] });
      await until(async () => !(await admin.listTopics()).includes(topic));
      const forEver = [{ name: 'retention.ms', value: '-1' }];
      // A broker does not know at once of a topic that it has just made: this test does not wait
      // for its leaders.
      const topics = [{ topic, numPartitions: 6, configEntries: forEver }];
      await admin.createTopics({ topics, waitForLeaders: false });
    });
    await deployment.load(1);
    await until(() => (relay.status().fault ?? '').includes('what was before is lost'));
  });
});
