import { randomUUID } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { describeContract } from '../../../test/contracts/contract.js';
import { EVENT_STORE } from '../../../test/contracts/event-store.js';
import { EventStoreDbStore } from './eventstoredb-store.js';

const url = process.env['ESDB_URL'];
/** Each case has a separate log on the server, which may hold others. */
const connect = () => EventStoreDbStore.connect({ url: url ?? '', log: `trial-${randomUUID()}` });

it('the integration specs of EventStoreDB have a server in ESDB_URL', async () => {
  expect(url).toBeDefined();
  await (await connect()).close();
});

describeContract('EventStore', EVENT_STORE, async () => {
  const store = await connect();
  return { port: { store }, end: () => store.close() };
});
