import { afterAll, beforeAll } from '@jest/globals';
import type { AppName } from './app-process.mjs';
import { type Load, loadOn } from './load.mjs';
import { postgresForTests } from './postgres.js';
import { type DistributedProcesses, distributedProcesses } from './distributed-processes.mjs';

/** What a spec begins with. */
export interface LoadShape {
  readonly partitions: number;
  /** About this number of commands per second, between `load.begin()` and `load.end()`. */
  readonly rate?: number;
  /** How many of each app; or how they are begun. */
  readonly apps: Readonly<Partial<Record<AppName, number>>> | ((deployment: DistributedProcesses) => Promise<void>);
}

/**
 * A deployment of processes on the services of the run, and a load on it: open before the file's
 * tests begin, and ended after them.
 */
export async function distributedUnderLoad({
  partitions,
  rate,
  apps,
}: LoadShape): Promise<{ deployment: DistributedProcesses; load: Load }> {
  const { SERVICES_ESDB_URL: esdb = '', SERVICES_KAFKA_BROKERS: kafka = '' } = process.env;
  const deployment = distributedProcesses({ esdb, kafka, database: await postgresForTests().database() }, partitions);
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
