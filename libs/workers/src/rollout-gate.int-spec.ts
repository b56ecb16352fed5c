import 'reflect-metadata';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { InProcessFeed, Projector } from '@entente/engine';
import type { AnyProjection } from '@entente/kernel';
import { SqliteEventStore } from '@entente/sqlite';
import { PostgresReadModelStore } from '@entente/typeorm';
import { anEvent } from '../../../test/contracts/event-store.js';
import { words } from '../../../test/contracts/read-model-store.js';
import { until } from '../../../test/support/kafka.js';
import { postgresForTests } from '../../../test/support/postgres.js';
import { ProjectionWorker } from './projection-worker.js';
import { RebuildWorker } from './rebuild-worker.js';
import { WaitForOlderProjectors } from './rollout-gate.js';

Logger.overrideLogger(false);
const postgres = postgresForTests();
const now = (): string => '2026-06-01T12:00:00.000Z';

/** Counts the events of a stream, and names the version of the projection that did. */
const counting = (name: string, version: number): AnyProjection => ({
  ...words,
  name,
  version,
  touches: () => ['events'],
  evolve: (row: { amount: number } | null) => ({
    word: 'events',
    shade: `version ${version}`,
    amount: (row?.amount ?? 0) + 1,
    loud: false,
    parts: [],
  }),
});
/** One model that is another in the newer version, and one that is the same in both. */
const OLDER = [counting('changed', 1), counting('steady', 1)];
const NEWER = [counting('changed', 2), counting('steady', 1)];

let folder: string;
let log: SqliteEventStore;
let url: string;
let written: number;
/** What ends when a test does, the last first. */
const begun: (() => Promise<void>)[] = [];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'entente-succession-'));
  log = new SqliteEventStore({ folder });
  url = await postgres.database();
  written = 0;
});
afterEach(async () => {
  for (const end of begun.splice(0).reverse()) await end();
  await log.close();
  rmSync(folder, { recursive: true });
});

const write = async (events: number): Promise<void> => {
  for (let n = 0; n < events; n += 1) await log.append('note/a', 'any', [anEvent()]);
  written += events;
};

/**
 * What a projector's process does with the models of its code; it fills its rows as soon as `fill`
 * is called.
 */
async function projector(models: readonly AnyProjection[], stallTimeoutMs = 60_000) {
  const rows = new PostgresReadModelStore({ url, models, views: [], partitions: 1 });
  await rows.open(log.id);
  const folding = new Projector(models, new InProcessFeed(log, 20), rows, now);
  const worker = new ProjectionWorker(
    folding,
    rows,
    log,
    new WaitForOlderProjectors(log, rows, models, stallTimeoutMs),
  );
  const rebuilding = new RebuildWorker(log, rows, { all: models, shared: true });
  await worker.onApplicationBootstrap();
  let over = false;
  const end = async (): Promise<void> => {
    if (over) return;
    over = true;
    await Promise.all([worker.onModuleDestroy(), rebuilding.onModuleDestroy()]);
    await rows.close();
  };
  begun.push(end);
  return { rows, folding, fill: () => rebuilding.onApplicationBootstrap(), end };
}

/** The row of a model: which version made it, and how many events are in it. */
async function rowOf(model: string) {
  const [row] = await postgres.query(url, `SELECT version, generation FROM entente.models WHERE name = '${model}'`);
  const table = `"${model}_v${String(row?.['version'])}_g${String(row?.['generation'])}"`;
  const [there] = await postgres.query(url, `SELECT shade, amount FROM entente.${table} WHERE until IS NULL`);
  return { by: there?.['shade'], events: Number(there?.['amount']) };
}
const isFolded = (model: string, version: number): Promise<void> =>
  until(async () => {
    const { by, events } = await rowOf(model);
    return by === `version ${version}` && events === written;
  });

describe('projectors of two versions on the same rows', () => {
  it('take over from each other: the newer waits while the older folds, until its tables are filled', async () => {
    const older = await projector(OLDER);
    older.fill();
    await write(20);
    await isFolded('changed', 1);
    const newer = await projector(NEWER, 300);
    for (let round = 0; round < 4; round += 1) {
      await write(5);
      await isFolded('changed', 1);
      await isFolded('steady', 1);
      await pause(300);
    }
    expect([older.folding.running, newer.folding.running]).toEqual([true, false]);
    newer.fill();
    await until(() => newer.folding.running);
    await write(5);
    await isFolded('changed', 2);
    await isFolded('steady', 1);
    await older.end();
    await write(5);
    await isFolded('changed', 2);
    await isFolded('steady', 1);
  });

  it('do not wait for an absent one: the newer begins after its timeout without progress', async () => {
    const older = await projector(OLDER);
    await write(5);
    await isFolded('steady', 1);
    await isFolded('changed', 1);
    await older.end();
    await write(5);
    const since = performance.now();
    const newer = await projector(NEWER, 1500);
    expect(newer.folding.running).toBe(false);
    await until(() => newer.folding.running);
    expect(performance.now() - since).toBeGreaterThan(1500);
    await isFolded('steady', 1);
    // What is served of the other is the older one's, until it has been filled.
    expect(await rowOf('changed')).toEqual({ by: 'version 1', events: 5 });
    newer.fill();
    await isFolded('changed', 2);
  });

  it('never go back: an older one beside newer rows leaves them, and folds the shared models', async () => {
    const newer = await projector(NEWER);
    newer.fill();
    await write(5);
    await isFolded('changed', 2);
    const older = await projector(OLDER);
    older.fill();
    await until(() => older.folding.running);
    await write(5);
    await isFolded('changed', 2);
    await pause(1500);
    expect(await postgres.query(url, 'SELECT * FROM entente.pending_models')).toEqual([]);
    await newer.end();
    await write(5);
    await isFolded('steady', 1);
    expect(await rowOf('changed')).toEqual({ by: 'version 2', events: 10 });
    expect(await older.rows.outdated()).toEqual(['changed']);
  });
});
