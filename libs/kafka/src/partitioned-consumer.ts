import { Backoff, SerialQueue, endsWithin, messageOf } from '@entente/async';
import type { Consumer, EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs';
import { GroupMember } from './group-member.js';
import type { MemberSettings } from './settings.js';

/** The offset at which a partition starts. */
export interface StartOffset {
  readonly offset: bigint;
  /** Whether the previous fault of the partition has ended, although nothing was processed yet. */
  readonly recovered: boolean;
}

/** A batch of records of one partition, in order. */
export interface RecordBatch {
  readonly messages: readonly KafkaMessage[];
  /** The last offset of the batch. It may belong to an invisible record. */
  readonly lastOffset: bigint;
  /** Whether processing of further records may begin. */
  mayContinue(): boolean;
  /**
   * Whether the partition is still assigned to this member. Work that has begun may then be
   * finished.
   */
  owned(): boolean;
  /**
   * Notes that everything up to this offset has taken effect. The handler awaits it before it
   * continues.
   */
  processed(offset: string): Promise<void>;
  /** Notes that the fault of the partition has ended. */
  recovered(): void;
}

/** Handles the records of one partition. Calls do not overlap, except `revoked`. */
export interface PartitionHandler<Shared> {
  /**
   * Returns the offset from which the partition is read. Called when the partition is assigned, and
   * again after each failure.
   */
  start(shared: Shared): Promise<StartOffset>;
  /** Processes records. If it rejects, only this partition pauses, and is then started again. */
  process(batch: RecordBatch): Promise<void>;
  /** Called if there is no visible record from `first` up to, but excluding, `next`. */
  skip?(first: bigint, next: bigint): Promise<void>;
  /** Called at once when another member may have the partition; perhaps more than once. */
  revoked?(): void;
  /** Releases the resources of `start`. */
  close?(): Promise<void>;
}

/** The work of a consumer group on its topic. */
export interface PartitionedWork<Shared> {
  /** The number of partitions that are processed concurrently. */
  readonly partitions: number;
  /**
   * Called before each consumer is created. Rejects if the topic does not have the required
   * settings.
   */
  check(): Promise<void>;
  open(partition: number): PartitionHandler<Shared>;
  /** Creates an object that partitions share if they are started together. */
  shared(): Shared;
  /**
   * The interval in milliseconds at which processed offsets are committed, to show the group's lag.
   * Without it, no offsets are committed.
   */
  readonly commitEveryMs?: number;
}

/** A partition that the group has assigned to this member. */
class ConsumedPartition<Shared> {
  /**
   * Runs one call at a time. So a batch of a lost session ends before the partition is started
   * again.
   */
  readonly queue = new SerialQueue();
  readonly backoff: Backoff;
  /**
   * Whether the consumer reads from the handler's start offset. Before that, nothing is processed.
   */
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
 * Reads a topic as a member of a consumer group. Each assigned partition is paused until its
 * handler has returned its start offset. Partitions are processed in order and independently.
 * Processing is awaited within kafkajs's `eachBatch`. If a partition fails, only that partition
 * pauses, longer each time, and starts again.
 */
export class PartitionedConsumer<Shared> {
  private readonly member: GroupMember;
  private readonly assigned = new Map<number, ConsumedPartition<Shared>>();
  /** The offset after the last processed record, by partition. */
  private readonly offsets = new Map<number, string>();
  /** Increases with every assignment and every consumer. Work of an older generation stops. */
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

  /** Why the topic, or one of its partitions, is not being read; null if all are. */
  fault(): string | null {
    const faults = [...this.assigned.values()].map(({ fault }) => fault);
    return this.member.lastError ?? faults.find((fault) => fault !== null) ?? null;
  }

  /** Stops after the batches in progress, at the latest after `closeTimeout` milliseconds. */
  stop(): Promise<void> {
    return this.member.stop();
  }

  /** Must not throw: an error would stop the kafkajs consumer. */
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
      // If closing fails, the next owner of the partition fences this one.
      .catch(() => undefined);
  }

  /**
   * Disconnects the consumer. Batches in progress are finished, if that does not take longer than
   * `closeTimeout`.
   */
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
        // The partition was revoked during its start.
        if (!this.assigned.has(partition)) handler.revoked?.();
      }
    });
  }

  private isCurrent(generation: number): boolean {
    return generation === this.generation && !this.leaving && !this.member.isStopped();
  }

  /** Pauses a failed partition, and starts it again later. */
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
    // A batch may take longer than the session timeout.
    const beat = setInterval(() => void heartbeat(), 1000);
    try {
      await one.queue.runExclusive(() => one.handler.process(records));
    } catch (error) {
      if (generation === this.generation) this.failed(consumer, one, generation, error);
    } finally {
      clearInterval(beat);
    }
    // kafkajs rejoins the group if it receives the error of its heartbeat.
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

  /** Commits offsets to show the group's lag. Nothing else depends on them. */
  private async commitOffsets(consumer: Consumer): Promise<void> {
    const { topic } = this.settings;
    const offsets = [...this.offsets].map(([partition, offset]) => ({ topic, partition, offset }));
    if (offsets.length > 0) await consumer.commitOffsets(offsets).catch(() => undefined);
  }
}
