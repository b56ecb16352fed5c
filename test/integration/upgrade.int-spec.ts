import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { MODELS } from '@entente/read-models';
import type { AppName, RunningApp } from '../support/app-process.mjs';
import { until } from '../support/kafka.js';
import { verifySystem } from '../support/system-verification.mjs';
import { distributedUnderLoad } from '../support/distributed-under-load.js';
import { preload } from '../support/preload.js';

const NEWER = preload('newer-projection.mjs');
/** The version of the rows of the old processes and of the new ones. */
const VERSIONS = [0, 1].map((more) => String(MODELS.find(({ name }) => name === 'funding')!.version + more));
/** The order in which they are replaced. */
const ORDER = ['projector', 'relay', 'intake', 'api'] as const satisfies readonly AppName[];

const { deployment, load } = await distributedUnderLoad({
  partitions: 3,
  rate: 40,
  apps: { api: 2, relay: 1, projector: 2, intake: 1 },
});

interface Answer {
  readonly rows: readonly { readonly fund: string; readonly pledged: number }[];
  readonly totals: readonly { readonly pledged: string | number }[];
  readonly version: string;
}

it('old and new processes side by side under load return rows of one version, and lose nothing', async () => {
  const pledge = { amount: 7, period: '2026' };
  const { after } = await load.post('funding-account/norland.h0', 'pledge', 'norland;role=donor', pledge);
  for (const { url } of deployment.named('api'))
    await until(async () => {
      const answer = await fetch(`${url}/v1/read-models/funding?after=${encodeURIComponent(after)}`);
      return answer.status === 200;
    });
  load.begin();
  let over = false;
  const versions = new Set<string>();
  const wrong: unknown[] = [];
  const ended: unknown[] = [];
  /** Queries an api of either version, as long as it runs. */
  const asking = async (api: RunningApp): Promise<void> => {
    let gone = false;
    void api.ended.then(() => (gone = true));
    for (; !over && !gone; await pause(50)) {
      const answer = await fetch(`${api.url}/v1/read-models/funding?limit=500`).catch(() => null);
      // An api that ends gets no further query.
      if (answer === null) return;
      const { rows, totals, version } = (await answer.json()) as Answer;
      const accounts = rows.filter(({ fund }) => fund !== '');
      const newer = accounts.filter(({ fund }) => fund.endsWith(' (newer)'));
      const sums = [rows, totals].map((of) => of.reduce((sum, { pledged }) => sum + Number(pledged), 0));
      const whole =
        sums[0] === sums[1] && newer.length === (version.split('.')[0] === VERSIONS[1] ? accounts.length : 0);
      if (answer.status !== 200 || !whole || accounts.length === 0) wrong.push([answer.status, version, sums, rows[0]]);
      versions.add(version.split('.')[0] ?? '');
    }
  };
  const asked: Promise<void>[] = deployment.named('api').map(asking);
  await pause(1500);
  for (const name of ORDER) {
    for (const older of deployment.named(name)) {
      const one = await deployment.start(name, NEWER);
      await one.ready();
      if (name === 'api') asked.push(asking(one));
      await pause(700);
      ended.push(await older.stop());
      await pause(300);
    }
  }
  await pause(1000);
  await load.end();
  over = true;
  await Promise.all(asked);
  expect(wrong).toEqual([]);
  expect(ended).toEqual(ended.map(() => 0));
  expect([...versions].sort()).toEqual(VERSIONS);
  const newer = { ...deployment.settings, NODE_OPTIONS: `--import ${NEWER}` };
  const { commands, deadLetters } = await verifySystem({ ...deployment, settings: newer }, load);
  expect([commands > 100, deadLetters]).toEqual([true, 0]);
});
