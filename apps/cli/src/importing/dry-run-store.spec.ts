import { afterEach, describe, expect, it } from '@jest/globals';
import type { NewEvent } from '@entente/engine';
import type { RecordedEvent } from '@entente/kernel';
import { all, anEvent } from '../../../../test/contracts/event-store.js';
import { DryRunStore } from './dry-run-store.js';

const recorded = (event: NewEvent, revision: number): RecordedEvent => ({
  ...event,
  stream: 'note/a',
  revision,
  position: BigInt(revision + 1),
  metadata: { ...event.metadata, recordedAt: '2026-05-04T10:00:00.000Z' },
});

describe('the log of a dry run', () => {
  /** 150 events of a stream, of which the last 30 come after the dry run has begun. */
  const base = Array.from({ length: 150 }, (_, n) => recorded(anEvent(), n));
  let reads = 0;
  const log = {
    async *readStream(stream: string, { from = 0 } = {}) {
      reads += 1;
      if (stream === 'note/a') yield base.slice(from, from + 100);
      if (stream === 'note/a') yield base.slice(from + 100);
    },
  };
  const store = new DryRunStore(log, 120n);
  afterEach(() => void (reads = 0));

  it('ends where the log ended when it began', async () => {
    expect(await store.revisionOf('note/a')).toBe(119);
    expect(await all(store.readStream('note/a', { from: 90 }))).toEqual(base.slice(90, 120));
    expect(await store.revisionOf('note/b')).toBe(-1);
    expect(await all(store.readStream('note/b'))).toEqual([]);
  });

  it('continues with what would be recorded, from any revision', async () => {
    const more = Array.from({ length: 250 }, () => anEvent());
    expect(await store.append('note/a', 118, more)).toEqual({ ok: false, actual: 119 });
    for (let n = 0; n < more.length; n += 50)
      expect(await store.append('note/a', 119 + n, more.slice(n, n + 50))).toMatchObject({ revision: 169 + n });
    await store.append('note/b', 'none', [anEvent()]);
    const events = await all(store.readStream('note/a', { from: 110 }));
    expect(events.map(({ revision }) => revision)).toEqual(Array.from({ length: 260 }, (_, n) => 110 + n));
    expect(events.slice(10).map(({ id, data }) => ({ id, data }))).toEqual(more.map(({ id, data }) => ({ id, data })));
    expect((await all(store.readStream('note/a', { from: 300 }))).map(({ revision }) => revision)).toHaveLength(70);
    expect([store.hasChanged('note/a'), store.hasChanged('note/c')]).toEqual([true, false]);
  });

  it('reads no stream of the log twice for its revision', async () => {
    expect([await store.revisionOf('note/b'), await store.revisionOf('note/a'), reads]).toEqual([0, 369, 0]);
    store.close();
  });
});
