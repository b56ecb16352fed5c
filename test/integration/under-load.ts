import { afterAll, beforeAll } from '@jest/globals';
import type { AppName } from './apps.mjs';
import { type Load, loadOn } from './load.mjs';
import { postgresForTests } from './postgres.js';
import { type Processes, deploymentOf } from './processes.mjs';

/** What a spec begins with. */
export interface Shape {
  readonly partitions: number;
  /** About so many commands a second, between `load.begin()` and `load.end()`. */
  readonly rate?: number;
  /** How many of each app; or how they are begun. */
  readonly apps: Readonly<Partial<Record<AppName, number>>> | ((deployment: Processes) => Promise<void>);
}

/**
 * A deployment of processes on the services of the run, and a load on it: open before the file's
 * tests begin, and ended after them.
 */
export async function underLoad({ partitions, rate, apps }: Shape): Promise<{ deployment: Processes; load: Load }> {
  const { SERVICES_ESDB_URL: esdb = '', SERVICES_KAFKA_BROKERS: kafka = '' } = process.env;
  const deployment = deploymentOf({ esdb, kafka, database: await postgresForTests().database() }, partitions);
  const load = loadOn(deployment, rate === undefined ? {} : { rate });
  beforeAll(async () => {
    await (typeof apps === 'function' ? apps(deployment) : deployment.open(apps));
    await load.open();
  });
  afterAll(async () => {
    await load.close();
    await deployment.end();
  });
  return { deployment, load };
}

/** The address of a module that is loaded before an app. */
export const loaded = (file: string): string => new URL(file, `file://${import.meta.dirname}/`).href;
