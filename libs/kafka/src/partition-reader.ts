import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { type EventLog, type FeedConsumer, partitionOf } from '@entente/engine';
import type { RecordedEvent } from '@entente/kernel';
import type { KafkaMessage } from 'kafkajs';
import type { OffsetLookup } from './offset-lookup.js';
import type { PartitionHandler, RecordBatch, StartOffset } from './partitioned-consumer.js';
import { readRecord, wordsOf } from './settings.js';

/** Number of records read before other work gets its turn, while the consumer works. */
const YIELD_EVERY = 25;

/** What the reader of a partition needs of its feed. */
export interface PartitionReaderOptions {
  readonly topic: string;
  readonly partitions: number;
  readonly log: EventLog;
  readonly to: FeedConsumer;
  /** Maximum number of events per batch. */
  readonly maxBatch: number;
  /** Receives each event that a record holds, and the record. */
  readonly onRecord: (event: RecordedEvent, partition: number, record: KafkaMessage) => void;
  /** Called for each gap that was filled from the log itself. */
  readonly onGapFilled: (partition: number, after: bigint, upTo: bigint) => void;
}

/**
 * One partition on its way to the consumer, which keeps to the chain whatever the topic gives: what
 * was seen is dropped; what names a predecessor that was seen is taken; before anything else, what
 * is missing is read from the log itself. Where that does not fit either, the partition stops
 * with a fault.
 */
export class PartitionReader implements PartitionHandler<OffsetLookup> {
  /** The position up to which the consumer has seen the partition. */
  private at = 0n;

  constructor(
    readonly partition: number,
    private readonly options: PartitionReaderOptions,
  ) {}

  /** Reads on from where the consumer has come to. */
  async start(lookup: OffsetLookup): Promise<StartOffset> {
    this.at = await this.options.to.startPosition(this.partition);
    const { offset, atEnd } = await lookup.of(this.partition, this.at);
    return { offset, recovered: atEnd };
  }

  revoked(): void {
    this.options.to.revoked?.(this.partition);
  }

  /**
   * Passes records on, in order, until the batch ends; each batch of the consumer takes effect
   * before more is begun. While the consumer has one, the next is read. Throws if the consumer does
   * not take them, or the chain is broken; nothing is under way then, and what was before has taken
   * effect.
   */
  async process({ messages, mayContinue, processed, recovered }: RecordBatch): Promise<void> {
    let events: RecordedEvent[] = [];
    let through = this.at;
    let handing: Promise<void> | null = null;
    const handed = async (): Promise<void> => {
      await handing;
      handing = null;
    };
    const flush = async (offset: string): Promise<void> => {
      await handed();
      if (!mayContinue()) return;
      const own = events;
      const upTo = through;
      events = [];
      handing = (upTo > this.at ? this.hand(own, upTo) : Promise.resolve()).then(() => processed(offset));
      // The caller that waits for it is notified.
      handing.catch(() => undefined);
    };
    let before: string | null = null;
    try {
      for (const [i, record] of messages.entries()) {
        if (!mayContinue()) return;
        if (handing !== null && i % YIELD_EVERY === 0) await yieldToEventLoop();
        const said = this.read(record);
        const position = said.type === 'watermark' ? said.position : said.event.position;
        if (position > through) {
          if (said.previous.position > through) {
            if (before !== null) await flush(before);
            await handed();
            if (!(await this.fillGap(said.previous.position, mayContinue))) return;
          }
          if (said.type === 'event') {
            this.options.onRecord(said.event, this.partition, record);
            events.push(said.event);
          }
          through = position;
        }
        before = record.offset;
        if (events.length >= this.options.maxBatch) await flush(before);
      }
    } finally {
      // What came before something that cannot be taken is taken all the same.
      if (before !== null) await flush(before);
      await handed();
    }
    recovered();
  }

  private async hand(events: readonly RecordedEvent[], through: bigint): Promise<void> {
    await this.options.to.process({ partition: this.partition, events, through });
    this.at = through;
  }

  private read(record: KafkaMessage) {
    const where = `partition ${this.partition} of topic ${this.options.topic} at offset ${record.offset}`;
    let said;
    try {
      said = readRecord(record);
    } catch (error) {
      throw new Error(`${where} has something else than an event: ${wordsOf(error)}`);
    }
    if (said.storeId !== this.options.log.id)
      throw new Error(`${where} has an event of another log (${said.storeId}, not ${this.options.log.id})`);
    if (said.type === 'event' && partitionOf(said.event.stream, this.options.partitions) !== this.partition)
      throw new Error(`${where} has an event of ${said.event.stream}, which belongs to another partition`);
    return said;
  }

  /**
   * Reads events that the topic lacks from the log, up to an event that the topic names. False if
   * it was interrupted.
   */
  private async fillGap(upTo: bigint, mayContinue: () => boolean): Promise<boolean> {
    const after = this.at;
    let last = 0n;
    for await (const events of this.options.log.readLog(after, { upTo })) {
      if (!mayContinue()) return false;
      const own = events.filter(({ stream }) => partitionOf(stream, this.options.partitions) === this.partition);
      last = own.at(-1)?.position ?? last;
      const end = events.at(-1)?.position ?? this.at;
      // What should be there and is not is missed again the next time, too.
      const through = end === upTo && last !== upTo ? (events.at(-2)?.position ?? this.at) : end;
      if (through > this.at) await this.hand(own, through);
    }
    if (last !== upTo)
      throw new Error(
        `partition ${this.partition} of topic ${this.options.topic} goes on after position ${upTo}, where the log has no event of it: topic and log tell different stories`,
      );
    this.options.onGapFilled(this.partition, after, upTo);
    return true;
  }
}
