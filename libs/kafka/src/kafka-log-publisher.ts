import { endsWithin, messageOf } from '@entente/async';
import { type Message, cloudEventOf, cloudWatermarkOf } from '@entente/contracts';
import { NO_EVENT, LogPublisher, type Watermark, type PartitionLinks, type PartitionTail } from '@entente/engine';
import kafkajs, { type Admin, type Kafka, type KafkaMessage, type Producer } from 'kafkajs';
import { kafkaOf } from './client.js';
import { readRecord } from './record.js';
import type { KafkaSettings, TopicSettings } from './settings.js';
import {
  type PartitionOffsets,
  asAdmin,
  partitionOffsets,
  checkRetention,
  checkPartitions,
  makeTopic,
  readRecordsAt,
} from './topic.js';

/** The topic of a log, and how it is written. */
export interface KafkaPublisherSettings extends KafkaSettings, TopicSettings {
  readonly gzip?: boolean;
  /** The public address of the API, where readers find the schemas; none without it. */
  readonly publicUrl?: string;
  /** Timeout for reading the ends of all partitions, in milliseconds. */
  readonly endsWithin?: number;
}

/** The current producer, and the ends of the partitions. */
interface Sending {
  readonly producer: Producer;
  readonly storeId: string;
  /**
   * The end offset of each partition. The next record must be acknowledged at this offset or later.
   */
  readonly ends: Map<number, bigint>;
}

/**
 * Publishes a log to a topic of Kafka. Each event is a CloudEvent, and the key is its stream's id.
 * Every record is acknowledged by all in-sync replicas.
 *
 * A producer is not reused after a fault. Its failed batch may be in the topic. The broker would
 * then take the next batch, with the same sequence number, for a duplicate: it would acknowledge
 * the batch and drop it.
 */
export class KafkaLogPublisher extends LogPublisher {
  readonly partitions: number;
  private readonly kafka: Kafka;
  private sending: Sending | null = null;
  private begun = false;

  constructor(private readonly settings: KafkaPublisherSettings) {
    super();
    this.partitions = settings.partitions;
    this.kafka = kafkaOf(settings);
  }

  async tails(storeId: string): Promise<readonly PartitionTail[]> {
    await this.end();
    const { topic } = this.settings;
    const bounds = await asAdmin(this.kafka, async (admin) => {
      await makeTopic(admin, this.settings);
      return this.checkedOffsets(admin);
    });
    const wanted = new Map(
      [...bounds].map(([partition, { high }]) => [partition, high === 0n ? [] : high === 1n ? [0n] : [0n, high - 1n]]),
    );
    const found = await readRecordsAt(this.kafka, topic, wanted, this.settings.endsWithin ?? 20_000);
    const tails = [...found.entries()]
      .sort(([a], [b]) => a - b)
      .map(([partition, records]) => this.tailOf(partition, records, storeId));
    await this.begin(storeId, bounds);
    return tails;
  }

  async check(): Promise<void> {
    await asAdmin(this.kafka, (admin) => this.checkedOffsets(admin));
  }

  /**
   * The offsets of the partitions. Rejects if the topic does not retain everything, or has lost
   * records.
   */
  private async checkedOffsets(admin: Admin): Promise<ReadonlyMap<number, PartitionOffsets>> {
    const { topic } = this.settings;
    await checkPartitions(admin, this.settings);
    await checkRetention(admin, this.settings);
    const bounds = await partitionOffsets(admin, topic);
    for (const [partition, { low }] of bounds)
      if (low > 0n)
        throw new Error(`partition ${partition} of topic ${topic} has lost its beginning: it starts at offset ${low}`);
    return bounds;
  }

