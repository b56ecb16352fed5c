import { Backoff, Wakeup, messageOf, supervise } from '@entente/async';
import type { RecordedEvent } from '@entente/kernel';
import {
  NO_EVENT,
  type LogPublisher,
  type ChainedEvent,
  type Watermark,
  type EventRef,
  type PartitionTail,
} from './log-publisher.js';
import type { EventLog } from './event-store.js';
import { partitionOf } from './partition.js';
import { type Confirmation, compareWithLog } from './taken-back.js';

const POLL_MS = 50;
/**
 * The polling interval if the log wakes the relay, in milliseconds. Polling covers a silent
 * subscription.
 */
const POLL_BESIDE_WAKE_MS = 250;

/** Options of a relay; times in milliseconds. */
export interface RelayOptions {
  /**
   * The polling interval when the relay is at the end of the log: {@link POLL_MS}, or {@link
   * POLL_BESIDE_WAKE_MS} if there is a `wake`, which ends the wait.
   */
  readonly poll?: number;
  readonly wake?: (listener: () => void) => () => void;
  /**
   * The minimum interval between two watermarks of a partition. A read of all partitions as of an
   * event may wait for a watermark. The first watermark after an idle time is sent at once.
   */
  readonly watermarkInterval?: number;
  /** The interval between two checks that the topic still retains everything. */
  readonly checkEvery?: number;
  /** The first pause after a fault. It doubles, up to thirty times this value. */
  readonly firstPause?: number;
  /** How it is confirmed that the log lacks events that the topic has. */
  readonly confirmation?: Confirmation;
}

/** The status of a relay. */
export interface RelayStatus {
  /**
   * The position up to which every event is acknowledged in its partition; null before the ends of
   * the topic were first read.
   */
  readonly position: bigint | null;
  /** Why nothing is published now; null while events are published. */
  readonly fault: string | null;
}

/**
 * Publishes the log. Each record names the previous event of its partition. The relay stores
 * nothing. At the start and after every fault it reads the end of each partition. It continues from
 * the lowest end, and skips events that a partition already has.
 *
 * The relay sends an event only if the previous event of its partition is in the topic:
 * acknowledged to this relay, or read at the end of the partition. So the first occurrences in each
 * partition are its events in the order of the log, each naming the previous one. That holds after
 * crashes, and with several relays at once. Duplicates may follow.
 */
export class Relay {
  private readonly stopping = new AbortController();
  private running: Promise<void> | null = null;
  private position: bigint | null = null;
  private lastFault: string | null = null;
  private readonly backoff: Backoff;
  private readonly wakeup = new Wakeup();

  constructor(
    private readonly log: EventLog,
    private readonly publisher: LogPublisher,
    private readonly options: RelayOptions = {},
  ) {
    this.backoff = new Backoff({ firstMs: options.firstPause ?? 100 });
  }

  start(): void {
    this.running ??= this.run();
  }

