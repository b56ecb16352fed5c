import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { startStandalone } from '../support/standalone-process.js';
import { entente } from '../support/app-process.mjs';
import { loadOn } from '../support/load.mjs';
import { postgresForTests } from '../support/postgres.js';
import { type DistributedProcesses, distributedProcesses } from '../support/distributed-processes.mjs';
import { verifySystem } from '../support/system-verification.mjs';

const { SERVICES_ESDB_URL: esdb = '', SERVICES_KAFKA_BROKERS: kafka = '' } = process.env;
const folder = mkdtempSync(join(tmpdir(), 'entente-moved-'));

let deployment: DistributedProcesses;
beforeAll(async () => {
  deployment = distributedProcesses({ esdb, kafka, database: await postgresForTests().database() }, 3);
});
afterEach(() => deployment.end());
afterAll(() => rmSync(folder, { recursive: true }));

/** The events of a log that was exported, without their positions, which are the store's own. */
const exported = (file: string): readonly unknown[] =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .slice(1, -1)
    .map((line) => ({ ...(JSON.parse(line) as Record<string, unknown>), position: null }));

it('a standalone log imported into backing services keeps revisions, ids, times and receipts', async () => {
  const data = join(folder, 'data');
  const [small, moved] = ['small.ndjson', 'moved.ndjson'].map((name) => join(folder, name)) as [string, string];
  const built = await startStandalone(data, 'off');
  // It has no topic of commands: commands come only over HTTP.
  const before = loadOn({ ...deployment, url: () => Promise.resolve(built.url) });
  await before.open();
  const pledges = Array.from({ length: 40 }, (_, n) => ({ id: `pledge-${n}`, amount: 100 + n, period: '2026' }));
  const pledge = (on: typeof before, { id, ...body }: (typeof pledges)[number]) =>
    on.post(`funding-account/norland.h${Number(id.slice(7)) % 3}`, 'pledge', 'norland;role=donor', body, id);
  for (const one of pledges) await pledge(before, one);
  built.process.kill('SIGTERM');
  await built.ended;
  await entente({}, 'export', small, '--data', data);

  await entente(deployment.settings, 'import', 'log', small);
  await entente(deployment.settings, 'export', moved);
  expect(exported(moved)).toEqual(exported(small));
  expect(exported(moved).length).toBeGreaterThan(40);
  const outputs = [entente({}, 'verify', '--data', data), entente(deployment.settings, 'verify')];
  const digests = (await Promise.all(outputs)).map((text) => /[0-9a-f]{64}/.exec(text)?.[0]);
  expect(digests[0]).toMatch(/^[0-9a-f]{64}$/);
  expect(digests[1]).toBe(digests[0]);
  // The import can be repeated while the log is not written to, under another name for its list of
  // positions.
  const again = (list: string) =>
    entente(deployment.settings, 'import', 'log', small, '--positions', join(folder, list));
  await expect(entente(deployment.settings, 'import', 'log', small)).rejects.toThrow(/choose another name/);
  await again('second.csv');

  await deployment.open({ api: 1, relay: 1, projector: 1, intake: 1 });
  const after = loadOn(deployment);
  for (const one of pledges) await pledge(after, one);
  expect([...after.receipts]).toEqual(pledges.map(({ id }) => keyed(before.receipts, id)));
  const third = join(folder, 'third.ndjson');
  await entente(deployment.settings, 'export', third);
  expect(exported(third)).toEqual(exported(small));
  after.begin();
  await pause(1000);
  await after.end();
  await before.close();
  const receipts = new Map([...before.receipts, ...after.receipts]);
  await verifySystem(deployment, { receipts, sent: after.sent });
  await after.close();
  // But a log with later events refuses an import.
  await expect(again('third.csv')).rejects.toThrow(/ended with 1: .*empty/s);
});

/** What a command of this id was acknowledged with. */
function keyed<Of>(receipts: ReadonlyMap<string, Of>, id: string): readonly [string, Of] {
  const found = [...receipts].find(([key]) => key.endsWith(` ${id}`));
  if (found === undefined) throw new Error(`there is no receipt of ${id}`);
  return found;
}
