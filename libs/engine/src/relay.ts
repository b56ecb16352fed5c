import { Backoff, pause, supervise } from '@entente/async';
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

/** How a relay goes about it; times in milliseconds. */
export interface RelayOptions {
  /** At its end the log is looked at again after so long, or when `wake` calls. */
  readonly poll?: number;
  readonly wake?: (listener: () => void) => () => void;
  /** Marks follow each other no sooner than this. */
  readonly markEvery?: number;
  /** Whether the topic still keeps everything is looked at so often. */
  readonly checkEvery?: number;
  /** The first pause after a fault; it doubles up to thirty times as much. */
  readonly firstPause?: number;
}

/** How a relay stands. */
export interface RelayStatus {
  /** The position up to which every event is acknowledged in its partition; null until it knows. */
  readonly position: bigint | null;
  /** Why nothing is published just now; null while it is. */
  readonly fault: string | null;
}

/**
 * Publishes the log, each event with the one before it in its partition. It keeps nothing of its
 * own: at the start and after every fault it reads where each partition ends, goes on from the
 * lowest, and passes over what a partition has.
 *
 * An event is sent only when the one before it in its partition is known to be there: acknowledged
 * to this relay, or read at the end of the partition. So, whatever dies, and however many relays
 * run at once, the first occurrences in each partition are its events in the log's order, each
 * naming the one before; duplicates may follow.
 */
export class Relay {
  private readonly stopping = new AbortController();
  private running: Promise<void> | null = null;
  private position: bigint | null = null;
  private trouble: string | null = null;
  private readonly backoff: Backoff;
  private wake = (): void => undefined;
  private woken = false;

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

  /** Ends after the batch at hand. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.wake();
    await this.running;
  }

  status(): RelayStatus {
    return { position: this.position, fault: this.trouble };
  }

  private async run(): Promise<void> {
    const { wake } = this.options;
    const silence = wake?.(() => {
      this.woken = true;
      this.wake();
    });
    const { backoff } = this;
    const onFailure = (error: unknown): void => {
      this.trouble = (error as Error | undefined)?.message ?? String(error);
    };
    await supervise(() => this.follow(), { signal: this.stopping.signal, backoff, onFailure });
    silence?.();
  }

  /** From where the partitions end to the end of the log, and on with it, until a fault. */
  private async follow(): Promise<void> {
    const tails = await this.publisher.tails(this.log.id);
    await this.compare(tails);
    const chain = tails.map(({ last }) => last);
    let at = tails.reduce((lowest, { through }) => (through < lowest ? through : lowest), tails[0]?.through ?? 0n);
    this.position = at;
    // Where all end alike, nobody waits for a mark.
    let marked = tails.every(({ through }) => through === at) ? at : null;
    let markAgain = 0;
    let recordedAt = '';
    const { poll = 50, markEvery = 200, checkEvery = 60_000 } = this.options;
    const mark = async (): Promise<void> => {
      if (at === marked || recordedAt === '' || performance.now() < markAgain) return;
      await this.publisher.mark(marksAt(at, recordedAt, tails, chain));
      marked = at;
      markAgain = performance.now() + markEvery;
    };
    let checkAgain = performance.now() + checkEvery;
    const check = async (): Promise<void> => {
      if (performance.now() < checkAgain) return;
      await this.publisher.check();
      checkAgain = performance.now() + checkEvery;
    };
    while (!this.over()) {
      this.woken = false;
      for await (const events of ahead(this.log.readLog(at))) {
        await this.publish(events, tails, chain);
        const last = events.at(-1) as RecordedEvent;
        this.position = at = last.position;
        recordedAt = last.metadata.recordedAt;
        this.well();
        if (this.over()) return;
        await mark();
        await check();
      }
      await mark();
      await check();
      this.well();
      await this.rest(at === marked ? poll : Math.min(poll, Math.max(markAgain - performance.now(), 1)));
    }
  }

  /**
   * Refuses what this log cannot have published: it was set back, or goes on otherwise than it did
   * when that was published.
   */
  private async compare(tails: readonly PartitionTail[]): Promise<void> {
    const head = await this.log.head();
    for (const [partition, { through, last }] of tails.entries()) {
      if (through > head)
        throw new Error(
          `partition ${partition} of the topic ends at position ${through}, beyond the log, which ends at ${head}: the log was set back, as by restoring a backup; publish it to a new topic`,
        );
      if (last.position === 0n) continue;
      const found = await this.log.eventAt(last.position);
      if (found?.id === last.id) continue;
      throw new Error(
        `partition ${partition} of the topic has event ${last.id} at position ${last.position}, where the log has ${found === null ? 'none' : `event ${found.id}`}: they tell different stories; publish the log to a new topic`,
      );
    }
  }

  private async publish(
    events: readonly RecordedEvent[],
    tails: readonly PartitionTail[],
    chain: EventRef[],
  ): Promise<void> {
    const { partitions } = this.publisher;
    const batch = new Map<number, ChainedEvent[]>();
    for (const event of events) {
      const partition = partitionOf(event.stream, partitions);
      if (event.position <= (tails[partition]?.through ?? 0n)) continue;
      const links = batch.get(partition) ?? [];
      batch.set(partition, links);
      links.push({ event, previous: chain[partition] ?? NO_EVENT });
      chain[partition] = placeOf(event);
    }
    if (batch.size > 0) await this.publisher.publish([...batch].map(([partition, links]) => ({ partition, links })));
  }

  private well(): void {
    this.trouble = null;
    this.backoff.reset();
  }

  private async rest(ms: number): Promise<void> {
    if (this.woken || this.over()) return;
    const woken = new AbortController();
    this.wake = () => woken.abort();
    await pause(ms, woken.signal);
    this.wake = () => undefined;
  }

  private over(): boolean {
    return this.stopping.signal.aborted;
  }
}

const placeOf = ({ position, id }: RecordedEvent): EventRef => ({ position, id });

/** A mark for each partition that does not end there with an event or a mark of its own. */
const marksAt = (
  through: bigint,
  recordedAt: string,
  tails: readonly PartitionTail[],
  chain: readonly EventRef[],
): Watermark[] =>
  tails.flatMap((tail, partition) => {
    const last = chain[partition] ?? NO_EVENT;
    return last.position >= through || tail.through >= through ? [] : [{ partition, through, last, recordedAt }];
  });

/** What comes, each asked for while the one before it is worked on. */
async function* ahead<T>(source: AsyncIterable<T>): AsyncGenerator<T> {
  const comes = source[Symbol.asyncIterator]();
  const ask = (): Promise<IteratorResult<T>> => {
    const next = comes.next();
    // It is told of a fault when it takes what it asked for.
    next.catch(() => undefined);
    return next;
  };
  try {
    for (let next = ask(); ;) {
      const one = await next;
      if (one.done === true) return;
      next = ask();
      yield one.value;
    }
  } finally {
    await comes.return?.();
  }
}