  /** Ends after the current batch. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.wakeup.wake();
    await this.running;
  }

  status(): RelayStatus {
    return { position: this.position, fault: this.lastFault };
  }

  private async run(): Promise<void> {
    const { wake } = this.options;
    const unsubscribe = wake?.(() => this.wakeup.wake());
    const { backoff } = this;
    const onFailure = (error: unknown): void => {
      this.lastFault = messageOf(error);
    };
    await supervise(() => this.follow(), { signal: this.stopping.signal, backoff, onFailure });
    unsubscribe?.();
  }

  /**
   * Publishes from the ends of the partitions to the end of the log, and then new events, until a
   * fault.
   */
  private async follow(): Promise<void> {
    const tails = await this.publisher.tails(this.log.id);
    await this.compare(tails);
    const lastEvents = tails.map(({ last }) => last);
    let at = tails.reduce((lowest, { through }) => (through < lowest ? through : lowest), tails[0]?.through ?? 0n);
    this.position = at;
    // If all partitions end at the same position, no reader waits for a watermark.
    let watermarkAt = tails.every(({ through }) => through === at) ? at : null;
    let nextWatermarkAt = 0;
    let recordedAt = '';
    const { wake, watermarkInterval = 1000, checkEvery = 60_000 } = this.options;
    const { poll = wake === undefined ? POLL_MS : POLL_BESIDE_WAKE_MS } = this.options;
    const publishWatermarks = async (): Promise<void> => {
      if (at === watermarkAt || recordedAt === '' || performance.now() < nextWatermarkAt) return;
      await this.publisher.publishWatermarks(watermarksAt(at, recordedAt, tails, lastEvents));
      watermarkAt = at;
      nextWatermarkAt = performance.now() + watermarkInterval;
    };
    let nextCheckAt = performance.now() + checkEvery;
    const check = async (): Promise<void> => {
      if (performance.now() < nextCheckAt) return;
      await this.publisher.check();
      nextCheckAt = performance.now() + checkEvery;
    };
    while (!this.isStopped()) {
      this.wakeup.clear();
      for await (const events of ahead(this.log.readLog(at))) {
        await this.publish(events, tails, lastEvents);
        const last = events.at(-1) as RecordedEvent;
        this.position = at = last.position;
        recordedAt = last.metadata.recordedAt;
        this.onSuccess();
        if (this.isStopped()) return;
        await publishWatermarks();
        await check();
      }
      await publishWatermarks();
      await check();
      this.onSuccess();
      await this.wakeup.wait(
        at === watermarkAt ? poll : Math.min(poll, Math.max(nextWatermarkAt - performance.now(), 1)),
      );
    }
  }

  /**
   * Rejects if this log cannot have published the topic: it was set back, or has other events at
   * those positions.
   */
  private async compare(tails: readonly PartitionTail[]): Promise<void> {
    const known = tails.flatMap(({ through, last }, partition) => {
      const where = `partition ${partition} of the topic`;
      return through === last.position
        ? [{ where, ...last }]
        : [
            { where, ...last },
            { where, position: through },
          ];
    });
    await compareWithLog(this.log, known, this.options.confirmation);
    this.log.checkNotTakenBack();
  }

  private async publish(
    events: readonly RecordedEvent[],
    tails: readonly PartitionTail[],
    lastEvents: EventRef[],
  ): Promise<void> {
    const { partitions } = this.publisher;
    const batch = new Map<number, ChainedEvent[]>();
    for (const event of events) {
      const partition = partitionOf(event.stream, partitions);
      if (event.position <= (tails[partition]?.through ?? 0n)) continue;
      const links = batch.get(partition) ?? [];
      batch.set(partition, links);
      links.push({ event, previous: lastEvents[partition] ?? NO_EVENT });
      lastEvents[partition] = eventRef(event);
    }
    if (batch.size > 0) await this.publisher.publish([...batch].map(([partition, links]) => ({ partition, links })));
  }

  private onSuccess(): void {
    this.lastFault = null;
    this.backoff.reset();
  }

  private isStopped(): boolean {
    return this.stopping.signal.aborted;
  }
}

const eventRef = ({ position, id }: RecordedEvent): EventRef => ({ position, id });

/** A watermark for each partition that has no event or watermark at `through`. */
const watermarksAt = (
  through: bigint,
  recordedAt: string,
  tails: readonly PartitionTail[],
  lastEvents: readonly EventRef[],
): Watermark[] =>
  tails.flatMap((tail, partition) => {
    const last = lastEvents[partition] ?? NO_EVENT;
    return last.position >= through || tail.through >= through ? [] : [{ partition, through, last, recordedAt }];
  });

/** Yields the items of a source. The next item is read while the caller handles the current one. */
async function* ahead<T>(source: AsyncIterable<T>): AsyncGenerator<T> {
  const iterator = source[Symbol.asyncIterator]();
  const readNext = (): Promise<IteratorResult<T>> => {
    const next = iterator.next();
    // The caller gets the error when it awaits this promise.
    next.catch(() => undefined);
    return next;
  };
  try {
    for (let next = readNext(); ;) {
      const result = await next;
      if (result.done === true) return;
      next = readNext();
      yield result.value;
    }
  } finally {
    await iterator.return?.();
  }
}
