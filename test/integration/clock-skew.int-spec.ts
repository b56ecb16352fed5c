import { execFileSync } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import type { AppName } from '../support/app-process.mjs';
import { until } from '../support/kafka.js';
import { verifySystem } from '../support/system-verification.mjs';
import { distributedUnderLoad } from '../support/distributed-under-load.js';
import { preload } from '../support/preload.js';

const APPS: readonly AppName[] = ['api', 'relay', 'projector', 'intake'];
const off = (by: number): string => preload(`clock-skew.mjs?by=${by}`);

const { deployment, load } = await distributedUnderLoad({
  partitions: 3,
  // Each kind by a process that is a minute ahead of the services, and by one that is a minute
  // behind them.
  apps: async (begun) => {
    for (const by of [60_000, -60_000]) await Promise.all(APPS.map((name) => begun.start(name, off(by))));
    await begun.ready();
  },
});

it('apps with clocks a minute ahead and behind lose and duplicate nothing, and raise no lasting alarm', async () => {
  // It is what they are loaded with that has them go wrong.
  const skews = [60_000, -60_000].map((by) => {
    const output = execFileSync(process.execPath, ['--import', off(by), '-p', '[Date.now(), +new Date()].join()']);
    return String(output)
      .split(',')
      .map((at) => Math.round((Number(at) - Date.now()) / 60_000));
  });
  expect(skews).toEqual([
    [1, 1],
    [-1, -1],
  ]);
  await deployment.caughtUp();
  load.begin();
  // On an overloaded machine an app may stall for a while and report it. A wrong clock would make
  // it report a stall all the time.
  const apps = deployment.all();
  const alarmed = new Map(apps.map((app) => [app, 0]));
  for (let second = 0; second < 15; second += 1, await pause(1000))
    for (const app of apps)
      if (((await app.health())['alarms'] as unknown[]).length > 0) alarmed.set(app, (alarmed.get(app) ?? 0) + 1);
  await load.end();
  const { commands, deadLetters } = await verifySystem(deployment, load);
  expect([commands > 100, deadLetters, Math.max(...alarmed.values()) < 15]).toEqual([true, 0, true]);
  const alarms = async (): Promise<unknown[]> => {
    const healths = await Promise.all(apps.map((app) => app.health()));
    return healths.flatMap((one) => one['alarms'] as unknown[]);
  };
  await until(async () => (await alarms()).length === 0);
});
