import { randomUUID } from 'node:crypto';
import { EventStoreDBClient } from '@eventstore/db-client';
import { type EventStoreDbOptions, EventStoreDbStore } from '@entente/eventstoredb';
import type { NamedLog } from '../contracts/event-store-server.js';

/** A log by a new name on a server, for one case; `end` closes what was opened, and the client. */
export function namedLogOn(url: string): { readonly port: NamedLog; end(): Promise<void> } {
  const log = `trial-${randomUUID()}`;
  const client = EventStoreDBClient.connectionString(url);
  const opened: EventStoreDbStore[] = [];
  const open = async (options: Partial<EventStoreDbOptions> = {}): Promise<EventStoreDbStore> => {
    const store = await EventStoreDbStore.connect({ url, log, answerTimeout: 2000, ...options });
    opened.push(store);
    return store;
  };
  const end = async (): Promise<void> => {
    for (const store of opened) await store.close();
    await client.dispose();
  };
  return { port: { url, log, client, open }, end };
}
