import { expect, it } from '@jest/globals';
import { describeContract } from '../../../test/contracts/contract.js';
import { REFUSAL_LOG, refused } from '../../../test/contracts/refusal-log.js';
import { postgresForTests } from '../../../test/support/postgres.js';
import { PostgresRefusalLog } from './postgres-refusal-log.js';

const postgres = postgresForTests();

describeContract('RefusalLog', REFUSAL_LOG, async () => {
  const url = await postgres.database();
  const open = (maxEntries = 100, maxWaiting = 100) => PostgresRefusalLog.open({ url, maxEntries, maxWaiting });
  return { port: { open }, end: () => Promise.resolve() };
});

it('the PostgreSQL refusal log keeps refusals of several processes, also those noted during an outage', async () => {
  const url = await postgres.database();
  const logs = await Promise.all([1, 2].map(() => PostgresRefusalLog.open({ url })));
  logs.forEach((log, i) => log.note(refused(i)));
  await postgres.query(
    url,
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
  );
  for (const [i, log] of logs.entries()) {
    for (let there = 0; there < 1;) {
      const { refusals } = await log.list({ limit: 10 }).catch(() => ({ refusals: [] }));
      there = refusals.filter(({ commandId }) => commandId === `c${i}`).length;
    }
    await log.close();
  }
  const last = await PostgresRefusalLog.open({ url });
  expect((await last.list({ limit: 10 })).refusals).toHaveLength(2);
  await last.close();
});
