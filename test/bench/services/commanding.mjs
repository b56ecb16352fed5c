/** Commands decided and appended, against the same events appended by the client alone. */
import { randomBytes, randomUUID } from 'node:crypto';
import { EventStoreDBClient, NO_STREAM, jsonEvent } from '@eventstore/db-client';
import { ACCOUNT, PLEDGE, eventOf, load } from '../measure.mjs';

/** Runs a number of loops concurrently, each on its own stream. Returns operations per second. */
async function perSecond(atOnce, ms, one) {
  let count = 0;
  let until = 0;
  const line = async (i) => {
    for (; performance.now() < until; count += 1) await one(i);
  };
  const all = (time) => {
    count = 0;
    until = performance.now() + time;
    return Promise.all(Array.from({ length: atOnce }, (_, i) => line(i)));
  };
  await all(ms / 5);
  const begun = performance.now();
  await all(ms);
  return (count * 1000) / (performance.now() - begun);
}

/**
 * By the client: `together` is its own way, all appends over one call; else each is a call of its
 * own, as the deployment's are.
 */
async function byClient({ esdb, atOnce, ms, together }) {
  const client = EventStoreDBClient.connectionString(esdb);
  if (!together) client.supports = () => Promise.resolve(false);
  const own = randomUUID();
  const last = Array(atOnce).fill(NO_STREAM);
  let n = 0;
  try {
    return await perSecond(atOnce, ms, async (i) => {
      const { type, version, data, metadata } = eventOf((n += 1));
      const event = { id: randomUUID(), type, data, metadata: { ...metadata, entente: { version } } };
      const { nextExpectedRevision } = await client.appendToStream(`bare-${own}-${i}`, jsonEvent(event), {
        expectedRevision: last[i],
      });
      last[i] = nextExpectedRevision;
    });
  } finally {
    await client.dispose();
  }
}

async function byExecutor({ esdb, atOnce, ms }) {
  const { Executor, Pseudonymizer, ExecuteCommand } = await load('libs/engine/src/index.js');
  const { EventStoreDbStore } = await load('libs/eventstoredb/src/index.js');
  const { kinds } = await load('libs/workers/src/index.js');
  const store = await EventStoreDbStore.connect({ url: esdb });
  const executor = new Executor(store, kinds, new Pseudonymizer(randomBytes(32)), { note: () => undefined });
  const own = randomUUID().slice(0, 8);
  const donor = { organisation: 'norland', role: 'donor', person: 'n-1' };
  const operator = { organisation: 'operator', role: 'operator' };
  const submit = async (actor, stream, type, data) => {
    const now = new Date().toISOString();
    const metadata = {
      actor,
      commandId: randomUUID(),
      correlationId: 'bench',
      causationId: null,
      occurredAt: null,
      evidence: [],
      legalBasis: null,
    };
    const outcome = await executor.execute(
      new ExecuteCommand({ stream, command: { type, data }, metadata, ifMatch: null, body: data }, now),
    );
    // A party that an earlier run has registered stays as it is.
    if (outcome.type !== 'accepted' && outcome.refusal?.code !== 'already-exists')
      throw new Error(`a command was not taken: ${JSON.stringify(outcome)}`);
  };
  const account = (i) => ({ kind: 'funding-account', id: `norland.${own}-${i}` });
  try {
    for (const [id, role] of [
      ['norland', 'donor'],
      ['estmark', 'recipient'],
    ]) {
      const stream = { kind: 'stakeholder', id };
      await submit(operator, stream, 'RegisterStakeholder', { name: id, type: 'state' });
      await submit(operator, stream, 'GrantRole', { role });
    }
    for (let i = 0; i < atOnce; i += 1) await submit(donor, account(i), 'OpenFundingAccount', ACCOUNT);
    return await perSecond(atOnce, ms, (i) => submit(donor, account(i), 'PledgeFunds', PLEDGE));
  } finally {
    await store.close();
  }
}

/** Answers a rate when it is let go. */
export const executing = (args) =>
  Promise.resolve({
    go: () => (args.by === 'client' ? byClient(args) : byExecutor(args)),
    end: () => undefined,
  });
