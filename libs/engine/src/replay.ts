import type { AnyProjection, RecordedEvent } from '@entente/kernel';
import { EventFeed, type FeedConsumer, type FeedSubscription } from './event-feed.js';
import { type EventLog, FOLD_BATCH_SIZE } from './event-store.js';
import { partitionOf } from './partition.js';
import { Projector } from './projector.js';
import type { RowSink } from './read-model-store.js';

/**
 * Delivers the log up to one position once, in the partitions of the rows into which it is folded.
 */
class PastFeed extends EventFeed {
  private failed: unknown = null;
  private ended: Promise<void> = Promise.resolve();

  constructor(
    private readonly log: EventLog,
    private readonly upTo: bigint,
    private readonly progress: (position: bigint) => void,
    readonly partitions: number,
  ) {
    super();
  }

  subscribe(consumer: FeedConsumer): FeedSubscription {
    this.ended = this.deliver(consumer).catch((error: unknown) => void (this.failed = error));
    return { head: () => Promise.resolve(this.upTo), fault: () => null, stop: () => this.ended };
  }

  private async deliver(consumer: FeedConsumer): Promise<void> {
    const from: bigint[] = [];
    for (let partition = 0; partition < this.partitions; partition += 1)
      from.push(await consumer.startPosition(partition));
    let seen = from.reduce((lowest, at) => (at < lowest ? at : lowest));
    for await (const events of this.log.readLog(seen, { upTo: this.upTo, batchSize: FOLD_BATCH_SIZE })) {
      seen = events.at(-1)?.position ?? seen;
      await this.split(consumer, events, seen);
      this.progress(seen);
    }
    if (seen < this.upTo) await this.split(consumer, [], this.upTo);
  }

  private async split(consumer: FeedConsumer, events: readonly RecordedEvent[], through: bigint): Promise<void> {
    const parts: RecordedEvent[][] = Array.from({ length: this.partitions }, () => []);
    for (const event of events) parts[partitionOf(event.stream, this.partitions)]?.push(event);
    for (const [partition, own] of parts.entries()) await consumer.process({ partition, events: own, through });
  }

  /** Resolves when all events were processed. Rejects with the error that stopped the delivery. */
  async done(): Promise<void> {
    await this.ended;
    if (this.failed !== null) throw this.failed as Error;
  }
}

/**
 * Folds the log up to a position into a store, with the projector's own code. The same events give
 * the same rows, and the same parked streams.
 */
export async function replay(
  log: EventLog,
  models: readonly AnyProjection[],
  into: RowSink,
  upTo: bigint,
  now: () => string,
  progress: (position: bigint) => void = () => undefined,
): Promise<void> {
  const feed = new PastFeed(log, upTo, progress, into.partitions);
  const projector = new Projector(models, feed, into, now, Number.MAX_SAFE_INTEGER);
  projector.start();
  await feed.done();
  await projector.stop();
}
