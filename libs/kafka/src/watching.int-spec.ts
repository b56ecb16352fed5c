import 'reflect-metadata';
import { afterEach, describe, expect, it } from '@jest/globals';
import { eventPipeline } from '../../../test/support/event-pipeline.js';
import { aCommand, expectCount, commandPipeline } from '../../../test/support/command-pipeline.js';
import { kafkaClient, until } from '../../../test/support/kafka.js';
import { CommandLag } from './command-lag.js';
import { PublishedPosition } from './published-position.js';

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

describe('the end of a topic of events', () => {
  it('is known once every partition has its own events and no more arrive, and unknown before', async () => {
    const deployment = await eventPipeline(3);
    const end = new PublishedPosition(deployment.settings);
    ends.push(
      () => deployment.end(),
      () => end.close(),
    );
    await expect(end.position()).rejects.toThrow();
    // A broker that has just begun may still refuse to answer, now and then.
    const at = (): Promise<bigint | null> => end.position().catch(() => null);
    const { end: stop } = deployment.relay();
    await until(async () => (await at()) === 0n);
    await deployment.load(3);
    const head = await deployment.store.head();
    await until(async () => (await at()) === head);
    await stop();
    await until(async () => (await at()) !== null);
    await deployment.load(1);
    expect(await at()).toBe(head);
    const again = deployment.relay();
    const seen = new Set<bigint | null>();
    await until(async () => {
      seen.add(await at());
      return seen.has(await deployment.store.head());
    });
    expect(seen.has(null)).toBe(true);
    await again.end();
  });
});

describe('the number of waiting commands', () => {
  const watched = async (partitions: number) => {
    const deployment = await commandPipeline(partitions);
    const backlog = new CommandLag(deployment.settings);
    ends.push(
      () => deployment.end(),
      () => backlog.close(),
    );
    return { deployment, backlog, source: backlog.source('intake') };
  };

  it('is counted with and without a running intake, and is zero once all are answered', async () => {
    const { deployment, backlog, source } = await watched(2);
    expect(backlog.waiting()).toBeNull();
    expect(await source.position()).toBe(0n);
    expect([backlog.waiting(), source.other?.end()]).toEqual([0, 0n]);
    const { end } = deployment.start();
    await deployment.topics();
    const replies = await deployment.collect('replies');
    await deployment.send([aCommand('stakeholder/a'), aCommand('stakeholder/b'), aCommand('stakeholder/c')]);
    await expectCount(replies, 3);
    await until(async () => (await source.position()) === 3n);
    expect(backlog.waiting()).toBe(0);
    await end();
    await deployment.send(Array.from({ length: 5 }, (_, i) => aCommand(`stakeholder/d${i}`)));
    expect(await source.position()).toBe(3n);
    expect([backlog.waiting(), source.other?.end()]).toEqual([5, 8n]);
    deployment.start();
    await until(async () => (await source.position()) === 8n);
    expect(backlog.waiting()).toBe(0);
  });

  it('is zero if the rest was aborted by its sender, or is the end of a transaction', async () => {
    const { deployment, backlog, source } = await watched(1);
    deployment.start();
    await deployment.topics();
    const replies = await deployment.collect('replies');
    const producer = kafkaClient(deployment.settings).producer({ transactionalId: 'a-sender', maxInFlightRequests: 1 });
    await producer.connect();
    ends.push(() => producer.disconnect());
    let answered = 0;
    for (const end of ['commit', 'abort', 'commit', 'abort'] as const) {
      const transaction = await producer.transaction();
      const messages = [
        aCommand(`stakeholder/org-${answered}-${end}`),
        aCommand(`stakeholder/other-${answered}-${end}`),
      ];
      await transaction.send({ topic: deployment.settings.topic, messages });
      await transaction[end]();
      if (end === 'commit') answered += 2;
      await until(async () => {
        const at = await source.position();
        return at === source.other?.end() && replies.length === answered;
      });
      expect(backlog.waiting()).toBe(0);
    }
    // Two records and the end of each transaction.
    expect(await source.position()).toBe(12n);
    await expectCount(replies, 4);
  });
});
