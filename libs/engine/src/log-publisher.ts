import type { RecordedEvent } from '@entente/kernel';

/**
 * A reference to an event of a partition, by position and id. Position 0 and an empty id mean that
 * there is no event.
 */
export interface EventRef {
  readonly position: bigint;
  readonly id: string;
}

/** The reference that the first event of a partition names as its previous event. */
export const NO_EVENT: EventRef = { position: 0n, id: '' };

/** The end of a partition. */
export interface PartitionTail {
  /** The partition is complete up to this position, which is that of an event or a watermark. */
  readonly through: bigint;
  /** The last event of the partition up to `through`. */
  readonly last: EventRef;
}

/** An event to publish, and the previous event of its partition. */
export interface ChainedEvent {
  readonly event: RecordedEvent;
  readonly previous: EventRef;
}

/** The events for one partition, in order. */
export interface PartitionLinks {
  readonly partition: number;
  readonly links: readonly ChainedEvent[];
}

/** A statement to the readers of one partition that it is complete up to a position. */
export interface Watermark {
  readonly partition: number;
  readonly through: bigint;
  /** The last event of the partition up to `through`. */
  readonly last: EventRef;
  /** When the event at `through` was recorded; ISO 8601. */
  readonly recordedAt: string;
}

/**
 * Publishes a log to projectors in other processes, in a fixed number of partitions.
 *
 * - When `publish` or `publishWatermarks` resolves, the records and all earlier ones are as durable
 *   as the topic can make them. The records of one call keep their order within each partition.
 * - If one of them rejects, any part of it may have taken effect, or may still do. A record is
 *   never in a partition without the earlier records of the same call. All further calls reject
 *   until `tails` has been called again.
 * - `tails` creates the topic if it is missing. It rejects if the topic has another number of
 *   partitions, finite retention or compaction. It also rejects if a partition has lost its
 *   beginning (emptied, or recreated under a writer) or has the events of another log.
 * - `check` rejects for the same settings and lost beginnings. It is called at intervals, because
 *   the retention of a topic can be changed later.
 */
export abstract class LogPublisher {
  abstract readonly partitions: number;
  /** Reads the current end of each partition. */
  abstract tails(storeId: string): Promise<readonly PartitionTail[]>;
  abstract check(): Promise<void>;
  abstract publish(batch: readonly PartitionLinks[]): Promise<void>;
  abstract publishWatermarks(watermarks: readonly Watermark[]): Promise<void>;
  abstract close(): Promise<void>;
}
