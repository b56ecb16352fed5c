import { describe, expect, it } from '@jest/globals';
import type { RecordedEvent } from '@entente/kernel';
import { all, anEvent } from '../../../test/contracts/event-store.js';
import type { EventStoreDouble } from '../../../test/doubles/eventstoredb/double.js';
import { aServer, aStore } from '../../../test/support/stores-on-double.js';
import type { EventStoreDbStore } from './eventstoredb-store.js';

const MARKS = 'entente-times';
const anInstant = (ms: number): string => new Date(ms).toISOString();

/** Appends batches of events to one stream. */
async function fill(store: EventStoreDbStore, batches: number, size: number): Promise<void> {
  for (let i = 0; i < batches; i += 1) {
    const events = Array.from({ length: size }, () => anEvent());
    await store.append('note/a', i === 0 ? 'none' : i * size - 1, events);
  }
}

describe('the position of an instant', () => {
  it('is answered once nothing can be recorded before the instant any more', async () => {
    const server = await aServer();
    const store = await aStore({ url: server.url });
    const first = await store.append('note/a', 'none', [anEvent()]);
    // A leader holds a write that is not replicated yet; it comes into the log with its first time.
    const held = Date.now() + 1;
    while (Date.now() <= held + 20);
    const asked = anInstant(Date.now());
    const answer = await store.positionAt(asked);
    expect(server.log.of(MARKS).length).toBe(1);
    expect(first).toMatchObject({ position: answer });
    const writer = await aStore({ url: server.url });
    const { clock } = server;
    server.clock = () => held;
    const late = await writer.append('note/b', 'none', [anEvent()]);
    server.clock = clock;
    expect(late).toMatchObject({ ok: true });
    expect(await store.positionAt(asked)).toBe(answer);
    // As read, too, the event was recorded after the instant.
    const [, event] = await all((await aStore({ url: server.url })).readLog(0n));
    expect((event?.metadata.recordedAt ?? '') > asked).toBe(true);
  });

  it('shares one mark among all who ask, and asks again for an instant that the server has not reached', async () => {
    const server = await aServer();
    const store = await aStore({ url: server.url });
    await store.append('note/a', 'none', [anEvent()]);
    await new Promise((resolve) => setTimeout(resolve, 5));
    const asked = anInstant(Date.now());
    await Promise.all(Array.from({ length: 20 }, () => store.positionAt(asked)));
    expect(server.log.of(MARKS).length).toBeLessThanOrEqual(3);
    // A clock that is a second behind is waited for; one that is an hour behind is a fault.
    server.faults.skew = -1000;
    const later = anInstant(Date.now());
    expect(await store.positionAt(later)).toBe(await store.head());
    server.faults.skew = -3_600_000;
    await new Promise((resolve) => setTimeout(resolve, 5));
    await expect(store.positionAt(anInstant(Date.now()))).rejects.toMatchObject({
      code: 'instant-not-over',
      message: expect.stringMatching(/is not over by the clock of the event store, which shows/) as unknown,
    });
  });

  it('is found by halving the marks, by a process that has just started', async () => {
    const server = await aServer();
    let now = Date.parse('2026-06-01T00:00:00.000Z');
    server.clock = () => (now += 7);
    const store = await aStore({ url: server.url });
    await fill(store, 80, 250);
    await store.head();
    const log = await all(store.readLog(0n));
    // More than a page of marks: they are halved.
    await expectMarks(server, 36);
    for (const at of [1, 500, 4999, 11_999, 19_999]) {
      const event = log[at];
      const sent = server.reads.sent;
      const fresh = await aStore({ url: server.url });
      const instant = event?.metadata.recordedAt ?? '';
      // All events of one append have one time.
      const last = log.findLast(({ metadata }) => metadata.recordedAt <= instant);
      expect(await fresh.positionAt(instant)).toBe(last?.position);
      // From the last mark on, whatever is before it.
      expect(server.reads.sent - sent).toBeLessThan(1500);
    }
  });

  it('is found by halving the marks of an imported log, too', async () => {
    const server = await aServer();
    const store = await aStore({ url: server.url });
    const events = Array.from({ length: 6000 }, (_, i) => importedAt(Date.parse('2024-01-01T00:00:00.000Z') + i, i));
    for (let i = 0; i < events.length; i += 250) await store.importEvents(events.slice(i, i + 250));
    await expectMarks(server, 16);
    const fresh = await aStore({ url: server.url });
    const sent = server.reads.sent;
    const found = await fresh.positionAt('2024-01-01T00:00:05.500Z');
    expect(server.reads.sent - sent).toBeLessThan(1500);
    expect((await fresh.eventAt(found))?.revision).toBe(5500);
  });

  it('is the same after the log was read by kind, where times may be in another order', async () => {
    const server = await aServer();
    let now = Date.parse('2026-06-01T12:00:07.000Z');
    server.clock = () => now;
    const stores = [await aStore({ url: server.url }), await aStore({ url: server.url })];
    server.faults.muteSubscriptions = true;
    await stores[0]?.append('note/a', 'none', [anEvent()]);
    now -= 7000;
    await stores[1]?.append('memo/a', 'none', [anEvent()]);
    now += 3_600_000;
    await stores[0]?.append('note/b', 'none', [anEvent()]);
    const fresh = await aStore({ url: server.url });
    expect(await fresh.positionAt('2026-06-01T12:00:03.000Z')).toBe(0n);
    expect(await all(fresh.readLog(0n, { kinds: ['memo'] }))).toHaveLength(1);
    expect(await fresh.positionAt('2026-06-01T12:00:03.000Z')).toBe(0n);
  });

  it('is found with marks that an administrator cut, or with none', async () => {
    const server = await aServer();
    let now = Date.parse('2026-06-01T00:00:00.000Z');
    server.clock = () => (now += 7);
    const store = await aStore({ url: server.url });
    await fill(store, 8, 500);
    await expectMarks(server, 3);
    const log = await all(store.readLog(0n));
    server.log.scavenge(MARKS, 2);
    for (const at of [700, 3400]) {
      const instant = log[at]?.metadata.recordedAt ?? '';
      const last = log.findLast(({ metadata }) => metadata.recordedAt <= instant);
      expect(await (await aStore({ url: server.url })).positionAt(instant)).toBe(last?.position);
    }
    server.log.delete(MARKS);
    const instant = log[2600]?.metadata.recordedAt ?? '';
    const last = log.findLast(({ metadata }) => metadata.recordedAt <= instant);
    expect(await (await aStore({ url: server.url })).positionAt(instant)).toBe(last?.position);
  });
});

