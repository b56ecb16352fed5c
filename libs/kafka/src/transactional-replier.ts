import kafkajs, { type Kafka, type Message, type Producer } from 'kafkajs';
import { endsWithin } from '@entente/async';
import { asAdmin, partitionOffsets, committedOffsets } from './topic.js';

/** The topics and the group of an intake. */
export interface ReplyTopics {
  readonly commands: string;
  readonly replies: string;
  readonly deadLetters: string;
  readonly groupId: string;
}

/** The answers to the records of one partition up to an offset. */
export interface Answers {
  readonly replies: readonly Message[];
  readonly deadLetters: readonly Message[];
  /** The offset after the answered records. */
  readonly next: bigint;
}

/**
 * The size in bytes from which a batch is compressed. The record of a dead letter may have been
 * compressed, and be too large without compression.
 */
const LARGE_REPLY_BYTES = 256 * 1024;

/**
 * Answers one partition of commands: it sends replies and dead letters and commits the group's
 * offset in one transaction. The transactional id belongs to the partition, so the previous owner
 * is fenced and its open transaction is aborted. After a failed transaction the producer is not
 * reused.
 */
export class TransactionalReplier {
  private producer: Producer | null = null;

  constructor(
    private readonly kafka: Kafka,
    private readonly topics: ReplyTopics,
    private readonly partition: number,
  ) {}

  /** Whether it can answer without another call of `begin`. */
  begun(): boolean {
    return this.producer !== null;
  }

  /**
   * Fences the previous owner, and then reads the committed offset. `atEnd` is true if no command
   * waits.
   */
  async begin(): Promise<{ readonly offset: bigint; readonly atEnd: boolean }> {
    await this.end();
    const { groupId, commands } = this.topics;
    const producer = this.kafka.producer({
      transactionalId: `${groupId}-${commands}-${this.partition}`,
      transactionTimeout: 30_000,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
      // The broker refuses a new transaction until the previous commit is complete in all
      // partitions. That takes a few milliseconds.
      retry: { initialRetryTime: 5, retries: 12, maxRetryTime: 250 },
    });
    try {
      await producer.connect();
      // kafkajs requests the producer id and epoch with its first transaction, which fences the
      // previous owner. An empty transaction sends nothing else.
      await (await producer.transaction()).abort();
      const start = await this.readOffset();
      this.producer = producer;
      return start;
    } catch (error) {
      await endsWithin(producer.disconnect(), 2000);
      throw error;
    }
  }

  private readOffset(): Promise<{ readonly offset: bigint; readonly atEnd: boolean }> {
    const { groupId, commands } = this.topics;
    return asAdmin(this.kafka, async (admin) => {
      const { low, high } = (await partitionOffsets(admin, commands)).get(this.partition) ?? { low: 0n, high: 0n };
      const committed = (await committedOffsets(admin, groupId, commands)).get(this.partition) ?? -1n;
      if (committed > high)
        throw new Error(
          `partition ${this.partition} of topic ${commands} ends at offset ${high} and was answered up to ${committed}: it was created again, or has lost commands; set the offsets of group ${groupId} to where intake shall go on`,
        );
      const offset = committed < low ? low : committed;
      return { offset, atEnd: offset === high };
    });
  }

  /**
   * Sends all answers, or none. After a failure it is unknown which, until `begin` has read the
   * offset.
   */
  async answer({ replies, deadLetters, next }: Answers): Promise<void> {
    const { producer } = this;
    if (producer === null) throw new Error('after a fault the replier has to be started again before it answers');
    const { groupId, commands } = this.topics;
    const topicMessages = [
      { topic: this.topics.replies, messages: [...replies] },
      { topic: this.topics.deadLetters, messages: [...deadLetters] },
    ].filter(({ messages }) => messages.length > 0);
    const compression =
      sizeOf([...replies, ...deadLetters]) > LARGE_REPLY_BYTES
        ? kafkajs.CompressionTypes.GZIP
        : kafkajs.CompressionTypes.None;
    try {
      const transaction = await producer.transaction();
      await transaction.sendBatch({ topicMessages, acks: -1, compression });
      const partitions = [{ partition: this.partition, offset: String(next) }];
      await transaction.sendOffsets({ consumerGroupId: groupId, topics: [{ topic: commands, partitions }] });
      await transaction.commit();
    } catch (error) {
      // The next owner aborts an open transaction.
      await this.end();
      throw error;
    }
  }

  async end(): Promise<void> {
    const { producer } = this;
    this.producer = null;
    if (producer !== null) await endsWithin(producer.disconnect(), 2000);
  }
}

const sizeOf = (messages: readonly Message[]): number =>
  messages.reduce((sum, { value }) => sum + (value === null ? 0 : Buffer.byteLength(value)), 0);
