import { expect, it } from '@jest/globals';
import {
  LogPublisher,
  NO_EVENT,
  type PartitionLinks,
  type PartitionTail,
  Relay,
  type Watermark,
} from '@entente/engine';
import { anEvent } from '../../../test/contracts/event-store.js';
import { EventStoreDouble } from '../../../test/doubles/eventstoredb/double.js';
import { until } from '../../../test/support/kafka.js';
import { EventStoreDbStore } from './eventstoredb-store.js';

const PARTITIONS = 4;

/** The ends of the partitions of a topic, and how many events were published to it. */
class PartitionEnds extends LogPublisher {
  readonly partitions = PARTITIONS;
  readonly ends: PartitionTail[] = Array.from({ length: PARTITIONS }, () => ({ through: 0n, last: NO_EVENT }));
  published = 0;

  tails(): Promise<readonly PartitionTail[]> {
    return Promise.resolve([...this.ends]);
  }
  publish(batch: readonly PartitionLinks[]): Promise<void> {
    for (const { partition, links } of batch)
      for (const { event } of links) {
        const { position, id } = event;
        this.ends[partition] = { through: position, last: { position, id } };
        this.published += 1;
      }
    return Promise.resolve();
  }
  publishWatermarks(watermarks: readonly Watermark[]): Promise<void> {
    for (const { partition, through, last } of watermarks) this.ends[partition] = { through, last };
    return Promise.resolve();
  }
  check(): Promise<void> {
    return Promise.resolve();
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
}

it('a relay that starts again reads no more of a long log than of a short one', async () => {
  const server = await EventStoreDouble.start();
  const publisher = new PartitionEnds();
  /** The number of events that a relay reads if it starts on a published log of this length. */
  const readAtStart = async (events: number): Promise<number> => {
    const filling = await EventStoreDbStore.connect({ url: server.url });
    const first = new Relay(filling, publisher, { poll: 5, watermarkInterval: 1 });
    for (let i = 0; i < events; i += 50)
      await filling.append(
        `note/s${i % 7}`,
        'any',
        Array.from({ length: 50 }, () => anEvent()),
      );
    first.start();
    const head = await filling.head();
    await until(() => publisher.ends.every(({ through }) => through === head));
    await first.stop();
    await filling.close();
    const store = await EventStoreDbStore.connect({ url: server.url });
    const { sent } = server.reads;
    const again = new Relay(store, publisher, { poll: 5 });
    const { published } = publisher;
    await store.append('note/s0', 'any', [anEvent()]);
    again.start();
    await until(() => publisher.published === published + 1);
    await again.stop();
    await store.close();
    return server.reads.sent - sent;
  };
  try {
    // A reader that has not followed the log looks back, over at most 512 events.
    expect(await readAtStart(600)).toBeLessThan(600);
    expect(await readAtStart(4000)).toBeLessThan(600);
  } finally {
    server.stop();
  }
});
