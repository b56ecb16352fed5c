import { endsWithin } from '@entente/async';
import type { CommandConsumer, CommandSubscription } from '@entente/engine';
import type { Consumer, EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs';
import { TransactionalReplier } from './transactional-replier.js';
import { GroupMember } from './group-member.js';
import { CommandPartition, inPieces } from './command-partition.js';
import { makeIntakeTopics } from './intake-topics.js';
import { AdaptiveBatchSize } from './adaptive-batch-size.js';
import { type KafkaIntakeSettings, wordsOf } from './settings.js';
import { asAdmin } from './topic.js';

/**
 * A running delivery of commands. Each partition that the group gives rests until whoever answered
 * it before is fenced, and goes on from where the group then stands; what is decided and answered
 * is awaited within kafkajs's own handler.
 */
export class KafkaCommandSubscription implements CommandSubscription {
  private readonly member: GroupMember;
  private readonly inlets = new Map<number, CommandPartition>();
  /**
   * Moves with every assignment and every consumer: what an older one has begun is not gone on
   * with.
   */
  private generation = 0;
  private leaving = false;

  constructor(
    private readonly kafka: Kafka,
    private readonly settings: KafkaIntakeSettings,
    private readonly to: CommandConsumer,
  ) {
    this.member = new GroupMember(kafka, settings, settings.partitions, {
      check: () => asAdmin(kafka, (admin) => makeIntakeTopics(admin, settings)),
      given: (consumer, partitions) => this.given(consumer, partitions),
      handle: (consumer, payload) => this.handle(consumer, payload),
      letGo: (consumer) => this.letGo(consumer),
      nothing: (consumer, partition, first, next) => this.passOver(consumer, partition, first, next),
    });
  }

  fault(): string | null {
    const faults = [...this.inlets.values()].map(({ fault }) => fault);
    return this.member.trouble ?? faults.find((fault) => fault !== null) ?? null;
  }

  stop(): Promise<void> {
    return this.member.stop();
  }

  /**
   * What is at hand is answered, where that does not take too long; what is still under way then is
   * fenced by whoever has the partition next.
   */
  private async letGo(consumer: Consumer): Promise<void> {
    const { closeWithin = 5000 } = this.settings;
    this.leaving = true;
    const hands = [...this.inlets.values()].map((inlet) => inlet.queue.idle());
    await endsWithin(Promise.all([consumer.disconnect().catch(() => undefined), ...hands]), closeWithin);
    this.generation += 1;
    await Promise.all([...this.inlets.values()].map(({ answering }) => answering.end()));
    this.inlets.clear();
    this.leaving = false;
  }

  /** The group gives these partitions. Must not throw, or kafkajs's consumer dies. */
  private given(consumer: Consumer, partitions: readonly number[]): void {
    const mine = (this.generation += 1);
    const { topic, replies, deadLetters, groupId, most = 100 } = this.settings;
    for (const [partition, inlet] of this.inlets)
      if (!partitions.includes(partition)) {
        this.inlets.delete(partition);
        inlet.ready = false;
        void inlet.queue.runExclusive(() => inlet.answering.end());
      }
    consumer.pause([{ topic, partitions: [...partitions] }]);
    for (const partition of partitions) {
      const ways = { commands: topic, replies, deadLetters, groupId };
      const inlet =
        this.inlets.get(partition) ??
        new CommandPartition(
          partition,
          topic,
          this.to,
          new TransactionalReplier(this.kafka, ways, partition),
          new AdaptiveBatchSize(most),
        );
      this.inlets.set(partition, inlet);
      inlet.ready = false;
      void this.begin(consumer, inlet, mine);
    }
  }

  private begin(consumer: Consumer, inlet: CommandPartition, mine: number): Promise<void> {
    const { topic } = this.settings;
    const { partition } = inlet;
    return inlet.queue.runExclusive(async () => {
      if (!this.isMine(mine)) return;
      try {
        const { offset, atEnd } = await inlet.answering.begin();
        if (!this.isMine(mine)) return await inlet.answering.end();
        consumer.seek({ topic, partition, offset: String(offset) });
        inlet.from = offset;
        inlet.ready = true;
        if (atEnd || !inlet.undecided) inlet.well();
        consumer.resume([{ topic, partitions: [partition] }]);
      } catch (error) {
        if (this.isMine(mine)) this.failed(consumer, inlet, mine, error);
      }
    });
  }

  private isMine(generation: number): boolean {
    return generation === this.generation && !this.leaving && !this.member.over();
  }

  /** The partition rests, alone, and begins again from where the group stands. */
  private failed(consumer: Consumer, inlet: CommandPartition, mine: number, error: unknown): void {
    const { topic, firstPause = 250, say } = this.settings;
    const { partition } = inlet;
    inlet.ready = false;
    const fault = wordsOf(error);
    if (inlet.fault !== fault) say?.('error', 'a partition of commands rests', { partition, error: fault });
    inlet.fault = fault;
    inlet.wait = Math.min(Math.max(inlet.wait * 2, firstPause), firstPause * 30);
    consumer.pause([{ topic, partitions: [partition] }]);
    setTimeout(() => {
      if (mine === this.generation) void this.begin(consumer, inlet, mine);
    }, inlet.wait).unref();
  }

  private async handle(consumer: Consumer, payload: EachBatchPayload): Promise<void> {
    const { batch, heartbeat, isRunning, isStale, resolveOffset } = payload;
    const mine = this.generation;
    const inlet = this.inlets.get(batch.partition);
    if (inlet === undefined) return;
    let lost: unknown = null;
    const beats = (): Promise<void> => heartbeat().catch((error: unknown) => void (lost = error));
    const goesOn = (): boolean => lost === null && inlet.ready && this.isMine(mine) && isRunning() && !isStale();
    // A piece may take longer than the session.
    const beat = setInterval(() => void beats(), 1000);
    try {
      await inlet.queue.runExclusive(async () => {
        // The ends of transactions lie in the topic, too, for nobody to see: no place is left
        // before them.
        const last = BigInt(batch.lastOffset());
        for (const piece of inPieces(batch.messages, () => inlet.pace.atOnce())) {
          if (!goesOn()) return;
          const end = piece.at(-1) === batch.messages.at(-1) ? last : BigInt(piece.at(-1)?.offset ?? last);
          await this.answer(inlet, piece, end + 1n, mine);
          resolveOffset(String(end));
          await beats();
        }
      });
    } catch (error) {
      if (mine === this.generation) this.failed(consumer, inlet, mine, error);
    } finally {
      clearInterval(beat);
    }
    // kafkajs joins the group again by what its own heartbeat throws.
    if (lost !== null) throw lost as Error;
  }

  /** Answers records, behind which the group then stands at `next`. */
  private async answer(
    inlet: CommandPartition,
    piece: readonly KafkaMessage[],
    next: bigint,
    mine: number,
  ): Promise<void> {
    const open = piece.filter(({ offset }) => BigInt(offset) >= inlet.from);
    if (open.length === 0) return;
    const begun = performance.now();
    const answers = await inlet.decide(open);
    // What another may have now is his to answer.
    if (mine !== this.generation) return;
    await inlet.answering.answer({ ...answers, next });
    inlet.from = next;
    inlet.pace.took(open.length, performance.now() - begun);
    inlet.well();
  }

  /**
   * Where a stretch holds nothing for anybody, as what a sender took back, the group stands behind
   * it.
   */
  private passOver(consumer: Consumer, partition: number, first: bigint, next: bigint): void {
    const mine = this.generation;
    const inlet = this.inlets.get(partition);
    void inlet?.queue.runExclusive(async () => {
      if (!inlet.ready || !this.isMine(mine) || first > inlet.from || next <= inlet.from) return;
      try {
        await inlet.answering.answer({ replies: [], deadLetters: [], next });
        inlet.from = next;
      } catch (error) {
        if (mine === this.generation) this.failed(consumer, inlet, mine, error);
      }
    });
  }
}
