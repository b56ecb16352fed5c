import { afterAll, beforeAll, describe } from '@jest/globals';
import type { RunningApp } from '../support/app-process.mjs';
import { distributedProcesses } from '../support/distributed-processes.mjs';
import { postgresForTests } from '../support/postgres.js';
import { stewardsKilled } from '../support/stewards-killed.js';

const { SERVICES_ESDB_URL: esdb = '', SERVICES_KAFKA_BROKERS: kafka = '' } = process.env;
const deployment = distributedProcesses({ esdb, kafka, database: await postgresForTests().database() }, 3);
beforeAll(() => deployment.open({ api: 1, relay: 1, projector: 1 }));
afterAll(() => deployment.end());

describe('two stewards at once, of which one is killed', () => {
  const steward = async (): Promise<RunningApp> => {
    const begun = await deployment.start('steward');
    await begun.ready();
    return begun;
  };
  stewardsKilled({ url: () => deployment.named('api')[0]?.url ?? '', steward }, 2);
});
