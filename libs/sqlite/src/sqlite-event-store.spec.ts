import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import type { LogRange } from '@entente/engine';
import { describeContract } from '../../../test/contracts/contract.js';
import { EVENT_STORE, EVENT_STORE_CLOCK, NOON, all, anEvent } from '../../../test/contracts/event-store.js';
import type { SqliteLogWriter } from './log-writer.js';
import { SqliteEventStore } from './sqlite-event-store.js';
import { SqliteLogReader } from './sqlite-log-reader.js';

const newFolder = () => mkdtempSync(join(tmpdir(), 'entente-log-'));

describeContract('EventStore', [...EVENT_STORE, ...EVENT_STORE_CLOCK], () => {
  const folder = newFolder();
  const clock = { now: NOON };
  const store = new SqliteEventStore({ folder, clock: () => clock.now });
  const end = async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  };
  return Promise.resolve({ port: { store, clock }, end });
});

describe('the event store in a SQLite file', () => {
  let folder: string;
  beforeEach(() => {
    folder = newFolder();
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('has the same log and id when it is opened again', async () => {
    const first = new SqliteEventStore({ folder });
    await first.append('note/a', 'none', [anEvent()]);
    await first.close();
    const second = new SqliteEventStore({ folder });
    expect(second.id).toBe(first.id);
    expect(await second.append('note/a', 'none', [anEvent()])).toEqual({ ok: false, actual: 0 });
    await second.close();
  });

  it('commits pending appends together, and refuses appends beyond its bound', async () => {
    const store = new SqliteEventStore({ folder, maxWaiting: 10 });
    let commits = 0;
    store.onCommit(() => (commits += 1));
    const answers = await Promise.allSettled(
      Array.from({ length: 12 }, (_, i) => store.append(`note/${i}`, 'none', [anEvent()])),
    );
    expect(answers.filter((a) => a.status === 'fulfilled')).toHaveLength(10);
    expect(answers[10]).toMatchObject({ reason: { code: 'overloaded', retryAfter: 1 } });
    expect(commits).toBe(1);
    await store.close();
  });

  it('shows and acknowledges a commit only after it is synced', async () => {
    const first = new SqliteEventStore({ folder });
    await first.append('note/a', 'none', [anEvent()]);
    await first.close();
    const store = new SqliteEventStore({ folder });
    const { writer } = store as unknown as { writer: SqliteLogWriter };
    const sync = writer.sync.bind(writer);
    let onDisk = (): void => undefined;
    const written = new Promise<void>((resolve) => {
      writer.sync = (done) => {
        onDisk = () => sync(done);
        resolve();
      };
    });
    let acknowledged = 0;
    const appends = Array.from({ length: 70 }, (_, i) =>
      store.append(`note/${i}`, 'none', [anEvent()]).then(() => (acknowledged += 1)),
    );
    await written;
    const seen = async () => [
      await store.head(),
      (await all(store.readLog(0n))).length,
      (await all(store.readStream('note/3'))).length,
      await store.revisionOf('note/3'),
      await store.positionAt('9999-12-31T00:00:00.000Z'),
    ];
    expect([acknowledged, ...(await seen())]).toEqual([0, 1n, 1, 0, -1, 1n]);
    onDisk();
    await Promise.all(appends);
    expect([acknowledged, ...(await seen())]).toEqual([70, 71n, 71, 1, 0, 71n]);
    await store.close();
  });

  it('reports an unknown outcome if a sync fails, and accepts no further append', async () => {
    for (const many of [1, 20]) {
      let unknown = 0;
      const store = new SqliteEventStore({
        folder: join(folder, String(many)),
        onOutcomeUnknown: () => (unknown += 1),
      });
      const { writer } = store as unknown as { writer: { walFd: number } };
      // The file behind the descriptor is gone, as if the disk had been removed.
      const { walFd } = writer;
      writer.walFd = 9999;
      const answers = await Promise.allSettled(
        Array.from({ length: many }, (_, i) => store.append(`note/${i}`, 'none', [anEvent()])),
      );
      expect(new Set(answers.map((a) => (a as { reason?: { code: string } }).reason?.code))).toEqual(
        new Set(['outcome-unknown']),
      );
      await expect(store.append('note/b', 'none', [anEvent()])).rejects.toMatchObject({ code: 'shutting-down' });
      expect(unknown).toBe(1);
      writer.walFd = walFd;
      await store.close();
    }
  });

  it('reports an unknown outcome if the sync of an import fails', async () => {
    let unknown = 0;
    const store = new SqliteEventStore({ folder, onOutcomeUnknown: () => (unknown += 1) });
    const { writer } = store as unknown as { writer: { walFd: number } };
    const { walFd } = writer;
    writer.walFd = 9999;
    const { metadata, ...event } = anEvent();
    const recorded = { ...metadata, recordedAt: '2020-01-01T00:00:00.000Z' };
    const adopted = store.importEvents([{ ...event, stream: 'note/a', revision: 0, position: 1n, metadata: recorded }]);
    await expect(adopted).rejects.toMatchObject({ code: 'outcome-unknown' });
    expect(unknown).toBe(1);
    writer.walFd = walFd;
    await store.close();
  });

  it('completes pending appends before it closes', async () => {
    const store = new SqliteEventStore({ folder });
    const answer = store.append('note/a', 'none', [anEvent()]);
    const closed = store.close();
    expect(await answer).toMatchObject({ ok: true, revision: 0 });
    await closed;
  });

  it('finds rare events anywhere among many, and serves others meanwhile', async () => {
    const store = new SqliteEventStore({ folder, maxWaiting: 20_000 });
    const rare = [1, 4999, 5000, 5001, 9999, 10_001];
    const events = Array.from({ length: 10_100 }, (_, i) => ({
      ...anEvent(),
      ...(rare.includes(i + 1) ? { type: 'Rare' } : {}),
    }));
    for (let i = 0; i < events.length; i += 1010)
      await store.append('note/a', i === 0 ? 'none' : i - 1, events.slice(i, i + 1010));
    let others = 0;
    const beat = setInterval(() => (others += 1), 0);
    const positions = async (range: LogRange) =>
      (await all(store.readLog(0n, { types: ['Rare'], ...range }))).map(({ position }) => Number(position));
    expect(await positions({})).toEqual(rare);
    expect(others).toBeGreaterThan(0);
    clearInterval(beat);
    expect(await positions({ limit: 2 })).toEqual([1, 4999]);
    expect(await positions({ upTo: 5000n })).toEqual([1, 4999, 5000]);
    expect(await all(store.readLog(5000n, { types: ['Rare'] }))).toHaveLength(3);
    await store.close();
  });

  it('refuses a second writer on the folder, and admits readers beside the first', async () => {
    const store = new SqliteEventStore({ folder });
    await store.append('note/a', 'none', [anEvent()]);
    expect(() => new SqliteEventStore({ folder })).toThrow('is in use');
    const reader = new SqliteLogReader(folder);
    expect(await all(reader.readLog(0n))).toHaveLength(1);
    await reader.close();
    await store.close();
    await new SqliteEventStore({ folder }).close();
  });

  it("refuses another program's database, a newer format, and a file that is no database", () => {
    const file = join(folder, 'log.sqlite');
    const other = new Database(file);
    other.exec('CREATE TABLE theirs (a)');
    expect(() => new SqliteEventStore({ folder })).toThrow("another program's database");
    other.pragma(`application_id = ${0x456e7474}`);
    other.pragma('user_version = 99');
    other.close();
    expect(() => new SqliteEventStore({ folder })).toThrow('newer Entente (format 99)');
    writeFileSync(file, 'not a database, not at all, but long enough to be taken for one'.repeat(100));
    expect(() => new SqliteEventStore({ folder })).toThrow('is damaged');
  });

  it('reads large events in short pages, forwards, backwards and by type, and misses none', async () => {
    const store = new SqliteEventStore({ folder });
    const large = (n: number) => ({ ...anEvent(), id: `e${n}`, data: { text: 'x'.repeat(1_000_000), n } });
    for (let n = 0; n < 12; n += 1) await store.append('note/a', 'any', [large(n)]);
    const sizesOf = async (batches: AsyncIterable<readonly { readonly id: string }[]>) => {
      const sizes: number[] = [];
      for await (const batch of batches) sizes.push(batch.length);
      return sizes;
    };
    for (const batches of [
      store.readLog(0n),
      store.readLog(0n, { types: [anEvent().type] }),
      store.readStream('note/a'),
      store.readStream('note/a', { backwards: true }),
    ]) {
      const sizes = await sizesOf(batches);
      expect(sizes.reduce((sum, size) => sum + size)).toBe(12);
      expect(Math.max(...sizes)).toBe(5);
    }
    expect(await sizesOf(store.readLog(0n, { batchSize: 1, limit: 3 }))).toEqual([1, 1, 1]);
    await store.close();
  });

  it('answers a question about an instant for ever as the first time, whatever is appended meanwhile', async () => {
    let now = NOON;
    const store = new SqliteEventStore({ folder, clock: () => now });
    const instant = new Date(NOON).toISOString();
    for (let n = 0; n < 5; n += 1) {
      now = NOON;
      // The append is recorded in the millisecond in which the question is asked.
      const appended = store.append(`note/${n}`, 'none', [anEvent()]);
      const asked = store.positionAt(instant);
      setTimeout(() => (now = NOON + 1), 3);
      const [answer] = await Promise.all([asked, appended]);
      expect(await store.positionAt(instant)).toBe(answer);
    }
    await store.close();
  });
});
