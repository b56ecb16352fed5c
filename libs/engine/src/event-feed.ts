import type { RecordedEvent } from '@entente/kernel';

/** Events of one partition, in order. There is no gap between batches. */
export interface FeedBatch {
  readonly partition: number;
  readonly events: readonly RecordedEvent[];
  /** The partition has been read up to this position. */
  readonly through: bigint;
}

/** Processes the batches of a feed. */
export interface FeedConsumer {
  /**
   * Returns the position after which a partition is to be delivered. The feed calls it at the start
   * and after every fault.
   */
  startPosition(partition: number): Promise<bigint>;
  /**
   * Resolves when the batch has taken effect. The feed delivers no further batch of the partition
   * before that. If it rejects, the feed pauses, and delivers again from `startPosition`.
   */
  process(batch: FeedBatch): Promise<void>;
  /**
   * Called when the partition was revoked, as in a rebalance: another process may have it now. The
   * feed delivers nothing of the partition until it has called `startPosition` for it again.
   */
  revoked?(partition: number): void;
}

/** A running delivery. */
export interface FeedSubscription {
  /** The last position that the feed itself has seen, over all partitions. */
  head(): Promise<bigint>;
  /** The last fault of the delivery; null while it runs. */
  fault(): string | null;
  /** Ends after the current batch. */
  stop(): Promise<void>;
}

/**
 * Delivers the log to a consumer. Every event is delivered at least once, in order within its
 * partition, and without a gap. A stream is always in the same partition. If several processes
 * share a feed, each is assigned some of the partitions. The assignment may change at any time.
 */
export abstract class EventFeed {
  abstract readonly partitions: number;
  abstract subscribe(consumer: FeedConsumer): FeedSubscription;
}
