import { execFileSync } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { AppName } from './apps.mjs';
import { type Load, loadOn } from './load.mjs';
import { postgresForTests } from './postgres.js';
import { type Processes, houseOf } from './processes.mjs';
import { reckon } from './reckoning.mjs';

const { ENGINES_ESDB_URL: esdb = '', ENGINES_KAFKA_BROKERS: kafka = '' } = process.env;
const APPS: readonly AppName[] = ['api', 'relay', 'projector', 'intake'];
const off = (by: number): string => new URL(`clock-off.mjs?by=${by}`, `file://${import.meta.dirname}/`).href;

let house: Processes;
let load: Load;
beforeAll(async () => {
  house = houseOf({ esdb, kafka, database: await postgresForTests().database() }, 3);
  load = loadOn(house);
  // Each kind by a process that is a minute ahead of the engines, and by one that is a minute behind them.
  for (const by of [60_000, -60_000]) {
    await Promise.all(APPS.map((name) => house.begin(name, off(by))));
  }
  await house.ready();
  await load.open();
});
afterAll(async () => {
  await load.close();
  await house.end();
});

it('apps whose clocks are a minute ahead of the engines, and a minute behind them, do as others: nothing is lost or doubled, and nobody is said to stand still', async () => {
  // It is what they are loaded with that has them go wrong.
  const said = [60_000, -60_000].map((by) => {
    const told = execFileSync(process.execPath, ['--import', off(by), '-p', '[Date.now(), +new Date()].join()']);
    return String(told)
      .split(',')
      .map((at) => Math.round((Number(at) - Date.now()) / 60_000));
  });
  expect(said).toEqual([
    [1, 1],
    [-1, -1],
  ]);
  const alarms: unknown[] = [];
  load.begin();
  for (let second = 0; second < 15; second += 1, await pause(1000))
    for (const app of house.all()) alarms.push(...((await app.standing())['alarms'] as unknown[]));
  await load.end();
  const { commands, deadLetters } = await reckon(house, load);
  expect([commands > 100, deadLetters, alarms]).toEqual([true, 0, []]);
});
