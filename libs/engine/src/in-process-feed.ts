import { Backoff, Wakeup, messageOf, pause, supervise } from '@entente/async';
import type { RecordedEvent } from '@entente/kernel';
import { EventFeed, type FeedConsumer, type FeedSubscription } from './event-feed.js';
import { type EventLog, FOLD_BATCH_SIZE } from './event-store.js';

/**
 * Delivers the log within one process, in one partition. It reads the store each time the log
 * grows.
 */
export class InProcessFeed extends EventFeed {
  readonly partitions = 1;

  constructor(
    private readonly store: EventLog & { onCommit(listener: () => void): () => void },
    /**
     * The first pause after a fault, in milliseconds. It doubles, up to thirty times this value.
     */
    private readonly firstPause = 100,
    /**
     * Under load, the minimum interval between two reads in milliseconds, so that batches become
     * larger. After an idle time, events are delivered at once.
     */
    private readonly batchIntervalMs = 0,
  ) {
    super();
  }

  subscribe(consumer: FeedConsumer): FeedSubscription {
    const stopped = new AbortController();
    let fault: string | null = null;
    const growth = new Wakeup();
    const unsubscribe = this.store.onCommit(() => growth.wake());

    const backoff = new Backoff({ firstMs: this.firstPause });
    const onSuccess = (): void => {
      fault = null;
      backoff.reset();
    };
    const deliver = async (): Promise<void> => {
      let at = await consumer.startPosition(0);
      let nextBatchAt = 0;
      while (!stopped.signal.aborted) {
        growth.clear();
        for await (const events of this.store.readLog(at, { batchSize: FOLD_BATCH_SIZE })) {
          if (stopped.signal.aborted) return;
          const last = events.at(-1) as RecordedEvent;
          await consumer.process({ partition: 0, events, through: last.position });
          at = last.position;
          onSuccess();
          await new Promise(setImmediate);
        }
        onSuccess();
        if (growth.isWoken && nextBatchAt > performance.now())
          await pause(nextBatchAt - performance.now(), stopped.signal);
        nextBatchAt = performance.now() + this.batchIntervalMs;
        await growth.wait();
      }
    };

    const onFailure = (error: unknown): void => {
      fault = messageOf(error);
    };
    const finished = supervise(deliver, { signal: stopped.signal, backoff, onFailure });

    return {
      head: () => this.store.head(),
      fault: () => fault,
      stop: async () => {
        unsubscribe();
        stopped.abort();
        growth.wake();
        await finished;
      },
    };
  }
}
