import { setTimeout as pause } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { type EventStore, LARGEST_POSITION, type NewEvent } from '@entente/engine';
import type { RecordedEvent } from '@entente/kernel';
import type { Case } from './contract.js';

let made = 0;
/** An event that no other test has. */
export const anEvent = (type = 'NoteTaken', data: unknown = { n: (made += 1) }): NewEvent => ({
  id: `00000000-0000-5000-8000-${String((made += 1)).padStart(12, '0')}`,
  type,
  version: 1,
  data,
  metadata: {
    actor: { organisation: 'norland', role: 'donor' },
    occurredAt: '2026-05-01T09:00:00.000Z',
    commandId: `command-${made}`,
    commandHash: 'hash',
    correlationId: 'story',
    causationId: null,
    consulted: [],
    evidence: [],
    legalBasis: null,
    marking: null,
  },
});

/** All events of batches, in order. */
export async function all(batches: AsyncIterable<readonly RecordedEvent[]>): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for await (const batch of batches) events.push(...batch);
  return events;
}

/** An empty store. */
export interface StoreFixture {
  readonly store: EventStore;
}

/**
 * The same with a clock that a case may set (milliseconds; noon of 1 June 2026 at first): where the
 * clock is a server's, that of a double.
 */
export interface StoreWithClock extends StoreFixture {
  readonly clock: { now: number };
}

/** The time that the clock of a store on trial shows at first. */
export const NOON = Date.parse('2026-06-01T12:00:00.000Z');

const anInstant: unknown = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

/** Positions at, between, before and behind the events of a log. */
function placesAround(log: readonly RecordedEvent[]): bigint[] {
  const head = log.at(-1)?.position ?? 0n;
  const places = log.flatMap(({ position }, i) => {
    const middle = (position + (log[i + 1]?.position ?? position)) / 2n;
    return [position - 1n, position, position + 1n, middle];
  });
  return [...new Set([0n, 1n, ...places, head + 1n, head + 100n, head + 1_000_000n, LARGEST_POSITION])];
}

