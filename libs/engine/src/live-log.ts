import type { RecordedEvent } from '@entente/kernel';
import type { EventFeed, FeedSubscription } from './event-feed.js';
import type { EventLog, LogRange } from './event-store.js';

type Tell = (events: readonly RecordedEvent[]) => void;

/**
 * The log as it grows: one reader of the feed for all who watch, and each reader's own past before
 * it.
 */
export class LiveLog {
  private readonly readers = new Set<{ readonly tell: Tell }>();
  private seen = 0n;
  private subscription: FeedSubscription | null = null;
  private started: Promise<void> | null = null;

  constructor(
    private readonly store: EventLog,
    private readonly feed: EventFeed,
  ) {}

  /**
   * Tells the events behind a position that match, then those that come (all kinds; the caller
   * narrows them), until the function that it gives is called. Who is behind reads the log at its
   * own pace, and nothing is kept for it meanwhile: `room` resolves when there is room for more,
   * with false when the reader is gone.
   */
  async follow(
    after: bigint,
    range: Pick<LogRange, 'kinds' | 'types'>,
    tell: Tell,
    room: () => Promise<boolean>,
  ): Promise<() => void> {
    // What failed to begin begins with the next reader.
    await (this.started ??= this.start().catch((error: unknown) => {
      this.started = null;
      throw error;
    }));
    for (let at = after; at < this.seen;) {
      const upTo = this.seen;
      for await (const events of this.store.readLog(at, { ...range, upTo })) {
        for (const event of events) {
          tell([event]);
          if (!(await room())) return () => undefined;
        }
      }
      at = upTo;
    }
    const reader = {
      tell: (events: readonly RecordedEvent[]) => tell(events.filter(({ position }) => position > after)),
    };
    this.readers.add(reader);
    return () => void this.readers.delete(reader);
  }

  /** How far it has come; null while nobody has asked for it. */
  position(): bigint | null {
    return this.subscription === null ? null : this.seen;
  }

  /** Ends it. */
  async close(): Promise<void> {
    await this.subscription?.stop();
  }

  private async start(): Promise<void> {
    this.seen = await this.store.head();
    this.subscription = this.feed.subscribe({
      resume: () => Promise.resolve(this.seen),
      take: ({ events, through }) => {
        this.seen = through;
        for (const { tell } of this.readers) tell(events);
        return Promise.resolve();
      },
    });
  }
}
