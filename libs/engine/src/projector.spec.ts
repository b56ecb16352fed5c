import { describe, expect, it } from '@jest/globals';
import type { AnyProjection, RecordedEvent } from '@entente/kernel';
import { anEvent } from '../../../test/contracts/event-store.js';
import { foldRows } from './projector.js';

/** Sums amounts by word. It ends a row at zero, and cannot fold a value that is not a word. */
const sums = {
  name: 'sums',
  version: 1,
  kinds: ['counter'],
  touches: (event: RecordedEvent) => [(event.data as { word: string }).word],
  evolve: (row: { sum: number } | null, event: RecordedEvent) => {
    const { word, by } = event.data as { word: string; by: number };
    if (word === 'poison') throw new TypeError('not a word');
    const sum = (row?.sum ?? 0) + by;
    return sum === 0 ? null : { sum };
  },
} as unknown as AnyProjection;

const counted = (position: number, stream: string, word: string, by: number): RecordedEvent =>
  ({
    ...anEvent('Counted', { word, by }),
    id: `e${position}`,
    stream,
    revision: position,
    position: BigInt(position),
  }) as unknown as RecordedEvent;

const fold = (events: RecordedEvent[], current = new Map<string, object>(), parked: string[] = []) =>
  foldRows(
    sums,
    events,
    current,
    (stream) => parked.includes(stream),
    () => '2026-06-01T12:00:00.000Z',
  );

const log = [
  counted(1, 'counter/a', 'x', 1),
  counted(2, 'counter/b', 'x', 5),
  counted(3, 'counter/a', 'x', 2),
  counted(4, 'other/a', 'x', 9),
  counted(5, 'counter/a', 'y', 7),
  counted(6, 'counter/a', 'x', -3),
];

describe('foldRows', () => {
  it('closes each row version at the next one, ends rows, and ignores other kinds', () => {
    const { versions } = fold(log);
    expect(versions.map(({ stream, key, since, until, row }) => [stream, key, since, until, row])).toEqual([
      ['counter/a', 'x', 1n, 3n, { sum: 1 }],
      ['counter/b', 'x', 2n, null, { sum: 5 }],
      ['counter/a', 'x', 3n, 6n, { sum: 3 }],
      ['counter/a', 'y', 5n, null, { sum: 7 }],
    ]);
    expect(versions.map((v) => v.eventId)).toEqual(['e1', 'e2', 'e3', 'e5']);
  });

  it('closes the version that was current before the batch, once', () => {
    const { closes, versions } = fold([log[0], log[2]] as RecordedEvent[], new Map([['counter/a#x', { sum: 10 }]]));
    expect([...closes.values()]).toEqual([{ stream: 'counter/a', key: 'x', until: 1n }]);
    expect(versions.map((v) => v.row)).toEqual([{ sum: 11 }, { sum: 13 }]);
  });

  it('gives the same rows for batches of any size', () => {
    const whole = new Map<string, object>();
    fold(log, whole);
    for (let size = 1; size <= log.length; size += 1) {
      const current = new Map<string, object>();
      for (let at = 0; at < log.length; at += size) fold(log.slice(at, at + size), current);
      expect(current).toEqual(whole);
    }
  });

  it('parks a stream at an event that fails, keeps its earlier rows, and folds the other streams', () => {
    const poisoned = [
      log[0],
      counted(2, 'counter/a', 'poison', 1),
      log[2],
      counted(7, 'counter/b', 'x', 1),
    ] as RecordedEvent[];
    const { versions, parked } = fold(poisoned);
    expect(parked).toEqual([
      {
        model: 'sums',
        stream: 'counter/a',
        eventId: 'e2',
        position: 2n,
        error: 'TypeError: not a word',
        since: '2026-06-01T12:00:00.000Z',
      },
    ]);
    expect(versions.map(({ stream, row }) => [stream, row])).toEqual([
      ['counter/a', { sum: 1 }],
      ['counter/b', { sum: 1 }],
    ]);
    expect(fold([log[2]] as RecordedEvent[], new Map(), ['counter/a']).versions).toEqual([]);
  });

  it('parks a stream whose row cannot be stored, with the reason', () => {
    const { versions, parked } = foldRows(
      sums,
      log,
      new Map(),
      () => false,
      () => '2026-06-01T12:00:00.000Z',
      (row) => ((row as { sum: number }).sum > 4 ? 'too much' : null),
    );
    expect(parked.map(({ stream, eventId, error }) => [stream, eventId, error])).toEqual([
      ['counter/b', 'e2', 'TypeError: its row cannot be stored: too much'],
      ['counter/a', 'e5', 'TypeError: its row cannot be stored: too much'],
    ]);
    expect(versions.map(({ stream, row }) => [stream, row])).toEqual([
      ['counter/a', { sum: 1 }],
      ['counter/a', { sum: 3 }],
    ]);
  });
});
