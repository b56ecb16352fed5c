import type { RecordedEvent } from '@entente/kernel';

/** Some events of one partition, in order, following what was delivered before without a gap. */
export interface FeedBatch {
  readonly partition: number;
  readonly events: readonly RecordedEvent[];
  /** The position up to which the partition has been seen with this batch. */
  readonly through: bigint;
}

/** Takes what a feed delivers. */
export interface FeedConsumer {
  /** The position behind which a partition is wanted: asked at the start and after every fault. */
  resume(partition: number): Promise<bigint>;
  /**
   * Resolves when the batch has taken effect; no further batch of the partition comes before. A
   * rejection delivers from `resume` again, after a pause.
   */
  take(batch: FeedBatch): Promise<void>;
  /**
   * The partition is delivered here no more, until `resume` is asked for it again: another process
   * may have it now.
   */
  release?(partition: number): void;
}

/** A running delivery. */
export interface FeedSubscription {
  /** How far the feed itself can see, over all partitions. */
  head(): Promise<bigint>;
  /** The last fault of the delivery, null while it runs well. */
  fault(): string | null;
  /** Ends after the batch at hand. */
  stop(): Promise<void>;
}

/**
 * Delivers the log to whoever folds it: every event at least once, in order within its partition,
 * none passed over. All events of one stream are in one partition, for ever. Where several
 * processes share a feed, each is delivered some of the partitions, which may change at any time.
 */
export abstract class EventFeed {
  abstract readonly partitions: number;
  abstract subscribe(consumer: FeedConsumer): FeedSubscription;
}
