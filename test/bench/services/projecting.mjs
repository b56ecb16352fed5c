/** The projector as its app makes it: the log's topic, folded into rows. */
import { writeFileSync } from 'node:fs';
import { serialize } from 'node:v8';
import { load } from '../measure.mjs';

const now = () => '2026-06-01T12:00:00.000Z';

/**
 * Holds what it is given until it is let go. With `keep`, what each batch became is written to that
 * file at the end.
 */
export async function projecting({ brokers, topic, partitions, group, database, esdb, keep }, report) {
  const { Projector, UNOBSERVED } = await load('libs/engine/src/index.js');
  const { EventStoreDbStore } = await load('libs/eventstoredb/src/index.js');
  const { KafkaEventFeed } = await load('libs/kafka/src/index.js');
  const { PostgresReadModelStore } = await load('libs/typeorm/src/index.js');
  const { MODELS, VIEWS } = await load('libs/read-models/src/index.js');
  const log = await EventStoreDbStore.connect({ url: esdb });
  const rows = new PostgresReadModelStore({ url: database, models: MODELS, views: VIEWS, partitions });
  await rows.open(log.id);
  const feed = new KafkaEventFeed({ brokers: [brokers], clientId: 'bench', topic, partitions, groupId: group }, log);
  const kept = [];
  if (keep !== undefined) {
    const commit = rows.commit.bind(rows);
    rows.commit = (batches) => (kept.push({ batches, events: 0 }), commit(batches));
  }
  const holds = new Set();
  let open = () => undefined;
  const opened = new Promise((resolve) => (open = resolve));
  const held = {
    partitions,
    subscribe: (consumer) =>
      feed.subscribe({
        async startPosition(partition) {
          holds.add(partition);
          report({ holds: [...holds] });
          await opened;
          return consumer.startPosition(partition);
        },
        async process(batch) {
          await consumer.process(batch);
          const last = kept.findLast(({ batches }) => batches[0].partition === batch.partition);
          if (last !== undefined) last.events = batch.events.length;
          report({ did: batch.events.length });
        },
        revoked(partition) {
          holds.delete(partition);
          report({ holds: [...holds] });
          consumer.revoked(partition);
        },
      }),
  };
  const projector = new Projector(MODELS, held, rows, now, undefined, UNOBSERVED);
  projector.start();
  return {
    go: () => open(),
    async end() {
      const fault = projector.fault();
      open();
      await projector.stop();
      await rows.close();
      await log.close();
      if (fault !== null) throw new Error(fault);
      if (keep !== undefined) writeFileSync(keep, serialize(kept));
    },
  };
}
