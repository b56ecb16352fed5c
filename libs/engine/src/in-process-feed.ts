import { setTimeout as pause } from 'node:timers/promises';
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
    let stopping = false;
    let fault: string | null = null;
    let wake = (): void => undefined;
    let woken = false;
    const poke = (): void => {
      woken = true;
      wake();
    };
    const silence = this.store.onCommit(poke);
    const stopped = new AbortController();

    const deliver = async (): Promise<void> => {
      let at = await consumer.resume(0);
      let next = 0;
      while (!stopping) {
        woken = false;
        for await (const events of this.store.readLog(at)) {
          if (stopping) return;
          const last = events.at(-1) as RecordedEvent;
          await consumer.take({ partition: 0, events, through: last.position });
          at = last.position;
          fault = null;
          await new Promise(setImmediate);
        }
        fault = null;
        if (woken && next > performance.now())
          await pause(next - performance.now(), undefined, { signal: stopped.signal }).catch(() => undefined);
        next = performance.now() + this.gather;
        if (!woken && !stopping) await new Promise<void>((resolve) => (wake = resolve));
      }
    };

    const run = async (): Promise<void> => {
      for (let wait = this.firstPause; !stopping; wait = Math.min(wait * 2, this.firstPause * 30)) {
        try {
          await deliver();
        } catch (error) {
          if (fault === null) wait = this.firstPause;
          fault = error instanceof Error ? error.message : String(error);
          await pause(wait, undefined, { signal: stopped.signal }).catch(() => undefined);
        }
      }
    };
    const ended = run();

    return {
      head: () => this.store.head(),
      fault: () => fault,
      stop: async () => {
        stopping = true;
        silence();
        stopped.abort();
        poke();
        await ended;
      },
    };
  }
}
