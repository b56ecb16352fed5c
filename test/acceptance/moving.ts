import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SqliteEventStore } from '@entente/sqlite';
import { exportLog, importInto } from '../../apps/cli/src/move.js';
import { verify } from '../../apps/cli/src/verify.js';
import { all, anEvent } from '../contracts/event-store.js';
import { type Deployment, type DeploymentFactory, standalone } from '../support/deployment.js';
import { ApiClient } from '../support/api-client.js';
import { loadExample } from '../support/example-data.js';

const PSEUDONYM_KEY = Buffer.alloc(32, 5);
const quiet = { json: true, out: () => undefined, err: () => undefined };

/** An event without its place in the store: a backing service assigns its own. */
const eventsOf = async (deployment: Deployment) => {
  const log = await deployment.log();
  const events = await all(log.readLog(0n));
  await log.close();
  return events.map((event) => ({ ...event, position: 0n }));
};

/**
 * The log of a standalone deployment is exported and imported into another deployment, which then
 * returns the same answers.
 */
export function moving(opens: DeploymentFactory): void {
  const folder = mkdtempSync(join(tmpdir(), 'entente-moving-'));
  const file = join(folder, 'log.ndjson');
  let old: Deployment | undefined;
  let deployment: Deployment | undefined;
  const from = new ApiClient(() => (old as Deployment).url);
  const to = new ApiClient(() => (deployment as Deployment).url);
  beforeAll(async () => {
    old = await standalone({ pseudonymKey: PSEUDONYM_KEY });
    await loadExample(old.app);
    const log = await old.log();
    await exportLog(log, file, quiet);
    await log.close();
    deployment = await opens({ pseudonymKey: PSEUDONYM_KEY });
    await deployment.close();
  });
  afterAll(async () => {
    for (const one of [old, deployment]) await one?.end();
    rmSync(folder, { recursive: true });
  });

  describe('a log that is imported into a deployment', () => {
    it('is complete and there once, also after an interruption', async () => {
      const store = await (deployment as Deployment).store();
      const adopt = store.importEvents.bind(store);
      const positions = `${file}.positions.csv`;
      store.importEvents = async (events) => {
        await adopt(events.slice(0, 20));
        throw new Error('the line went dead');
      };
      await expect(importInto(store, file, positions, quiet)).rejects.toThrow('the line went dead');
      expect(await all(store.readLog(0n))).toHaveLength(20);
      store.importEvents = adopt;
      const imported = await importInto(store, file, positions, quiet);
      // Once more, slowly: progress counts events, and comes to all of them.
      const lines: string[] = [];
      store.importEvents = async (events) => {
        await pause(1100);
        return adopt(events);
      };
      expect(
        await importInto(store, file, `${positions}.again`, { ...quiet, err: (line) => lines.push(line) }),
      ).toEqual(imported);
      expect(lines.at(-1)).toBe(`events read: ${imported.events} of ${imported.events}`);
      expect(await verify(store, quiet)).toMatchObject({ count: 0, events: imported.events, digest: imported.digest });
      await store.close();
      expect(await eventsOf(deployment as Deployment)).toEqual(await eventsOf(old as Deployment));
    });

    it('has its old receipts, for queries and for repeated commands, of pseudonymous senders too', async () => {
      await deployment?.open();
      const log = await old?.log();
      const [first, sealed] = await Promise.all(
        ['ProgrammeProposed', 'MisuseFlagged'].map(async (type) => (await all(log!.readLog(0n, { types: [type] })))[0]),
      );
      await log?.close();
      for (const [event, actor] of [
        [first, 'norland;role=donor'],
        [sealed, 'veritas-monitor;role=monitor'],
      ] as const) {
        const pathOf = (id: string): string => `commands/${id}?stream=${event?.stream}`;
        // The id of a pseudonymous command is not in the log: its sender knows it.
        const ids = Array.from({ length: 99 }, (_, i) => `example-${String(i + 1).padStart(2, '0')}`);
        const answers = await Promise.all(ids.map((id) => from.get(pathOf(id), { 'entente-actor': actor })));
        const path = pathOf(ids[answers.findIndex(({ status }) => status === 200)] ?? 'none');
        const [before, after] = await Promise.all([from, to].map(({ get }) => get(path, { 'entente-actor': actor })));
        expect([before?.status, after?.status]).toEqual([200, 200]);
        const alike = { ...before?.body, position: expect.any(String), after: expect.any(String) };
        expect(after?.body).toEqual(alike);
      }
      expect(await loadExample((deployment as Deployment).app)).toBe(0);
    });

    it('gives the same rows in every read model', async () => {
      const { readModels } = (await from.get('read-models')).body as unknown as { readModels: { name: string }[] };
      const ends = await Promise.all([from.head(), to.head()]);
      const shown = async ({ model }: ApiClient, name: string, end: string | undefined) => {
        const { rows, totals } = await model(`${name}?limit=1000&after=${end}`);
        const texts = rows.map((row) => JSON.stringify({ ...row, since: null, position: null }));
        return { rows: texts.sort(), totals };
      };
      for (const { name } of readModels)
        expect([name, await shown(to, name, ends[1])]).toEqual([name, await shown(from, name, ends[0])]);
      expect(readModels.length).toBeGreaterThan(8);
    });

    it('takes new commands, and is the same when exported to standalone again', async () => {
      await to.pledge(7);
      const back = join(folder, 'back');
      const log = await deployment?.log();
      await exportLog(log!, `${file}.back`, quiet);
      await log?.close();
      const store = new SqliteEventStore({ folder: back });
      await importInto(store, `${file}.back`, `${file}.back.csv`, quiet);
      const events = await all(store.readLog(0n));
      expect(events.map((event) => ({ ...event, position: 0n }))).toEqual(await eventsOf(deployment as Deployment));
      expect(events.at(-1)).toMatchObject({ type: 'FundsPledged', data: { amount: 7 } });
      await store.close();
    });

    it('is refused by a store that holds other events, which stay unchanged', async () => {
      await deployment?.close();
      const other = await opens();
      await other.close();
      const store = await other.store();
      await store.append('note/other', 'none', [anEvent()]);
      await expect(importInto(store, file, `${file}.other.csv`, quiet)).rejects.toThrow('has other events');
      expect(await all(store.readLog(0n))).toHaveLength(1);
      await store.close();
      await other.end();
    });
  });
}
