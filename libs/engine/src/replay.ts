import type { AnyProjection } from '@entente/kernel';
import { EventFeed, type FeedConsumer, type FeedSubscription } from './event-feed.js';
import type { EventLog } from './event-store.js';
import { Projector } from './project.js';
import type { RowSink } from './read-model-store.js';

/** The log up to one position, delivered once: what a replay folds. */
class PastFeed extends EventFeed {
  readonly partitions = 1;
  private failed: unknown = null;
  private ended: Promise<void> = Promise.resolve();

  constructor(
    private readonly log: EventLog,
    private readonly upTo: bigint,
    private readonly progress: (position: bigint) => void,
  ) {
    super();
  }

  subscribe(consumer: FeedConsumer): FeedSubscription {
    this.ended = this.deliver(consumer).catch((error: unknown) => void (this.failed = error));
    return { head: () => Promise.resolve(this.upTo), fault: () => null, stop: () => this.ended };
  }

  private async deliver(consumer: FeedConsumer): Promise<void> {
    const from = await consumer.resume(0);
    let seen = from;
    for await (const events of this.log.readLog(from, { upTo: this.upTo })) {
      seen = events.at(-1)?.position ?? seen;
      await consumer.take({ partition: 0, events, through: seen });
      this.progress(seen);
    }
    if (seen < this.upTo) await consumer.take({ partition: 0, events: [], through: this.upTo });
  }

  /** Resolves when all of it was taken; rejects with what stopped it. */
  async done(): Promise<void> {
    await this.ended;
    if (this.failed !== null) throw this.failed as Error;
  }
}

/** Folds the log up to a position into an empty store, by the same loop as ever: the same events give the same rows. Parked streams are parked here too. */
export async function replay(
  log: EventLog,
  models: readonly AnyProjection[],
  into: RowSink,
  upTo: bigint,
  now: () => string,
  progress: (position: bigint) => void = () => undefined,
): Promise<void> {
  const feed = new PastFeed(log, upTo, progress);
  const projector = new Projector(models, feed, into, now, Number.MAX_SAFE_INTEGER);
  projector.start();
  await feed.done();
  await projector.stop();
}
