import type { RecordedEvent } from '@entente/kernel';

/**
 * Refers to an event in the chain of its partition, by position and id. Position 0 and no id:
 * before the first.
 */
export interface EventRef {
  readonly position: bigint;
  readonly id: string;
}

/** The reference before the first event of a partition. */
export const NO_EVENT: EventRef = { position: 0n, id: '' };

/** The end of a partition. */
export interface PartitionTail {
  /**
   * The partition has all of its events up to this position, which is that of an event or of a
   * watermark.
   */
  readonly through: bigint;
  /** The last event of the partition up to `through`. */
  readonly last: EventRef;
}

/** An event to publish, and the one before it in its partition. */
export interface ChainedEvent {
  readonly event: RecordedEvent;
  readonly previous: EventRef;
}

/** The events for one partition, in order. */
export interface PartitionLinks {
  readonly partition: number;
  readonly links: readonly ChainedEvent[];
}

/** States to the readers of one partition that they have seen all of it up to a position. */
export interface Watermark {
  readonly partition: number;
  readonly through: bigint;
  /** The last event of the partition up to `through`. */
  readonly last: EventRef;
  /** When the event at `through` was recorded; ISO 8601. */
  readonly recordedAt: string;
}

/**
 * Publishes a log to projectors elsewhere, in a number of partitions that is fixed for ever.
 *
 * - When `publish` or `publishWatermarks` resolves, the records are as durable as the topic can
 *   make them, after all earlier ones. The records of one call keep their order within each
 *   partition.
 * - If one of them fails, any part of it may have taken effect, now or later. A record is never in
 *   a partition without those before it in the same call. Until `tails` has been called again,
 *   every further call fails.
 * - `tails` creates the topic if there is none. It rejects, with the reason, a topic with another
 *   number of partitions or with finite retention or compaction, a partition whose beginning is
 *   gone (emptied, or recreated under a writer), and a partition with another log.
 * - `check` rejects the same settings and beginnings. It is called now and then, because a topic's
 *   retention can be changed later.
 */
export abstract class LogPublisher {
  abstract readonly partitions: number;
  /** The end of each partition, as it is now. */
  abstract tails(storeId: string): Promise<readonly PartitionTail[]>;
  abstract check(): Promise<void>;
  abstract publish(batch: readonly PartitionLinks[]): Promise<void>;
  abstract publishWatermarks(watermarks: readonly Watermark[]): Promise<void>;
  abstract close(): Promise<void>;
}
