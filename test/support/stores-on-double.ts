import { afterEach } from '@jest/globals';
import { type EventStoreDbOptions, EventStoreDbStore } from '@entente/eventstoredb';
import { EventStoreDouble } from '../doubles/eventstoredb/double.js';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** Starts a double of an event store, which ends with the test. */
export async function aServer(): Promise<EventStoreDouble> {
  const server = await EventStoreDouble.start();
  ends.push(() => server.stop());
  return server;
}

/** Opens a log on a server; it is closed with the test. */
export async function aStore(options: EventStoreDbOptions): Promise<EventStoreDbStore> {
  const store = await EventStoreDbStore.connect({ answerTimeout: 2000, ...options });
  ends.push(() => store.close());
  return store;
}
