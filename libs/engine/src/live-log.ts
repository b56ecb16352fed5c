import type { RecordedEvent } from '@entente/kernel';
import type { EventFeed, FeedSubscription } from './event-feed.js';
import type { EventLog, LogRange } from './event-store.js';
import { SHARED_BATCH_SIZE, fairReads } from './fair-reads.js';

/** Gets events, perhaps none, and the position through which the log was read for them. */
type OnEvents = (events: readonly RecordedEvent[], through: bigint) => void;

/**
 * The log as it grows: one reader of the feed for all readers, and for each its own past before
 * that.
 */
export class LiveLog {
  private readonly readers = new Set<{ readonly onEvents: OnEvents }>();
  private readTo = 0n;
  private subscription: FeedSubscription | null = null;
  private started: Promise<void> | null = null;

  constructor(
    private readonly store: EventLog,
    private readonly feed: EventFeed,
  ) {}

  /**
   * Passes to `onEvents` the matching events after a position, then new ones (of all kinds; the
   * caller narrows them), until the returned function is called. A reader that is behind reads the
   * log at its own pace; nothing is buffered for it. `hasRoom` resolves when the reader can accept
   * more, with false when the reader is gone.
   */
  async follow(
    after: bigint,
    range: Pick<LogRange, 'kinds' | 'types'>,
    onEvents: OnEvents,
    hasRoom: () => Promise<boolean>,
  ): Promise<() => void> {
    // If the start failed, the next reader starts again.
    await (this.started ??= this.start().catch((error: unknown) => {
      this.started = null;
      throw error;
    }));
    for (let at = after; at < this.readTo;) {
      const upTo = this.readTo;
      const past = this.store.readLog(at, { ...range, upTo, batchSize: SHARED_BATCH_SIZE });
      let through = at;
      for await (const events of fairReads.share(past)) {
        for (const event of events) {
          through = event.position;
          onEvents([event], through);
          if (!(await hasRoom())) return () => undefined;
        }
      }
      at = upTo;
      if (through < upTo) onEvents([], upTo);
    }
    const reader = {
      onEvents: (events: readonly RecordedEvent[], through: bigint) => {
        if (through > after)
          onEvents(
            events.filter(({ position }) => position > after),
            through,
          );
      },
    };
    this.readers.add(reader);
    return () => void this.readers.delete(reader);
  }

  /** The position that it has read; null before the first reader. */
  position(): bigint | null {
    return this.subscription === null ? null : this.readTo;
  }

  /** Ends the delivery to all readers. */
  async close(): Promise<void> {
    await this.subscription?.stop();
  }

  private async start(): Promise<void> {
    this.readTo = await this.store.head();
    this.subscription = this.feed.subscribe({
      startPosition: () => Promise.resolve(this.readTo),
      process: ({ events, through }) => {
        this.readTo = through;
        for (const { onEvents } of this.readers) onEvents(events, through);
        return Promise.resolve();
      },
    });
  }
}