/** An event of another log, which recorded it then. */
function importedAt(ms: number, revision: number): RecordedEvent {
  const { id, type, version, data, metadata } = anEvent();
  const recordedAt = anInstant(ms);
  return { id, type, version, data, stream: 'note/a', revision, position: 0n, metadata: { ...metadata, recordedAt } };
}

describe('the time of recording, as the log is read', () => {
  it('is that of the stream and of the event alone, for a writer that starts after a mark of a later time', async () => {
    const server = await aServer();
    let now = Date.parse('2026-06-01T12:00:00.000Z');
    server.clock = () => now;
    const store = await aStore({ url: server.url });
    await store.append('note/a', 'none', [anEvent()]);
    now += 3_600_000;
    await store.positionAt('2026-06-01T12:30:00.000Z');
    now -= 3_599_000;
    const later = await aStore({ url: server.url });
    await later.append('note/a', 0, [anEvent()]);
    const [, read] = await all(later.readLog(0n));
    const [, inStream] = await all(later.readStream('note/a'));
    expect(read?.metadata.recordedAt).toBe('2026-06-01T13:00:00.000Z');
    expect(inStream).toEqual(read);
    expect(await later.eventAt(read?.position ?? 0n)).toEqual(read);
  });

  it('never goes back after events of others that were seen already', async () => {
    const server = await aServer();
    let now = Date.parse('2026-06-01T12:00:07.000Z');
    server.clock = () => now;
    const store = await aStore({ url: server.url });
    const writer = await aStore({ url: server.url });
    const first = await store.append('note/a', 'none', [anEvent()]);
    // A mark of the time moves the reader past the event.
    await store.positionAt('2026-06-01T12:00:06.000Z');
    const mark = { type: 'TimeMarked', contentType: 'application/json', metadata: new Uint8Array() };
    server.log.write(MARKS, [{ ...mark, id: '66666666-0000-4000-8000-000000000003', data: new Uint8Array() }]);
    await store.head();
    server.faults.muteSubscriptions = true;
    now -= 5000;
    const second = { ...anEvent(), id: '66660000-0000-5000-8000-000000000001' };
    expect(await writer.append('memo/a', 'none', [second])).toMatchObject({ ok: true });
    const [event] = await all(store.readLog(first.ok ? first.position : 0n));
    expect(event).toMatchObject({ id: second.id, metadata: { recordedAt: '2026-06-01T12:00:07.000Z' } });
  });

  it('never goes back, wherever a read begins, though appends at the same time were stored so', async () => {
    const server = await aServer();
    let now = Date.parse('2026-06-01T12:00:00.000Z');
    server.clock = () => now;
    const stores = [await aStore({ url: server.url }), await aStore({ url: server.url })];
    server.faults.muteSubscriptions = true;
    // Two leaders' clocks are seven seconds apart, and no writer sees the other's events.
    for (let i = 0; i < 40; i += 1) {
      now += i % 2 === 0 ? 7_010 : -7_000;
      await stores[i % 2]?.append(`note/${i}`, 'none', [anEvent()]);
    }
    const stored = server.log.records.filter(({ stream }) => stream.startsWith('note/')).map(({ created }) => created);
    expect(stored).not.toEqual([...stored].sort());
    const whole = await all((stores[0] as EventStoreDbStore).readLog(0n));
    const times = whole.map(({ metadata }) => metadata.recordedAt);
    expect(times).toEqual([...times].sort());
    for (const at of [0, 1, 2, 17, 38]) {
      const fresh = await aStore({ url: server.url });
      const rest = await all(fresh.readLog(whole[at]?.position ?? 0n));
      expect(rest).toEqual(whole.slice(at + 1));
      // The same if the reader continues from where it ended.
      expect(await all(fresh.readLog(rest.at(-1)?.position ?? 0n))).toEqual([]);
      const parts = await all(fresh.readLog(whole[at]?.position ?? 0n, { limit: 1 }));
      expect(parts).toEqual(whole.slice(at + 1, at + 2));
    }
  });
});

/** Waits until the writer has written its marks. */
async function expectMarks(server: EventStoreDouble, least: number): Promise<void> {
  for (let tried = 0; tried < 200 && server.log.of(MARKS).length < least; tried += 1)
    await new Promise((resolve) => setTimeout(resolve, 20));
  expect(server.log.of(MARKS).length).toBeGreaterThanOrEqual(least);
}
