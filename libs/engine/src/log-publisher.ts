import type { RecordedEvent } from '@entente/kernel';

/**
 * An event's place in the chain of its partition: where it stands and its id; position 0 and no id
 * before the first.
 */
export interface EventRef {
  readonly position: bigint;
  readonly id: string;
}

/** The place before the first event of a partition. */
export const NO_EVENT: EventRef = { position: 0n, id: '' };

/** What the end of a partition tells. */
export interface PartitionTail {
  /** The position up to which the partition has all that is its own: of an event, or of a mark. */
  readonly through: bigint;
  /** The last event of the partition up to there. */
  readonly last: EventRef;
}

/** An event on its way into its partition, and the one before it there. */
export interface ChainedEvent {
  readonly event: RecordedEvent;
  readonly previous: EventRef;
}

/** What goes to one partition, in order. */
export interface PartitionLinks {
  readonly partition: number;
  readonly links: readonly ChainedEvent[];
}

/** Says to the readers of one partition that they have seen all of it up to a position. */
export interface Watermark {
  readonly partition: number;
  readonly through: bigint;
  /** The last event of the partition up to there. */
  readonly last: EventRef;
  /** When the event at that position was recorded; ISO 8601. */
  readonly recordedAt: string;
}

/**
 * Publishes a log to whoever folds it elsewhere, in a fixed number of partitions, for ever.
 *
 * - What `publish` and `mark` have answered is kept as durably as the topic can, behind all that
 *   was answered before. One call's records keep their order within each partition.
 * - Where one of them fails, any part of it may have taken effect, now or later; what follows in a
 *   partition is never there without what went before it in the same call. Until `tails` has been
 *   asked anew, every further call fails.
 * - `tails` makes the topic where there is none. It refuses, in so many words, a topic that has
 *   another number of partitions or forgets (finite retention, compaction), a partition whose
 *   beginning is gone (emptied, or made anew under a writer), and one to which another log was
 *   published.
 * - `check` refuses the same of the topic and the beginnings of its partitions, asked now and then:
 *   a topic may be made to forget later.
 */
export abstract class LogPublisher {
  abstract readonly partitions: number;
  /** The end of each partition, as it is now. */
  abstract tails(storeId: string): Promise<readonly PartitionTail[]>;
  abstract check(): Promise<void>;
  abstract publish(batch: readonly PartitionLinks[]): Promise<void>;
  abstract mark(marks: readonly Watermark[]): Promise<void>;
  abstract close(): Promise<void>;
}
