import type { RecordedEvent } from '@entente/kernel';

/** Events of one partition, in order, without a gap after the batch before. */
export interface FeedBatch {
  readonly partition: number;
  readonly events: readonly RecordedEvent[];
  /** The partition has been read up to this position. */
  readonly through: bigint;
}

/** Processes what a feed delivers. */
export interface FeedConsumer {
  /**
   * The position after which to deliver a partition. The feed calls it at the start and after every
   * fault.
   */
  startPosition(partition: number): Promise<bigint>;
  /**
   * Resolves when the batch has taken effect; the feed delivers no further batch of the partition
   * before that. If it rejects, the feed pauses and delivers again from
   * `startPosition`.
   */
  process(batch: FeedBatch): Promise<void>;
  /**
   * The feed delivers nothing of the partition until it calls `startPosition` for it again: another
   * process may have it now.
   */
  revoked?(partition: number): void;
}

/** A running delivery. */
export interface FeedSubscription {
  /** The last position that the feed itself can see, over all partitions. */
  head(): Promise<bigint>;
  /** The last fault of the delivery; null while it runs. */
  fault(): string | null;
  /** Ends after the current batch. */
  stop(): Promise<void>;
}

/**
 * Delivers the log to a consumer that folds it: every event at least once, in order within its
 * partition, without a gap. All events of one stream are in one partition, for ever. If several
 * processes share a feed, each is assigned some of the partitions. The assignment may change at any
 * time.
 */
export abstract class EventFeed {
  abstract readonly partitions: number;
  abstract subscribe(consumer: FeedConsumer): FeedSubscription;
}
