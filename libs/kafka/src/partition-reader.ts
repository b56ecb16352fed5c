import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { messageOf } from '@entente/async';
import { type EventLog, type FeedConsumer, partitionOf } from '@entente/engine';
import type { RecordedEvent } from '@entente/kernel';
import type { KafkaMessage } from 'kafkajs';
import type { OffsetLookup } from './offset-lookup.js';
import type { PartitionHandler, RecordBatch, StartOffset } from './partitioned-consumer.js';
import { readRecord } from './record.js';

/**
 * The number of records after which the event loop runs other work, while the consumer processes a
 * batch.
 */
const YIELD_EVERY = 25;

/** Options of the reader of a partition. */
export interface PartitionReaderOptions {
  readonly topic: string;
  readonly partitions: number;
  readonly log: EventLog;
  readonly consumer: FeedConsumer;
  /** Maximum number of events per batch. */
  readonly maxBatch: number;
  /** Receives each event that a record holds, and the record. */
  readonly onRecord: (event: RecordedEvent, partition: number, record: KafkaMessage) => void;
  /** Called for each gap that was filled from the log itself. */
  readonly onGapFilled: (partition: number, after: bigint, upTo: bigint) => void;
}

/**
 * Delivers one partition of the topic to the consumer, without gaps. Each record names the previous
 * event of its partition. A record at or below the reached position is dropped. If the previous
 * event of a record was delivered, the record is delivered. Otherwise the missing events are read
 * from the log. If the log does not have them either, the partition stops with a fault.
 */
export class PartitionReader implements PartitionHandler<OffsetLookup> {
  /** The position up to which the consumer has seen the partition. */
  private at = 0n;

  constructor(
    readonly partition: number,
    private readonly options: PartitionReaderOptions,
  ) {}

  /** Continues after the position that the consumer has stored. */
  async start(lookup: OffsetLookup): Promise<StartOffset> {
    this.at = await this.options.consumer.startPosition(this.partition);
    const { offset, atEnd } = await lookup.of(this.partition, this.at);
    return { offset, recovered: atEnd };
  }

  revoked(): void {
    this.options.consumer.revoked?.(this.partition);
  }

  /**
   * Delivers the records in order, in batches of at most `maxBatch` events. One batch is delivered
   * at a time. While the consumer processes it, the next one is read. Rejects if the consumer fails
   * or an event is missing. By then no delivery is in progress, and all earlier records were
   * processed.
   */
  async process({ messages, mayContinue, processed, recovered }: RecordBatch): Promise<void> {
    let events: RecordedEvent[] = [];
    let through = this.at;
    let delivering: Promise<void> | null = null;
    const delivered = async (): Promise<void> => {
      await delivering;
      delivering = null;
    };
    const flush = async (offset: string): Promise<void> => {
      await delivered();
      if (!mayContinue()) return;
      const own = events;
      const upTo = through;
      events = [];
      delivering = (upTo > this.at ? this.deliver(own, upTo) : Promise.resolve()).then(() => processed(offset));
      // `delivered` throws the error.
      delivering.catch(() => undefined);
    };
    let before: string | null = null;
    try {
      for (const [i, record] of messages.entries()) {
        if (!mayContinue()) return;
        if (delivering !== null && i % YIELD_EVERY === 0) await yieldToEventLoop();
        const chained = this.read(record);
        const position = chained.type === 'watermark' ? chained.position : chained.event.position;
        if (position > through) {
          if (chained.previous.position > through) {
            if (before !== null) await flush(before);
            await delivered();
            if (!(await this.fillGap(chained.previous.position, mayContinue))) return;
          }
          if (chained.type === 'event') {
            this.options.onRecord(chained.event, this.partition, record);
            events.push(chained.event);
          }
          through = position;
        }
        before = record.offset;
        if (events.length >= this.options.maxBatch) await flush(before);
      }
    } finally {
      // The records before a record that cannot be delivered are still delivered.
      if (before !== null) await flush(before);
      await delivered();
    }
    recovered();
  }

  private async deliver(events: readonly RecordedEvent[], through: bigint): Promise<void> {
    await this.options.consumer.process({ partition: this.partition, events, through });
    this.at = through;
  }

  private read(record: KafkaMessage) {
    const where = `partition ${this.partition} of topic ${this.options.topic} at offset ${record.offset}`;
    let chained;
    try {
      chained = readRecord(record);
    } catch (error) {
      throw new Error(`${where} has a record that is no event: ${messageOf(error)}`);
    }
    if (chained.storeId !== this.options.log.id)
      throw new Error(`${where} has an event of another log (${chained.storeId}, not ${this.options.log.id})`);
    if (chained.type === 'event' && partitionOf(chained.event.stream, this.options.partitions) !== this.partition)
      throw new Error(`${where} has an event of ${chained.event.stream}, which belongs to another partition`);
    return chained;
  }

  /**
   * Delivers events that the topic lacks from the log, up to an event that the topic names. Returns
   * false if it was interrupted.
   */
  private async fillGap(upTo: bigint, mayContinue: () => boolean): Promise<boolean> {
    const after = this.at;
    let last = 0n;
    for await (const events of this.options.log.readLog(after, { upTo })) {
      if (!mayContinue()) return false;
      const own = events.filter(({ stream }) => partitionOf(stream, this.options.partitions) === this.partition);
      last = own.at(-1)?.position ?? last;
      const end = events.at(-1)?.position ?? this.at;
      // If the log does not have `upTo`, the position stays before it: the next attempt fails, too.
      const through = end === upTo && last !== upTo ? (events.at(-2)?.position ?? this.at) : end;
      if (through > this.at) await this.deliver(own, through);
    }
    if (last !== upTo)
      throw new Error(
        `partition ${this.partition} of topic ${this.options.topic} continues after position ${upTo}, where the log has no event of it: topic and event store have diverged`,
      );
    this.options.onGapFilled(this.partition, after, upTo);
    return true;
  }
}
