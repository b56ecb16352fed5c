import { endsWithin } from '@entente/async';
import type { EventLog, FeedConsumer, FeedSubscription } from '@entente/engine';
import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import { type Delivering, PartitionReader } from './partition-reader.js';
import { GroupMember } from './group-member.js';
import { ReconnectingAdmin } from './reconnecting-admin.js';
import { OffsetLookup } from './offset-lookup.js';
import { type KafkaFeedSettings, wordsOf } from './settings.js';
import { checkPartitions } from './topic.js';

/**
 * A running delivery. What is handed over is awaited within the consumer's own handler, and each
 * partition that the group gives goes on only when the consumer has said from where.
 */
export class KafkaSubscription implements FeedSubscription {
  private readonly member: GroupMember;
  private readonly admin: ReconnectingAdmin;
  private readonly deliveries = new Map<number, PartitionReader>();
  private readonly offsets = new Map<number, string>();
  /**
   * Moves with every assignment and every consumer: what an older one has begun is not gone on
   * with.
   */
  private generation = 0;

  constructor(
    kafka: Kafka,
    private readonly settings: KafkaFeedSettings,
    private readonly log: EventLog,
    private readonly to: FeedConsumer,
    private readonly came: Delivering['came'],
  ) {
    this.admin = new ReconnectingAdmin(kafka);
    this.member = new GroupMember(kafka, settings, settings.partitions, {
      check: () => this.admin.ask((admin) => checkPartitions(admin, this.settings)),
      given: (consumer, partitions) => this.given(consumer, partitions),
      handle: (consumer, payload) => this.handle(consumer, payload),
      letGo: (consumer) => this.letGo(consumer),
      tell: { every: settings.tellEvery ?? 5000, call: (consumer) => this.tell(consumer) },
    });
  }

  head(): Promise<bigint> {
    return this.log.head();
  }

  fault(): string | null {
    const faults = [...this.deliveries.values()].map(({ fault }) => fault);
    return this.member.trouble ?? faults.find((fault) => fault !== null) ?? null;
  }

  async stop(): Promise<void> {
    await this.member.stop();
    await this.admin.close();
  }

  /**
   * Waits for the batches at hand, no longer than it may; what is still under way then is fenced by
   * its checkpoint.
   */
  private async letGo(consumer: Consumer): Promise<void> {
    const { closeWithin = 5000 } = this.settings;
    this.generation += 1;
    const hands = [...this.deliveries.values()].map((delivery) => delivery.queue.idle());
    await endsWithin(Promise.all([consumer.disconnect().catch(() => undefined), ...hands]), closeWithin);
    for (const partition of this.deliveries.keys()) this.to.release?.(partition);
    this.deliveries.clear();
    this.offsets.clear();
  }

  /**
   * The group gives these partitions: each rests until the consumer has said where it stands. Must
   * not throw, or kafkajs's consumer dies.
   */
  private given(consumer: Consumer, partitions: readonly number[]): void {
    const mine = (this.generation += 1);
    for (const partition of this.deliveries.keys())
      if (!partitions.includes(partition)) {
        this.deliveries.delete(partition);
        this.to.release?.(partition);
      }
    this.offsets.clear();
    const { topic, most = 500, say } = this.settings;
    const healed = (partition: number, after: bigint, upTo: bigint): void =>
      say?.('warn', 'what the topic has lost was read from the log', { partition, after, upTo });
    consumer.pause([{ topic, partitions: [...partitions] }]);
    const places = this.places();
    for (const partition of partitions) {
      const its = {
        topic,
        partitions: this.settings.partitions,
        log: this.log,
        to: this.to,
        most,
        healed,
        came: this.came,
      };
      const delivery = this.deliveries.get(partition) ?? new PartitionReader(partition, its);
      this.deliveries.set(partition, delivery);
      delivery.ready = false;
      void this.begin(consumer, delivery, mine, places);
    }
  }

  private places(): OffsetLookup {
    return new OffsetLookup(this.admin, this.settings.topic, this.log);
  }

  private begin(consumer: Consumer, delivery: PartitionReader, mine: number, places: OffsetLookup): Promise<void> {
    const { partition } = delivery;
    const { topic } = this.settings;
    const isMine = (): boolean => mine === this.generation && !this.over();
    return delivery.queue.runExclusive(async () => {
      if (!isMine()) return;
      try {
        const at = await delivery.resume();
        const { offset, atEnd } = await places.of(partition, at);
        if (!isMine()) return;
        consumer.seek({ topic, partition, offset: String(offset) });
        delivery.ready = true;
        if (atEnd) delivery.well();
        consumer.resume([{ topic, partitions: [partition] }]);
      } catch (error) {
        if (isMine()) this.failed(consumer, delivery, mine, error);
      } finally {
        if (!this.deliveries.has(partition)) this.to.release?.(partition);
      }
    });
  }

  /** The partition rests, alone, and begins again from where the consumer stands. */
  private failed(consumer: Consumer, delivery: PartitionReader, mine: number, error: unknown): void {
    const { topic, firstPause = 250, say } = this.settings;
    delivery.ready = false;
    const fault = wordsOf(error);
    if (delivery.fault !== fault) say?.('error', 'a partition rests', { partition: delivery.partition, error: fault });
    delivery.fault = fault;
    delivery.wait = Math.min(Math.max(delivery.wait * 2, firstPause), firstPause * 30);
    consumer.pause([{ topic, partitions: [delivery.partition] }]);
    setTimeout(() => {
      if (mine === this.generation) void this.begin(consumer, delivery, mine, this.places());
    }, delivery.wait).unref();
  }

  private async handle(consumer: Consumer, payload: EachBatchPayload): Promise<void> {
    const { batch, heartbeat, isRunning, isStale, resolveOffset } = payload;
    const mine = this.generation;
    const delivery = this.deliveries.get(batch.partition);
    if (delivery === undefined) return;
    let lost: unknown = null;
    const goesOn = (): boolean =>
      lost === null && delivery.ready && mine === this.generation && !this.over() && isRunning() && !isStale();
    const taken = async (offset: string): Promise<void> => {
      if (!goesOn()) return;
      resolveOffset(offset);
      this.offsets.set(batch.partition, String(BigInt(offset) + 1n));
      await heartbeat().catch((error: unknown) => (lost = error));
    };
    // A batch may take longer than the session.
    const beat = setInterval(() => void heartbeat().catch(() => undefined), 1000);
    try {
      await delivery.queue.runExclusive(() => delivery.take(batch.messages, goesOn, taken));
    } catch (error) {
      if (mine === this.generation) this.failed(consumer, delivery, mine, error);
    } finally {
      clearInterval(beat);
    }
    // kafkajs joins the group again by what its own heartbeat throws.
    if (lost !== null) throw lost as Error;
  }

  /** A hint for those who watch the group's lag; nothing rests on it. */
  private async tell(consumer: Consumer): Promise<void> {
    const { topic } = this.settings;
    const offsets = [...this.offsets].map(([partition, offset]) => ({ topic, partition, offset }));
    if (offsets.length > 0) await consumer.commitOffsets(offsets).catch(() => undefined);
  }

  private over(): boolean {
    return this.member.over();
  }
}