  /** The tail of a partition, from its first and last record. */
  private tailOf(partition: number, records: readonly KafkaMessage[], storeId: string): PartitionTail {
    const [first, last = first] = records.map((record) => {
      const where = `partition ${partition} of topic ${this.settings.topic}`;
      try {
        const content = readRecord(record);
        if (content.storeId === storeId) return content;
      } catch (error) {
        throw new Error(`${where} has something else than events at offset ${record.offset}: ${messageOf(error)}`);
      }
      throw new Error(`${where} holds the events of another log, not of ${storeId}`);
    });
    if (first === undefined || last === undefined) return { through: 0n, last: NO_EVENT };
    if (first.previous.position !== 0n)
      throw new Error(
        `partition ${partition} of topic ${this.settings.topic} starts behind position ${first.previous.position}: what was before is lost, as if the topic was created again under a relay; publish to a new topic`,
      );
    if (last.type === 'watermark') return { through: last.position, last: last.previous };
    const { position, id } = last.event;
    return { through: position, last: { position, id } };
  }

  private async begin(storeId: string, bounds: ReadonlyMap<number, PartitionOffsets>): Promise<void> {
    const producer = this.kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      retry: { initialRetryTime: 50, retries: 5, maxRetryTime: 1000 },
    });
    const ends = new Map([...bounds].map(([partition, { high }]) => [partition, high]));
    this.sending = { producer, storeId, ends };
    try {
      await producer.connect();
      if (this.begun) this.settings.onReconnect?.();
      this.begun = true;
    } catch (error) {
      await this.end();
      throw error;
    }
  }

  async publish(batch: readonly PartitionLinks[]): Promise<void> {
    await this.send((storeId) =>
      batch.flatMap(({ partition, links }) =>
        links.map(({ event, previous }) => ({
          partition,
          recordedAt: event.metadata.recordedAt,
          message: cloudEventOf({ event, previous, storeId }, this.settings.publicUrl ?? null),
        })),
      ),
    );
  }

  async publishWatermarks(marks: readonly Watermark[]): Promise<void> {
    await this.send((storeId) =>
      marks.map(({ partition, through, last, recordedAt }) => ({
        partition,
        recordedAt,
        message: cloudWatermarkOf({ partition, position: through, previous: last, storeId, recordedAt }),
      })),
    );
  }

  private async send(
    records: (storeId: string) => readonly { partition: number; recordedAt: string; message: Message }[],
  ): Promise<void> {
    const { sending } = this;
    if (sending === null)
      throw new Error('nothing is sent after a fault before the ends of the partitions were read again');
    const { topic, gzip = false } = this.settings;
    const messages = records(sending.storeId).map(({ partition, recordedAt, message }) => ({
      ...message,
      headers: { ...message.headers },
      partition,
      timestamp: String(Date.parse(recordedAt)),
    }));
    if (messages.length === 0) return;
    try {
      const compression = gzip ? kafkajs.CompressionTypes.GZIP : kafkajs.CompressionTypes.None;
      const answers = await sending.producer.send({ topic, acks: -1, compression, messages });
      for (const { partition, baseOffset } of answers)
        this.advanceEnd(sending, partition, BigInt(baseOffset ?? -1), messages);
    } catch (error) {
      await this.end();
      throw error;
    }
  }

  /**
   * Checks the offset of an acknowledgement. An offset before the known end means that the broker
   * dropped a duplicate, or that the topic was created again.
   */
  private advanceEnd(
    { ends }: Sending,
    partition: number,
    at: bigint,
    messages: readonly { partition: number }[],
  ): void {
    const end = ends.get(partition) ?? 0n;
    if (at < end)
      throw new Error(
        `partition ${partition} of topic ${this.settings.topic} acknowledged at offset ${at} and had come to ${end}: it was created again, or has lost records`,
      );
    ends.set(partition, at + BigInt(messages.filter((one) => one.partition === partition).length));
  }

  private async end(): Promise<void> {
    const { sending } = this;
    this.sending = null;
    if (sending !== null) await endsWithin(sending.producer.disconnect(), 2000);
  }

  close(): Promise<void> {
    return this.end();
  }
}
