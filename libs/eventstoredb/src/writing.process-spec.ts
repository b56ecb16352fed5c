import { afterEach, describe, expect, it } from '@jest/globals';
import type { RecordedEvent } from '@entente/kernel';
import { all, anEvent } from '../../../test/contracts/event-store.js';
import { EventStoreDouble } from '../../../test/doubles/eventstoredb/double.js';
import { type EventStoreDbOptions, EventStoreDbStore } from './eventstoredb-store.js';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function trial(options: Partial<EventStoreDbOptions> = {}) {
  const server = await EventStoreDouble.start();
  const store = await EventStoreDbStore.connect({ url: server.url, answerTimeout: 300, ...options });
  ends.push(
    () => server.stop(),
    () => store.close(),
  );
  return { server, store };
}

const recorded = (stream: string, revision: number, second: number): RecordedEvent => {
  const { metadata, ...event } = anEvent();
  const recordedAt = new Date(Date.UTC(2020, 0, 1, 0, 0, second)).toISOString();
  return { ...event, stream, revision, position: 0n, metadata: { ...metadata, recordedAt } };
};

describe('an append to a server', () => {
  it('is lost or duplicated never if the connection breaks under load', async () => {
    const { server, store } = await trial({ answerTimeout: 3000 });
    let written = 0;
    const silence = server.log.onGrowth(() => {
      if ((written += 1) !== 150) return;
      silence();
      server.refuse();
      setTimeout(() => void server.listen(), 100);
    });
    server.faults.slow = 2;
    const answers = await Promise.all(
      Array.from({ length: 400 }, (_, i) => store.append(`note/${i}`, 'none', [anEvent(), anEvent()])),
    );
    const log = await all(store.readLog(0n));
    expect(log).toHaveLength(800);
    const places = new Map(log.map(({ stream, position }) => [stream, position]));
    expect(answers).toEqual(answers.map((_, i) => ({ ok: true, revision: 1, position: places.get(`note/${i}`) })));
  });

  it('is refused beyond the bound of pending appends, and completed before closing', async () => {
    const { server, store } = await trial({ maxWaiting: 10 });
    server.faults.slow = 50;
    const appends = Array.from({ length: 12 }, (_, i) => store.append(`note/${i}`, 'none', [anEvent()]));
    expect(store.waiting()).toBe(10);
    let ended = 0;
    for (const append of appends)
      append.then(
        () => (ended += 1),
        () => (ended += 1),
      );
    await store.close();
    expect(ended).toBe(12);
    const answers = await Promise.allSettled(appends);
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
    expect(answers[10]).toMatchObject({ reason: { code: 'overloaded', retryAfter: 1 } });
    expect(store.waiting()).toBe(0);
    for (const call of [() => store.head(), () => store.revisionOf('note/1'), () => all(store.readLog(0n))])
      await expect(call()).rejects.toMatchObject({ code: 'shutting-down' });
  });

  it('of an imported log resumes at the point of its interruption', async () => {
    const events = Array.from({ length: 30 }, (_, i) => recorded(`note/${i % 3}`, Math.floor(i / 3), i));
    events.push(recorded('note/9', 0, 30), recorded('note/9', 1, 30), recorded('note/9', 2, 31));
    for (const [broken, fault] of [
      [1, 'refuse'],
      [17, 'dropAnswer'],
      [31, 'dropAnswer'],
    ] as const) {
      const { server, store } = await trial({ answerTimeout: 100 });
      let written = 0;
      const silence = server.log.onGrowth(() => {
        if ((written += 1) !== broken) return;
        silence();
        if (fault === 'refuse') server.refuse();
        else Object.assign(server.faults, { dropAnswer: 1, notReady: 10 });
      });
      await expect(store.importEvents(events)).rejects.toMatchObject({ code: 'event-store-unanswered', retryAfter: 5 });
      const before = server.log.records.filter(({ stream }) => stream.startsWith('note/')).length;
      expect(before).toBeLessThan(events.length + 1);
      if (fault === 'refuse') await server.listen();
      server.faults.notReady = 0;
      const positions = await store.importEvents(events);
      const log = await all(store.readLog(0n));
      expect(log).toEqual(events.map((event, i) => ({ ...event, position: positions[i] })));
      expect(await store.importEvents(events)).toEqual(positions);
    }
  });

  it('of an imported stream is split if it is too large, into smaller parts if the server takes less', async () => {
    const text = 'x'.repeat(10_000);
    const events = Array.from({ length: 240 }, (_, i) => ({ ...recorded('note/a', i, i % 60), data: { text } }));
    const sorted = events.map((event, i) => ({
      ...event,
      metadata: { ...event.metadata, recordedAt: new Date(Date.UTC(2020, 0, 1, 0, 0, i)).toISOString() },
    }));
    for (const version of ['23.10.6', '24.10.4']) {
      const { server, store } = await trial({ answerTimeout: 2000 });
      server.faults.version = version;
      const before = server.appends.asked;
      const positions = await store.importEvents(sorted);
      // Runs by their size; none is refused.
      expect(server.appends.asked - before).toBe(3);
      expect(await all(store.readLog(0n))).toEqual(sorted.map((event, i) => ({ ...event, position: positions[i] })));
      expect(await store.importEvents(sorted)).toEqual(positions);
    }
    const { server, store } = await trial({ answerTimeout: 2000 });
    server.faults.maxAppendBytes = 30_000;
    const positions = await store.importEvents(sorted);
    expect(await all(store.readLog(0n))).toEqual(sorted.map((event, i) => ({ ...event, position: positions[i] })));
  });

  it('fails at once if an event is larger than one append, and names the event', async () => {
    const { server, store } = await trial({ answerTimeout: 2000 });
    for (const [bytes, most] of [
      [1_200_000, /accepts 1048576 bytes in one append, and this is more: make the command smaller, or raise/],
      [17 * 1024 * 1024, /accepts less than 16 MiB in one message, whatever its settings/],
    ] as const) {
      const before = server.appends.asked;
      const data = { text: 'x'.repeat(bytes) };
      await expect(store.append('note/a', 'none', [{ ...anEvent(), data }])).rejects.toMatchObject({
        code: 'too-large',
        retryAfter: null,
        message: expect.stringMatching(most) as unknown,
      });
      await expect(store.importEvents([{ ...recorded('note/b', 0, 1), data }])).rejects.toMatchObject({
        code: 'too-large',
        message: expect.stringMatching(/^note\/b: the event at revision 0 is of \d+ bytes: /) as unknown,
      });
      // Each was sent once.
      expect(server.appends.asked - before).toBeLessThanOrEqual(2);
    }
  });

  it('fails at once if metadata is too large, on a server that counts it', async () => {
    const { server, store } = await trial({ answerTimeout: 2000 });
    const event = { ...anEvent(), metadata: { ...anEvent().metadata, marking: 'x'.repeat(1_100_000) } };
    server.faults.version = '23.10.6';
    expect(await store.append('note/a', 'none', [event])).toMatchObject({ ok: true });
    server.faults.version = '24.10.4';
    await expect(store.append('note/b', 'none', [event])).rejects.toMatchObject({ code: 'too-large' });
  });
});
