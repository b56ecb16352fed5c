import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  InProcessFeed,
  type EventStore,
  LiveRows,
  DiskFull,
  Projector,
  type ReadModelStore,
  type LiveUpdate,
  replay,
} from '@entente/engine';
import { MODELS, VIEWS } from '@entente/read-models';
import { SqliteEventStore } from '@entente/sqlite';
import { PostgresReadModelStore } from '@entente/typeorm';
import { startPostgres } from '../../deploy/services/postgres.mjs';
import { anEvent } from '../contracts/event-store.js';
import { fillDisk } from '../support/fill-disk.js';

type Server = Awaited<ReturnType<typeof startPostgres>>;
const now = (): string => '2026-06-01T12:00:00.000Z';

/** What ends when a test does, the last first. */
const begun: (() => Promise<void> | void)[] = [];
let folder: string;
let server: Server;
let log: SqliteEventStore;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'entente-away-'));
  // PostgreSQL may have to run as another user.
  chmodSync(folder, 0o755);
  log = new SqliteEventStore({ folder: join(folder, 'log') });
});
afterEach(async () => {
  for (const end of begun.splice(0).reverse()) await end();
  await server.kill();
  await log.close();
  rmSync(folder, { recursive: true, force: true });
});

const rowsAt = async (url: string): Promise<PostgresReadModelStore> => {
  const rows = new PostgresReadModelStore({ url, models: MODELS, views: VIEWS, partitions: 1 });
  await rows.open(log.id);
  begun.push(() => rows.close());
  return rows;
};
let written = 0;
const write = async (events: number): Promise<void> => {
  for (let n = 0; n < events; n += 1)
    await log.append(`note/n${(written += 1) % 50}`, 'any', [anEvent('NoteTaken', { text: 'x'.repeat(200) })]);
};
const journalOf = async (rows: ReadModelStore): Promise<readonly unknown[]> => {
  const { rows: found } = await rows.query('journal', { where: [], sort: [], limit: 100_000 });
  return found.map(({ key, columns, source }) => ({ key, columns, source }));
};

/**
 * The rows equal the same log folded from scratch into another database, and every event is in them
 * once.
 */
async function areWhole(rows: ReadModelStore, store: EventStore): Promise<void> {
  for (const head = await store.head(); ((await rows.positions('journal')).positions[0] ?? 0n) < head;) await pause(50);
  const again = await rowsAt(await server.database('replayed'));
  await replay(store, MODELS, again, await store.head(), now);
  const journal = await journalOf(rows);
  expect(journal).toHaveLength(written);
  expect(journal).toEqual(await journalOf(again));
}

describe('PostgreSQL that is away under a projection and its live readers', () => {
  it.each(['stopped', 'killed'] as const)('%s and back, leaves rows with each event once', async (how) => {
    written = 0;
    const own = { folder: join(folder, 'postgres') };
    server = await startPostgres(own);
    const rows = await rowsAt(await server.database('rows'));
    const projector = new Projector(MODELS, new InProcessFeed(log, 20), rows, now);
    const live = new LiveRows(rows, 100);
    const received = new Set<string>();
    let over = false;
    const receive = (update: LiveUpdate): void => {
      if (update.type === 'rows') for (const { key } of update.rows) received.add(key);
      if (update.type === 'changes') for (const { key } of update.changes) received.add(key);
    };
    // A reader whose stream ended, since the rows could not be read just then, connects again, as a
    // client does.
    const follow = (): Promise<unknown> =>
      live
        .follow('journal', { where: [], limit: 100_000, resume: null }, receive, () => void follow())
        .catch(() => pause(50).then(follow));
    await follow();
    projector.start();
    begun.push(
      () => projector.stop(),
      () => live.close(),
    );
    const writing = (async () => {
      while (!over) await write(20).then(() => pause(5));
    })();
    for (let round = 0; round < 2; round += 1) {
      await pause(500);
      const { port } = server;
      await (how === 'stopped' ? server.stop() : server.kill());
      await pause(1000);
      expect(projector.fault()).not.toBeNull();
      await expect(rows.positions('journal')).rejects.toMatchObject({ code: 'rows-away', retryAfter: 1 });
      server = await startPostgres({ ...own, port });
    }
    await pause(500);
    over = true;
    await writing;
    await areWhole(rows, log);
    // The reader got each row, though no row could be read for a while.
    for (let tries = 0; received.size < written && tries < 100; tries += 1) await pause(50);
    expect(received.size).toBe(written);
  });

  it('with a full disk commits no part of a batch, is reported, and recovers', async () => {
    written = 0;
    const disk = join(folder, 'disk');
    mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=160m,mode=755', 'tmpfs', disk]);
    try {
      server = await startPostgres({
        folder: join(disk, 'postgres'),
        settings: { max_wal_size: '48MB', min_wal_size: '32MB' },
      });
      const rows = await rowsAt(await server.database('rows'));
      const faults: string[] = [];
      const projector = new Projector(MODELS, new InProcessFeed(log, 20), rows, now);
      projector.start();
      begun.push(() => projector.stop());
      await write(50);
      const filler = join(disk, 'filler');
      fillDisk(filler);
      while (faults.length === 0) {
        await write(500);
        const fault = projector.fault();
        if (fault !== null) faults.push(fault);
      }
      expect(faults[0]).toMatch(new RegExp(`${new DiskFull('the rows').message}|does not answer just now`));
      rmSync(filler);
      // If it could not write its log either, it ended, and its supervisor starts it again.
      const { port } = server;
      await Promise.race([server.ended, pause(2000)]);
      await server.stop().catch(() => undefined);
      server = await startPostgres({ folder: join(disk, 'postgres'), port });
      execFileSync('mount', ['-o', 'remount,size=600m', disk]);
      await areWhole(rows, log);
    } finally {
      await server.kill();
      execFileSync('umount', ['-l', disk]);
    }
  });
});