/** What `EventStore` promises, made executable. */
export const EVENT_STORE: readonly Case<StoreFixture>[] = [
  {
    name: 'numbers the events of a stream from 0, and returns the last revision',
    async verify({ store }) {
      expect(await store.append('note/a', 'none', [anEvent(), anEvent()])).toMatchObject({ ok: true, revision: 1 });
      expect(await store.append('note/a', 1, [anEvent()])).toMatchObject({ ok: true, revision: 2 });
      expect((await all(store.readStream('note/a'))).map((e) => e.revision)).toEqual([0, 1, 2]);
    },
  },
  {
    name: 'checks the expected revision: a number, none, any, exists',
    async verify({ store }) {
      const cases = [
        ['none', true, false],
        ['exists', false, true],
        ['any', true, true],
        [0, false, true],
        [1, false, false],
      ] as const;
      for (const [expected, fresh, one] of cases) {
        expect([expected, (await store.append(`note/fresh-${expected}`, expected, [anEvent()])).ok]).toEqual([
          expected,
          fresh,
        ]);
        await store.append(`note/one-${expected}`, 'none', [anEvent()]);
        const again = await store.append(`note/one-${expected}`, expected, [anEvent()]);
        expect([expected, again.ok]).toEqual([expected, one]);
        if (!again.ok) expect(again.actual).toBe(0);
      }
    },
  },
  {
    name: 'reports a conflict with the actual revision, and fails no other append of the commit',
    async verify({ store }) {
      await store.append('note/a', 'none', [anEvent()]);
      const answers = await Promise.all([
        store.append('note/b', 'none', [anEvent()]),
        store.append('note/a', 5, [anEvent()]),
        store.append('note/c', 'none', [anEvent()]),
      ]);
      expect(answers.map((a) => a.ok)).toEqual([true, false, true]);
      expect(await all(store.readStream('note/a'))).toHaveLength(1);
    },
  },
  {
    name: 'answers a repeat at the same revision like the first append',
    async verify({ store }) {
      const events = [anEvent(), anEvent()];
      const first = await store.append('note/a', 'none', events);
      await store.append('note/a', 1, [anEvent()]);
      expect(await store.append('note/a', 'none', events)).toEqual(first);
      expect(await all(store.readStream('note/a'))).toHaveLength(3);
    },
  },
  {
    name: 'accepts as a repeat only an append that is equal from its first event on',
    async verify({ store }) {
      const a = anEvent();
      const b = anEvent();
      const c = anEvent();
      await store.append('note/a', 'none', [a, b]);
      const read = await all(store.readStream('note/a'));
      expect(await store.append('note/a', 'none', [a])).toEqual({ ok: true, revision: 0, position: read[0]?.position });
      expect(await store.append('note/a', 0, [b])).toEqual({ ok: true, revision: 1, position: read[1]?.position });
      for (const others of [[a, c], [b], [a, b, c]])
        expect(await store.append('note/a', 'none', others)).toEqual({ ok: false, actual: 1 });
      expect(await all(store.readStream('note/a'))).toHaveLength(2);
    },
  },
  {
    name: 'appends a repeat again at "any" and "exists", which name no revision',
    async verify({ store }) {
      const a = anEvent();
      const b = anEvent();
      await store.append('note/a', 'any', [a]);
      expect(await store.append('note/a', 'any', [a])).toMatchObject({ ok: true, revision: 1 });
      expect(await store.append('note/a', 'exists', [b, a])).toMatchObject({ ok: true, revision: 3 });
      expect(await store.append('note/a', 'any', [a, anEvent()])).toMatchObject({ ok: true, revision: 5 });
    },
  },
  {
    name: 'returns events as appended, with position and time of recording',
    async verify({ store }) {
      const event = anEvent('NoteTaken', { text: 'Ünïcode \u{1F33F}', deep: [{ a: null }] });
      const answer = await store.append('note/a', 'none', [event]);
      const [read] = await all(store.readStream('note/a'));
      expect(read).toMatchObject({ id: event.id, type: event.type, version: 1, data: event.data, stream: 'note/a' });
      expect(read?.metadata).toEqual({ ...event.metadata, recordedAt: anInstant });
      expect(answer).toMatchObject({ position: read?.position });
    },
  },
  {
    name: 'reads a stream from a revision, backwards, and with a limit',
    async verify({ store }) {
      await store.append('note/a', 'none', [anEvent(), anEvent(), anEvent(), anEvent()]);
      const revisions = async (range: Parameters<EventStore['readStream']>[1]) =>
        (await all(store.readStream('note/a', range))).map((e) => e.revision);
      expect(await revisions({ from: 2 })).toEqual([2, 3]);
      expect(await revisions({ backwards: true, limit: 3 })).toEqual([3, 2, 1]);
      expect(await revisions({ backwards: true, from: 1 })).toEqual([1, 0]);
      expect(await all(store.readStream('note/nowhere'))).toEqual([]);
    },
  },
  {
    name: 'reads the log by rising position, complete over many pages',
    async verify({ store }) {
      const streams = Array.from({ length: 30 }, (_, i) => `note/s${i}`);
      await Promise.all(
        streams.map((s) =>
          store.append(
            s,
            'none',
            Array.from({ length: 50 }, () => anEvent()),
          ),
        ),
      );
      const log = await all(store.readLog(0n));
      expect(log).toHaveLength(1500);
      expect(log.every((e, i) => i === 0 || e.position > (log[i - 1]?.position ?? 0n))).toBe(true);
      expect(await all(store.readLog(log[1399]?.position ?? 0n))).toHaveLength(100);
      expect(await store.head()).toBe(log.at(-1)?.position);
    },
  },
  {
    name: 'reads the event at a position, and null if none begins there',
    async verify({ store }) {
      for (let i = 0; i < 4; i += 1) await store.append(`note/${i}`, 'none', [anEvent(), anEvent()]);
      const log = await all(store.readLog(0n));
      expect(log).toHaveLength(8);
      for (const event of log) expect(await store.eventAt(event.position)).toEqual(event);
      const taken = new Set(log.map(({ position }) => position));
      for (const position of placesAround(log))
        if (!taken.has(position)) expect([position, await store.eventAt(position)]).toEqual([position, null]);
    },
  },
  {
    name: 'reads from after any position, and refuses an impossible one',
    async verify({ store }) {
      for (let i = 0; i < 4; i += 1) await store.append(`note/${i}`, 'none', [anEvent(), anEvent()]);
      const log = await all(store.readLog(0n));
      for (const after of placesAround(log)) {
        const behind = log.filter(({ position }) => position > after);
        expect([after, await all(store.readLog(after))]).toEqual([after, behind]);
        expect(await all(store.readLog(after, { kinds: ['note'], limit: 2 }))).toEqual(behind.slice(0, 2));
        expect(await all(store.readLog(after, { upTo: log[5]?.position ?? 0n }))).toEqual(
          behind.filter(({ position }) => position <= (log[5]?.position ?? 0n)),
        );
      }
      // What no try can change is not to be tried again.
      for (const none of [-1n, -(2n ** 70n), 2n ** 63n, 2n ** 70n])
        await expect(all(store.readLog(none))).rejects.toMatchObject({ code: 'invalid-position', retryAfter: null });
      expect(log).toHaveLength(8);
    },
  },
  {
    name: 'filters the log by kind, type and upper position',
    async verify({ store }) {
      await store.append('note/a', 'none', [anEvent('NoteTaken')]);
      await store.append('memo/a', 'none', [anEvent('MemoSent'), anEvent('MemoRead')]);
      expect((await all(store.readLog(0n, { kinds: ['memo'] }))).map((e) => e.type)).toEqual(['MemoSent', 'MemoRead']);
      expect((await all(store.readLog(0n, { types: ['NoteTaken', 'MemoRead'] }))).map((e) => e.type)).toEqual([
        'NoteTaken',
        'MemoRead',
      ]);
      const log = await all(store.readLog(0n));
      expect(await all(store.readLog(0n, { upTo: log[1]?.position ?? 0n }))).toHaveLength(2);
      expect(await all(store.readLog(0n, { limit: 1 }))).toHaveLength(1);
    },
  },
  {
    name: 'shows readers a growing log without gaps while others append',
    async verify({ store }) {
      let ended = false;
      const writing = Promise.all(
        Array.from({ length: 300 }, (_, i) => store.append(`note/w${i}`, 'none', [anEvent(), anEvent()])),
      ).then(() => (ended = true));
      const seen: RecordedEvent[] = [];
      for (let last = false; !last;) {
        last = ended;
        seen.push(...(await all(store.readLog(seen.at(-1)?.position ?? 0n))));
        await new Promise(setImmediate);
      }
      await writing;
      expect(seen).toHaveLength(600);
      expect(seen.map((e) => e.id)).toEqual((await all(store.readLog(0n))).map((e) => e.id));
    },
  },
  {
    name: 'knows the revision of a stream, and -1 if it does not exist',
    async verify({ store }) {
      await store.append('note/a', 'none', [anEvent(), anEvent()]);
      expect([await store.revisionOf('note/a'), await store.revisionOf('note/b')]).toEqual([1, -1]);
    },
  },
  {
    name: 'refuses an append without events, and an append after closing',
    async verify({ store }) {
      await expect(store.append('note/a', 'any', [])).rejects.toThrow('at least one event');
      await store.close();
      await expect(store.append('note/a', 'any', [anEvent()])).rejects.toMatchObject({ code: 'shutting-down' });
    },
  },
  {
    name: 'imports events unchanged and once, and none if one does not follow the log',
    async verify({ store }) {
      const of = (stream: string, revision: number, recordedAt: string): RecordedEvent => {
        const { metadata, ...event } = anEvent();
        return { ...event, stream, revision, position: 900n, metadata: { ...metadata, recordedAt } };
      };
      const events = [
        of('note/a', 0, '2020-01-01T00:00:00.000Z'),
        of('note/b', 0, '2020-01-01T00:00:00.000Z'),
        of('note/a', 1, '2020-01-02T00:00:00.000Z'),
      ];
      const positions = await store.importEvents(events);
      const log = await all(store.readLog(0n));
      expect(log.map(({ position }) => position)).toEqual(positions);
      expect(log).toEqual(events.map((event, i) => ({ ...event, position: positions[i] })));
      const gap = [of('note/c', 0, '2020-01-03T00:00:00.000Z'), of('note/a', 3, '2020-01-03T00:00:00.000Z')];
      await expect(store.importEvents(gap)).rejects.toThrow('is not the next');
      expect(await store.importEvents(events)).toEqual(positions);
      const more = of('note/d', 0, '2020-01-02T00:00:00.000Z');
      const again = await store.importEvents([...events, more]);
      const further = await all(store.readLog(0n));
      expect(again).toEqual([...positions, further[3]?.position]);
      await expect(store.importEvents([of('note/a', 2, '2019-12-31T00:00:00.000Z')])).rejects.toThrow('before');
      expect(await all(store.readLog(0n))).toHaveLength(4);
      expect(await store.append('note/a', 1, [anEvent()])).toMatchObject({ ok: true, revision: 2 });
      expect(await store.append('note/c', 'none', [anEvent()])).toMatchObject({ ok: true, revision: 0 });
    },
  },
  {
    name: 'records at times that never go back, and finds the position of an instant',
    async verify({ store }) {
      for (const stream of ['note/a', 'note/b', 'note/c']) {
        await store.append(stream, 'none', [anEvent()]);
        await pause(3);
      }
      const log = await all(store.readLog(0n));
      const times = log.map(({ metadata }) => metadata.recordedAt);
      expect([times.length, times]).toEqual([3, [...times].sort()]);
      for (const time of times) {
        const last = log.findLast(({ metadata }) => metadata.recordedAt <= time);
        expect(await store.positionAt(time)).toBe(last?.position);
      }
      expect(await store.positionAt('1970-01-01T00:00:00.000Z')).toBe(0n);
    },
  },
];

/** What `EventStore` promises of its clock. */
export const EVENT_STORE_CLOCK: readonly Case<StoreWithClock>[] = [
  {
    name: 'records at the time of its clock, never earlier than before, and finds the position of an instant',
    async verify({ store, clock }) {
      await store.append('note/a', 'none', [anEvent()]);
      const [first] = await all(store.readLog(0n));
      expect(first?.metadata.recordedAt).toBe('2026-06-01T12:00:00.000Z');
      clock.now -= 3_600_000;
      await store.append('note/a', 0, [anEvent()]);
      clock.now += 7_200_000;
      await store.append('note/a', 1, [anEvent()]);
      const log = await all(store.readLog(0n));
      expect(log.map((e) => e.metadata.recordedAt.slice(11, 16))).toEqual(['12:00', '12:00', '13:00']);
      for (const instant of ['12:00', '12:30'])
        expect(await store.positionAt(`2026-06-01T${instant}:00.000Z`)).toBe(log[1]?.position);
      expect(await store.positionAt('2026-06-01T11:00:00.000Z')).toBe(0n);
    },
  },
];
