import { Backoff, pause, supervise } from '@entente/async';
import type { RecordedEvent } from '@entente/kernel';
import { EventFeed, type FeedConsumer, type FeedSubscription } from './event-feed.js';
import type { EventLog } from './event-store.js';

/**
 * The log delivered within a process that reads it: one partition, read from the store itself and
 * woken when it grows.
 */
export class InProcessFeed extends EventFeed {
  readonly partitions = 1;

  constructor(
    private readonly store: EventLog & { onCommit(listener: () => void): () => void },
    /** The first pause after a fault, in milliseconds; it doubles up to thirty times as much. */
    private readonly firstPause = 100,
    /**
     * Under load a batch gathers for so long, in milliseconds; what comes after a rest is delivered
     * at once.
     */
    private readonly gather = 0,
  ) {
    super();
  }

  subscribe(consumer: FeedConsumer): FeedSubscription {
    const stopped = new AbortController();
    let fault: string | null = null;
    let wake = (): void => undefined;
    let woken = false;
    const poke = (): void => {
      woken = true;
      wake();
    };
    const silence = this.store.onCommit(poke);

    const backoff = new Backoff({ firstMs: this.firstPause });
    const well = (): void => {
      fault = null;
      backoff.reset();
    };
    const deliver = async (): Promise<void> => {
      let at = await consumer.resume(0);
      let next = 0;
      while (!stopped.signal.aborted) {
        woken = false;
        for await (const events of this.store.readLog(at)) {
          if (stopped.signal.aborted) return;
          const last = events.at(-1) as RecordedEvent;
          await consumer.take({ partition: 0, events, through: last.position });
          at = last.position;
          well();
          await new Promise(setImmediate);
        }
        well();
        if (woken && next > performance.now()) await pause(next - performance.now(), stopped.signal);
        next = performance.now() + this.gather;
        if (!woken && !stopped.signal.aborted) await new Promise<void>((resolve) => (wake = resolve));
      }
    };

    const onFailure = (error: unknown): void => {
      fault = error instanceof Error ? error.message : String(error);
    };
    const ended = supervise(deliver, { signal: stopped.signal, backoff, onFailure });

    return {
      head: () => this.store.head(),
      fault: () => fault,
      stop: async () => {
        silence();
        stopped.abort();
        poke();
        await ended;
      },
    };
  }
}
