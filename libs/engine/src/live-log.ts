import type { RecordedEvent } from '@entente/kernel';
import type { EventFeed, FeedSubscription } from './event-feed.js';
import type { EventStore, LogRange } from './event-store.js';

interface Reader {
  tell(events: readonly RecordedEvent[]): void;
  held: (readonly RecordedEvent[])[] | null;
}

/** The log as it grows: one reader of the feed for all who watch, and each reader's own past before it. */
export class LiveLog {
  private readonly readers = new Set<Reader>();
  private seen = 0n;
  private subscription: FeedSubscription | null = null;
  private started: Promise<void> | null = null;

  constructor(
    private readonly store: EventStore,
    private readonly feed: EventFeed,
  ) {}

  /** Tells the events behind a position that match, then those that come (all kinds; the caller narrows them), until the function that it gives is called. */
  async follow(
    after: bigint,
    range: Pick<LogRange, 'kinds' | 'types'>,
    tell: (events: readonly RecordedEvent[]) => void,
    room: () => Promise<void>,
  ): Promise<() => void> {
    await (this.started ??= this.start());
    const reader: Reader = { tell, held: [] };
    this.readers.add(reader);
    const upTo = this.seen;
    try {
      for await (const events of this.store.readLog(after, { ...range, upTo })) {
        tell(events);
        await room();
      }
    } catch (error) {
      this.readers.delete(reader);
      throw error;
    }
    const held = reader.held ?? [];
    reader.held = null;
    for (const events of held) tell(events.filter(({ position }) => position > upTo && position > after));
    return () => void this.readers.delete(reader);
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
        for (const reader of this.readers)
          if (reader.held !== null) reader.held.push(events);
          else reader.tell(events);
        return Promise.resolve();
      },
    });
  }
}
