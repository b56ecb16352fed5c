import 'reflect-metadata';
import { afterEach, describe, expect, it } from '@jest/globals';
import { distributed } from '../../../test/engines/distributed.js';
import { aCommand, exactly, intakeHouse } from '../../../test/engines/intake.js';
import { kafkaByHand, until } from '../../../test/engines/kafka.js';
import { KafkaCommandBacklog } from './kafka-command-backlog.js';
import { KafkaTopicEnd } from './kafka-topic-end.js';

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

describe('the end of a topic of events', () => {
  it('is where every partition has what is its own, once no more comes in, and unknown before', async () => {
    const house = await distributed(3);
    const end = new KafkaTopicEnd(house.settings);
    ends.push(
      () => house.end(),
      () => end.close(),
    );
    await expect(end.position()).rejects.toThrow();
    // A broker that has just begun may still refuse to answer, now and then.
    const at = (): Promise<bigint | null> => end.position().catch(() => null);
    const { end: stop } = house.relay();
    await until(async () => (await at()) === 0n);
    await house.load(3);
    const head = await house.store.head();
    await until(async () => (await at()) === head);
    await stop();
    await until(async () => (await at()) !== null);
    await house.load(1);
    expect(await at()).toBe(head);
    const again = house.relay();
    const seen = new Set<bigint | null>();
    await until(async () => {
      seen.add(await at());
      return seen.has(await house.store.head());
    });
    expect(seen.has(null)).toBe(true);
    await again.end();
  });
});

describe('the commands that wait on their topic', () => {
  const watched = async (partitions: number) => {
    const house = await intakeHouse(partitions);
    const backlog = new KafkaCommandBacklog(house.settings);
    ends.push(
      () => house.end(),
      () => backlog.close(),
    );
    return { house, backlog, follower: backlog.follower('intake') };
  };

  it('are counted by whoever looks, whether an intake runs or not, and none is left once all are answered', async () => {
    const { house, backlog, follower } = await watched(2);
    expect(backlog.waiting()).toBeNull();
    expect(await follower.position()).toBe(0n);
    expect([backlog.waiting(), follower.other?.end()]).toEqual([0, 0n]);
    const { end } = house.start();
    await house.topics();
    const replies = await house.collect('replies');
    await house.send([aCommand('stakeholder/a'), aCommand('stakeholder/b'), aCommand('stakeholder/c')]);
    await exactly(replies, 3);
    await until(async () => (await follower.position()) === 3n);
    expect(backlog.waiting()).toBe(0);
    await end();
    await house.send(Array.from({ length: 5 }, (_, i) => aCommand(`stakeholder/d${i}`)));
    expect(await follower.position()).toBe(3n);
    expect([backlog.waiting(), follower.other?.end()]).toEqual([5, 8n]);
    house.start();
    await until(async () => (await follower.position()) === 8n);
    expect(backlog.waiting()).toBe(0);
  });

  it('are none where what is left was taken back by its sender, or ends a transaction', async () => {
    const { house, backlog, follower } = await watched(1);
    house.start();
    await house.topics();
    const replies = await house.collect('replies');
    const producer = kafkaByHand(house.settings).producer({ transactionalId: 'a-sender', maxInFlightRequests: 1 });
    await producer.connect();
    ends.push(() => producer.disconnect());
    let answered = 0;
    for (const end of ['commit', 'abort', 'commit', 'abort'] as const) {
      const transaction = await producer.transaction();
      const messages = [
        aCommand(`stakeholder/org-${answered}-${end}`),
        aCommand(`stakeholder/other-${answered}-${end}`),
      ];
      await transaction.send({ topic: house.settings.topic, messages });
      await transaction[end]();
      if (end === 'commit') answered += 2;
      await until(async () => {
        const at = await follower.position();
        return at === follower.other?.end() && replies.length === answered;
      });
      expect(backlog.waiting()).toBe(0);
    }
    // Two records and the end of each transaction.
    expect(await follower.position()).toBe(12n);
    await exactly(replies, 4);
  });
});
