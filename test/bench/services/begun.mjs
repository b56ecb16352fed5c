/**
 * The services that the bench starts for itself: a Kafka broker, a PostgreSQL and a stand-in for an
 * event store, in the bench's own folder.
 */
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { startEventStore } from '../../../deploy/services/eventstore.mjs';
import { startKafka } from '../../../deploy/services/kafka.mjs';
import { startPostgres } from '../../../deploy/services/postgres.mjs';
import { folder } from '../measure.mjs';
import { startWorker } from './workers.mjs';

/** Starts all services, and two workers. `end` ends what was started, the last one first. */
export async function begin() {
  const ends = [];
  const end = async () => {
    for (const one of ends.splice(0).reverse()) await one();
  };
  const begun = async (starting) => {
    const service = await starting;
    ends.push(() => service.stop());
    return service;
  };
  // PostgreSQL may have to run as another user.
  chmodSync(folder, 0o755);
  const at = join(folder, 'services');
  mkdirSync(at);
  try {
    const postgres = await begun(startPostgres({ folder: join(at, 'postgres') }));
    const kafka = await begun(startKafka({ folder: join(at, 'kafka') }));
    const eventStore = await begun(startEventStore({ folder: join(at, 'eventstore') }));
    const workers = [await begun(startWorker()), await begun(startWorker())];
    let made = 0;
    /** A name that nothing else has. */
    const name = (what) => `${what}-${(made += 1)}`;
    return {
      brokers: kafka.brokers,
      esdb: eventStore.url,
      workers,
      begun,
      end,
      name,
      /** An event store of its own, with nothing in it. */
      eventStore: () => begun(startEventStore({ folder: join(at, name('eventstore')) })),
      /** Works on a separate database, which is dropped afterwards. */
      async onDatabase(work) {
        const its = name('rows');
        const url = await postgres.database(its);
        try {
          return await work(url);
        } finally {
          const client = new pg.Client({ connectionString: postgres.url });
          await client.connect();
          await client.query(`DROP DATABASE "${its}" WITH (FORCE)`);
          await client.end();
        }
      },
    };
  } catch (error) {
    await end();
    throw error;
  }
}
