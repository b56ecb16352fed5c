import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { EventStore, NewEvent } from '@entente/engine';
import type { RecordedEvent } from '@entente/kernel';

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

/** What `EventStore` promises, made executable. The factory gives an empty store with a clock that the case may set. */
export function eventStoreContract(
  open: (clock: () => number) => Promise<{ store: EventStore; end(): Promise<void> }>,
): void {
  describe('an event store', () => {
    let now = Date.parse('2026-06-01T12:00:00.000Z');
    let store: EventStore;
    let end: () => Promise<void>;
    beforeEach(async () => {
      now = Date.parse('2026-06-01T12:00:00.000Z');
      ({ store, end } = await open(() => now));
    });
    afterEach(() => end());

    it('numbers the events of a stream from 0 and answers with the last', async () => {
      expect(await store.append('note/a', 'none', [anEvent(), anEvent()])).toMatchObject({ ok: true, revision: 1 });
      expect(await store.append('note/a', 1, [anEvent()])).toMatchObject({ ok: true, revision: 2 });
      expect((await all(store.readStream('note/a'))).map((e) => e.revision)).toEqual([0, 1, 2]);
    });

    it.each([
      ['none', true, false],
      ['exists', false, true],
      ['any', true, true],
      [0, false, true],
      [1, false, false],
    ] as const)(
      'holds expected %s exactly: accepted on no stream %s, on one at revision 0 %s',
      async (expected, fresh, one) => {
        expect((await store.append('note/fresh', expected, [anEvent()])).ok).toBe(fresh);
        await store.append('note/one', 'none', [anEvent()]);
        const again = await store.append('note/one', expected, [anEvent()]);
        expect(again.ok).toBe(one);
        if (!again.ok) expect(again.actual).toBe(0);
      },
    );

    it('tells a conflict by the revision that is there, and fails no neighbour in the same commit', async () => {
      await store.append('note/a', 'none', [anEvent()]);
      const answers = await Promise.all([
        store.append('note/b', 'none', [anEvent()]),
        store.append('note/a', 5, [anEvent()]),
        store.append('note/c', 'none', [anEvent()]),
      ]);
      expect(answers.map((a) => a.ok)).toEqual([true, false, true]);
      expect(await all(store.readStream('note/a'))).toHaveLength(1);
    });

    it('answers the same events at the same place as the first time', async () => {
      const events = [anEvent(), anEvent()];
      const first = await store.append('note/a', 'none', events);
      await store.append('note/a', 1, [anEvent()]);
      expect(await store.append('note/a', 'none', events)).toEqual(first);
      expect(await all(store.readStream('note/a'))).toHaveLength(3);
    });

    it('gives back what was appended, with position and time of recording', async () => {
      const event = anEvent('NoteTaken', { text: 'Ünïcode \u{1F33F}', deep: [{ a: null }] });
      const answer = await store.append('note/a', 'none', [event]);
      const [read] = await all(store.readStream('note/a'));
      expect(read).toMatchObject({ id: event.id, type: event.type, version: 1, data: event.data, stream: 'note/a' });
      expect(read?.metadata).toEqual({ ...event.metadata, recordedAt: '2026-06-01T12:00:00.000Z' });
      expect(answer).toMatchObject({ position: read?.position });
    });

    it('reads a stream from a revision, backwards, and within a limit', async () => {
      await store.append('note/a', 'none', [anEvent(), anEvent(), anEvent(), anEvent()]);
      const revisions = async (range: Parameters<EventStore['readStream']>[1]) =>
        (await all(store.readStream('note/a', range))).map((e) => e.revision);
      expect(await revisions({ from: 2 })).toEqual([2, 3]);
      expect(await revisions({ backwards: true, limit: 3 })).toEqual([3, 2, 1]);
      expect(await revisions({ backwards: true, from: 1 })).toEqual([1, 0]);
      expect(await all(store.readStream('note/nowhere'))).toEqual([]);
    });

    it('gives the log in rising positions, whole over many pages', async () => {
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
    });

    it('narrows the log by kind, by type and by an upper position', async () => {
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
    });

    it('never lets the time of recording go back, and finds the position of an instant', async () => {
      await store.append('note/a', 'none', [anEvent()]);
      now -= 3_600_000;
      await store.append('note/a', 0, [anEvent()]);
      now += 7_200_000;
      await store.append('note/a', 1, [anEvent()]);
      const log = await all(store.readLog(0n));
      expect(log.map((e) => e.metadata.recordedAt.slice(11, 16))).toEqual(['12:00', '12:00', '13:00']);
      expect(await store.positionAt('2026-06-01T12:30:00.000Z')).toBe(log[1]?.position);
      expect(await store.positionAt('2026-06-01T11:00:00.000Z')).toBe(0n);
    });

    it('shows readers a growing log without a gap while others append', async () => {
      const writing = Promise.all(
        Array.from({ length: 300 }, (_, i) => store.append(`note/w${i}`, 'none', [anEvent(), anEvent()])),
      );
      const seen: RecordedEvent[] = [];
      for (let at = 0n; seen.length < 600;) {
        for (const event of await all(store.readLog(at))) seen.push(event);
        at = seen.at(-1)?.position ?? 0n;
        await new Promise(setImmediate);
      }
      await writing;
      expect(seen.map((e) => e.id)).toEqual((await all(store.readLog(0n))).map((e) => e.id));
    });

    it('knows the revision of a stream, and -1 of one that is not there', async () => {
      await store.append('note/a', 'none', [anEvent(), anEvent()]);
      expect([await store.revisionOf('note/a'), await store.revisionOf('note/b')]).toEqual([1, -1]);
    });

    it('refuses an append without events, and one after closing', async () => {
      await expect(store.append('note/a', 'any', [])).rejects.toThrow('at least one event');
      await store.close();
      await expect(store.append('note/a', 'any', [anEvent()])).rejects.toMatchObject({ code: 'closing' });
    });
  });
}
