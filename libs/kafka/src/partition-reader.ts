import { setImmediate as breathe } from 'node:timers/promises';
import { SerialQueue } from '@entente/async';
import { type EventLog, type FeedConsumer, partitionOf } from '@entente/engine';
import type { RecordedEvent } from '@entente/kernel';
import type { KafkaMessage } from 'kafkajs';
import { readRecord, wordsOf } from './settings.js';

/** So many records are read at a stretch while the consumer works. */
const AT_A_STRETCH = 25;

/** What a delivery needs of its feed. */
export interface Delivering {
  readonly topic: string;
  readonly partitions: number;
  readonly log: EventLog;
  readonly to: FeedConsumer;
  /** So many events at most are taken at once. */
  readonly most: number;
  /** Is told in which record an event came. */
  readonly came: (event: RecordedEvent, partition: number, record: KafkaMessage) => void;
  /** Told of each gap that was filled from the log itself. */
  readonly healed: (partition: number, after: bigint, upTo: bigint) => void;
}

/**
 * One partition on its way to the consumer, which keeps to the chain whatever the topic gives: what
 * was seen is dropped; what names a predecessor that was seen is taken; before anything else, what
 * is missing is read from the log itself. Where that does not fit either, the partition stops and
 * says so.
 */
export class PartitionReader {
  /** The position up to which the consumer has seen the partition. */
  private at = 0n;
  readonly queue = new SerialQueue();
  /** Whether it stands where the consumer stands: before, nothing is taken. */
  ready = false;
  fault: string | null = null;
  /** The pause before the next try, in milliseconds; 0 while all is well. */
  wait = 0;

  constructor(
    readonly partition: number,
    private readonly its: Delivering,
  ) {}

  /** Asks the consumer where it stands. */
  async resume(): Promise<bigint> {
    this.at = await this.its.to.resume(this.partition);
    return this.at;
  }

  /**
   * Hands records on, in order, while it `goesOn`; `taken` is told the offset up to which they have
   * taken effect, and answers before more are. While the consumer has a batch, the next one is
   * read. Throws where the consumer does not take them, or the chain is broken; nothing is under
   * way then, and what was before has taken effect.
   */
  async take(
    records: readonly KafkaMessage[],
    goesOn: () => boolean,
    taken: (offset: string) => Promise<void>,
  ): Promise<void> {
    let events: RecordedEvent[] = [];
    let through = this.at;
    let handing: Promise<void> | null = null;
    const handed = async (): Promise<void> => {
      await handing;
      handing = null;
    };
    const flush = async (offset: string): Promise<void> => {
      await handed();
      if (!goesOn()) return;
      const own = events;
      const upTo = through;
      events = [];
      handing = (upTo > this.at ? this.hand(own, upTo) : Promise.resolve()).then(() => taken(offset));
      // Whoever waits for it is told.
      handing.catch(() => undefined);
    };
    let before: string | null = null;
    try {
      for (const [i, record] of records.entries()) {
        if (!goesOn()) return;
        if (handing !== null && i % AT_A_STRETCH === 0) await breathe();
        const said = this.read(record);
        const position = said.is === 'mark' ? said.position : said.event.position;
        if (position > through) {
          if (said.previous.position > through) {
            if (before !== null) await flush(before);
            await handed();
            if (!(await this.heal(said.previous.position, goesOn))) return;
          }
          if (said.is === 'event') {
            this.its.came(said.event, this.partition, record);
            events.push(said.event);
          }
          through = position;
        }
        before = record.offset;
        if (events.length >= this.its.most) await flush(before);
      }
    } finally {
      // What came before something that cannot be taken is taken all the same.
      if (before !== null) await flush(before);
      await handed();
    }
    this.well();
  }

  /** Nothing holds it up any more. */
  well(): void {
    this.fault = null;
    this.wait = 0;
  }

  private async hand(events: readonly RecordedEvent[], through: bigint): Promise<void> {
    await this.its.to.take({ partition: this.partition, events, through });
    this.at = through;
  }

  private read(record: KafkaMessage) {
    const where = `partition ${this.partition} of topic ${this.its.topic} at offset ${record.offset}`;
    let said;
    try {
      said = readRecord(record);
    } catch (error) {
      throw new Error(`${where} has something else than an event: ${wordsOf(error)}`);
    }
    if (said.storeId !== this.its.log.id)
      throw new Error(`${where} has an event of another log (${said.storeId}, not ${this.its.log.id})`);
    if (said.is === 'event' && partitionOf(said.event.stream, this.its.partitions) !== this.partition)
      throw new Error(`${where} has an event of ${said.event.stream}, which belongs to another partition`);
    return said;
  }

  /**
   * What the topic did not give, up to an event that it names, from the log itself. False where it
   * was broken off.
   */
  private async heal(upTo: bigint, goesOn: () => boolean): Promise<boolean> {
    const after = this.at;
    let last = 0n;
    for await (const events of this.its.log.readLog(after, { upTo })) {
      if (!goesOn()) return false;
      const own = events.filter(({ stream }) => partitionOf(stream, this.its.partitions) === this.partition);
      last = own.at(-1)?.position ?? last;
      const end = events.at(-1)?.position ?? this.at;
      // What should be there and is not is missed again the next time, too.
      const through = end === upTo && last !== upTo ? (events.at(-2)?.position ?? this.at) : end;
      if (through > this.at) await this.hand(own, through);
    }
    if (last !== upTo)
      throw new Error(
        `partition ${this.partition} of topic ${this.its.topic} goes on after position ${upTo}, where the log has no event of it: topic and log tell different stories`,
      );
    this.its.healed(this.partition, after, upTo);
    return true;
  }
}
