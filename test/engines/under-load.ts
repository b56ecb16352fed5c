import { afterAll, beforeAll } from '@jest/globals';
import type { AppName } from './apps.mjs';
import { type Load, loadOn } from './load.mjs';
import { postgresForTests } from './postgres.js';
import { type Processes, houseOf } from './processes.mjs';

/** What a spec begins with. */
export interface Shape {
  readonly partitions: number;
  /** About so many commands a second, between `load.begin()` and `load.end()`. */
  readonly rate?: number;
  /** How many of each app; or how they are begun. */
  readonly apps: Readonly<Partial<Record<AppName, number>>> | ((house: Processes) => Promise<void>);
}

/** A house of processes on the engines of the run, and a load on it: open before the file's tests begin, and ended after them. */
export async function underLoad({ partitions, rate, apps }: Shape): Promise<{ house: Processes; load: Load }> {
  const { ENGINES_ESDB_URL: esdb = '', ENGINES_KAFKA_BROKERS: kafka = '' } = process.env;
  const house = houseOf({ esdb, kafka, database: await postgresForTests().database() }, partitions);
  const load = loadOn(house, rate === undefined ? {} : { rate });
  beforeAll(async () => {
    await (typeof apps === 'function' ? apps(house) : house.open(apps));
    await load.open();
  });
  afterAll(async () => {
    await load.close();
    await house.end();
  });
  return { house, load };
}

/** The address of a module that is loaded before an app. */
export const loaded = (file: string): string => new URL(file, `file://${import.meta.dirname}/`).href;
