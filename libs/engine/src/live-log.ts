import type { RecordedEvent } from '@entente/kernel';
import type { EventFeed, FeedSubscription } from './event-feed.js';
import type { EventLog, LogRange } from './event-store.js';
import { SHARED_BATCH_SIZE, fairReads } from './fair-reads.js';

/** Receives events, perhaps none, and the position up to which the log was read for them. */
type OnEvents = (events: readonly RecordedEvent[], through: bigint) => void;

/**
 * Delivers the log as it grows. All readers share one subscription of the feed. Each reads its
 * earlier events from the log separately.
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
   * Calls `onEvents` with the matching events after a position, and then with new ones, until the
   * returned function is called. New events are of all kinds; the caller filters them. A reader
   * that is behind reads the log at its own pace, and nothing is buffered for it. `hasRoom`
   * resolves with true when the reader can accept more, and with false when it has gone.
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

  /** The position up to which it has read; null before the first reader. */
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
