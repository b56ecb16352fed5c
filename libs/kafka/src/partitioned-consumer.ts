import { Backoff, SerialQueue, endsWithin, messageOf } from '@entente/async';
import type { Consumer, EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs';
import { GroupMember } from './group-member.js';
import type { MemberSettings } from './settings.js';

/** Where a partition is begun. */
export interface StartOffset {
  readonly offset: bigint;
  /** Whether nothing holds the partition up any more, although nothing was processed yet. */
  readonly recovered: boolean;
}

/** Records of one partition, in order, while they are processed. */
export interface RecordBatch {
  readonly messages: readonly KafkaMessage[];
  /** The last offset of the batch, also if no record that can be seen is there. */
  readonly lastOffset: bigint;
  /** Whether more of it may be begun. */
  mayContinue(): boolean;
  /** Whether the partition is still this member's. What has begun may be finished then. */
  owned(): boolean;
  /** Everything up to this offset has taken effect. Awaited before more is begun. */
  processed(offset: string): Promise<void>;
  /** Nothing holds the partition up any more. */
  recovered(): void;
}

/**
 * What is done with the records of one partition. Calls come one at a time, each awaited before the
 * next, except `revoked`.
 */
export interface PartitionHandler<Shared> {
  /** From where the partition is read: asked when it is assigned, and again after each failure. */
  start(shared: Shared): Promise<StartOffset>;
  /** Processes records. What it throws pauses the partition, alone, before it is started again. */
  process(batch: RecordBatch): Promise<void>;
  /** From `first` up to, and not with, `next` there is no record that can be seen. */
  skip?(first: bigint, next: bigint): Promise<void>;
  /** Another member may have the partition now. Called at once, perhaps more than once. */
  revoked?(): void;
  /** Frees what `start` has taken. */
  close?(): Promise<void>;
}

/** What differs between those who read a topic together. */
export interface PartitionedWork<Shared> {
  /** As many partitions are worked on at the same time. */
  readonly partitions: number;
  /** Before each consumer: fails if the topic is not as it has to be. */
  check(): Promise<void>;
  open(partition: number): PartitionHandler<Shared>;
  /** What partitions that are started together share. */
  shared(): Shared;
  /**
   * How often, in milliseconds, the offsets that were processed are committed, for those who watch
   * the group's lag. Not at all unless given.
   */
  readonly commitEveryMs?: number;
}

/** A partition that the group has assigned to this member. */
class ConsumedPartition<Shared> {
  /** A batch that a lost session has left behind ends before the partition is started again. */
  readonly queue = new SerialQueue();
  readonly backoff: Backoff;
  /** Whether the consumer reads from where the handler started: before, nothing is processed. */
  ready = false;
  fault: string | null = null;

  constructor(
    readonly partition: number,
    readonly handler: PartitionHandler<Shared>,
    firstMs: number,
  ) {
    this.backoff = new Backoff({ firstMs });
  }

  recovered(): void {
    this.fault = null;
    this.backoff.reset();
  }
}

/**
 * Reads a topic together with the other members of a group. Each partition that is assigned pauses
 * until its handler has stated from where it is read, and is processed in order, independent of the
 * others. Processing is awaited within kafkajs's own handler. A partition that fails pauses alone,
 * longer each time, and starts again.
 */
export class PartitionedConsumer<Shared> {
  private readonly member: GroupMember;
  private readonly assigned = new Map<number, ConsumedPartition<Shared>>();
  /** The offset behind what was processed, by partition. */
  private readonly offsets = new Map<number, string>();
  /** Moves with every assignment and every consumer: what an older one has begun ends there. */
  private generation = 0;
  private leaving = false;

  constructor(
    kafka: Kafka,
    private readonly settings: MemberSettings,
    private readonly work: PartitionedWork<Shared>,
  ) {
    const { commitEveryMs } = work;
    this.member = new GroupMember(kafka, settings, work.partitions, {
      check: () => work.check(),
      onAssigned: (consumer, partitions) => this.onAssigned(consumer, partitions),
      onBatch: (consumer, payload) => this.onBatch(consumer, payload),
      onEmptyBatch: (consumer, partition, first, next) => this.onEmptyBatch(consumer, partition, first, next),
      onEnd: (consumer) => this.onEnd(consumer),
      ...(commitEveryMs === undefined
        ? {}
        : { commit: { everyMs: commitEveryMs, offsets: (consumer) => this.commitOffsets(consumer) } }),
    });
  }

  /** Why the topic, or one partition of it, is not read just now; null while all are. */
  fault(): string | null {
    const faults = [...this.assigned.values()].map(({ fault }) => fault);
    return this.member.lastError ?? faults.find((fault) => fault !== null) ?? null;
  }

  /** Ends it after what is under way, which is awaited no longer than the settings say. */
  stop(): Promise<void> {
    return this.member.stop();
  }

  /** Must not throw, or kafkajs's consumer dies. */
  private onAssigned(consumer: Consumer, partitions: readonly number[]): void {
    const generation = (this.generation += 1);
    const { topic, firstPause = 250 } = this.settings;
    for (const one of this.assigned.values()) if (!partitions.includes(one.partition)) this.revoke(one);
    this.offsets.clear();
    consumer.pause([{ topic, partitions: [...partitions] }]);
    const shared = this.work.shared();
    for (const partition of partitions) {
      const one =
        this.assigned.get(partition) ?? new ConsumedPartition(partition, this.work.open(partition), firstPause);
      this.assigned.set(partition, one);
      one.ready = false;
      void this.start(consumer, one, generation, shared);
    }
  }

  private revoke(one: ConsumedPartition<Shared>): void {
    this.assigned.delete(one.partition);
    one.ready = false;
    one.handler.revoked?.();
    void one.queue
      .runExclusive(async () => one.handler.close?.())
      // What cannot be closed any more is fenced by the next owner of the partition.
      .catch(() => undefined);
  }

  /** The consumer ends. What is under way is finished, if that does not take too long. */
  private async onEnd(consumer: Consumer): Promise<void> {
    const { closeTimeout = 5000 } = this.settings;
    this.leaving = true;
    const all = [...this.assigned.values()];
    const idle = all.map(({ queue }) => queue.idle());
    await endsWithin(Promise.all([consumer.disconnect().catch(() => undefined), ...idle]), closeTimeout);
    this.generation += 1;
    for (const { handler } of all) handler.revoked?.();
    await Promise.all(all.map(async ({ handler }) => handler.close?.()));
    this.assigned.clear();
    this.offsets.clear();
    this.leaving = false;
  }

  private start(consumer: Consumer, one: ConsumedPartition<Shared>, generation: number, shared: Shared): Promise<void> {
    const { topic } = this.settings;
    const { partition, handler } = one;
    return one.queue.runExclusive(async () => {
      if (!this.isCurrent(generation)) return;
      try {
        const { offset, recovered } = await handler.start(shared);
        if (!this.isCurrent(generation)) return await handler.close?.();
        consumer.seek({ topic, partition, offset: String(offset) });
        one.ready = true;
        if (recovered) one.recovered();
        consumer.resume([{ topic, partitions: [partition] }]);
      } catch (error) {
        if (this.isCurrent(generation)) this.failed(consumer, one, generation, error);
      } finally {
        // It was revoked while it was started.
        if (!this.assigned.has(partition)) handler.revoked?.();
      }
    });
  }

  private isCurrent(generation: number): boolean {
    return generation === this.generation && !this.leaving && !this.member.over();
  }

  /** The partition pauses, alone, and starts again. */
  private failed(consumer: Consumer, one: ConsumedPartition<Shared>, generation: number, error: unknown): void {
    const { topic, onLog } = this.settings;
    const { partition } = one;
    const fault = messageOf(error);
    one.ready = false;
    if (one.fault !== fault) onLog?.('error', 'partition paused after an error', { topic, partition, error: fault });
    one.fault = fault;
    consumer.pause([{ topic, partitions: [partition] }]);
    setTimeout(() => {
      if (generation === this.generation) void this.start(consumer, one, generation, this.work.shared());
    }, one.backoff.next()).unref();
  }

  private async onBatch(consumer: Consumer, { batch, ...kafka }: EachBatchPayload): Promise<void> {
    const { generation } = this;
    const one = this.assigned.get(batch.partition);
    if (one === undefined) return;
    let lost: unknown = null;
    const heartbeat = (): Promise<void> => kafka.heartbeat().catch((error: unknown) => void (lost = error));
    const mayContinue = (): boolean =>
      lost === null && one.ready && this.isCurrent(generation) && kafka.isRunning() && !kafka.isStale();
    const records: RecordBatch = {
      messages: batch.messages,
      lastOffset: BigInt(batch.lastOffset()),
      mayContinue,
      owned: () => generation === this.generation,
      processed: async (offset) => {
        if (!mayContinue()) return;
        kafka.resolveOffset(offset);
        this.offsets.set(batch.partition, String(BigInt(offset) + 1n));
        await heartbeat();
      },
      recovered: () => one.recovered(),
    };
    // A batch may take longer than the session.
    const beat = setInterval(() => void heartbeat(), 1000);
    try {
      await one.queue.runExclusive(() => one.handler.process(records));
    } catch (error) {
      if (generation === this.generation) this.failed(consumer, one, generation, error);
    } finally {
      clearInterval(beat);
    }
    // kafkajs joins the group again by what its own heartbeat throws.
    if (lost !== null) throw lost as Error;
  }

  private onEmptyBatch(consumer: Consumer, partition: number, first: bigint, next: bigint): void {
    const { generation } = this;
    const one = this.assigned.get(partition);
    const { handler } = one ?? {};
    if (one === undefined || handler?.skip === undefined) return;
    void one.queue.runExclusive(async () => {
      if (!one.ready || !this.isCurrent(generation)) return;
      try {
        await handler.skip?.(first, next);
      } catch (error) {
        if (generation === this.generation) this.failed(consumer, one, generation, error);
      }
    });
  }

  /** A hint for those who watch the group's lag; nothing rests on it. */
  private async commitOffsets(consumer: Consumer): Promise<void> {
    const { topic } = this.settings;
    const offsets = [...this.offsets].map(([partition, offset]) => ({ topic, partition, offset }));
    if (offsets.length > 0) await consumer.commitOffsets(offsets).catch(() => undefined);
  }
}
