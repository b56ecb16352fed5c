import type { EventLog } from '@entente/engine';
import type { ReconnectingAdmin } from './reconnecting-admin.js';
import { type PartitionOffsets, partitionOffsets } from './topic.js';

/** The offset from which a partition is read, and whether it is the end of the partition. */
export interface OffsetOf {
  readonly offset: bigint;
  readonly atEnd: boolean;
}

/**
 * Finds the offset from which to read a partition after a position: at or before the first record
 * after the position. The broker finds it by time. Each record has the time at which its event was
 * recorded, and these times never decrease along the log. If the log does not answer, it is the
 * first offset. Answers of the broker are shared by partitions that start together, so an instance
 * serves one assignment only.
 */
export class OffsetLookup {
  private bounds: Promise<ReadonlyMap<number, PartitionOffsets>> | null = null;
  private readonly times = new Map<bigint, Promise<string | null>>();
  private readonly offsets = new Map<string, Promise<ReadonlyMap<number, bigint>>>();

  constructor(
    private readonly admin: ReconnectingAdmin,
    private readonly topic: string,
    private readonly log: EventLog,
  ) {}

  async of(partition: number, position: bigint): Promise<OffsetOf> {
    // The end offset is read first. Later records have higher offsets.
    this.bounds ??= this.admin.ask((admin) => partitionOffsets(admin, this.topic));
    const { low, high } = (await this.bounds).get(partition) ?? { low: 0n, high: 0n };
    if (position === 0n) return { offset: low, atEnd: low === high };
    let recordedAt: string | null;
    try {
      recordedAt = await once(this.times, position, () => recordedAfter(this.log, position));
    } catch {
      return { offset: low, atEnd: false };
    }
    if (recordedAt === null) return { offset: high, atEnd: true };
    const time = Date.parse(recordedAt);
    const found = await once(this.offsets, recordedAt, () => this.at(time));
    const offset = found.get(partition) ?? low;
    return { offset, atEnd: offset >= high };
  }

  /** The first offset of each partition whose record is not before a time. */
  private async at(time: number): Promise<ReadonlyMap<number, bigint>> {
    const found = await this.admin.ask((admin) => admin.fetchTopicOffsetsByTimestamp(this.topic, time));
    return new Map(found.map(({ partition, offset }) => [partition, BigInt(offset)]));
  }
}

/** Makes one request for all callers with the same key. */
function once<Key, T>(asked: Map<Key, Promise<T>>, key: Key, ask: () => Promise<T>): Promise<T> {
  const answer = asked.get(key) ?? ask();
  asked.set(key, answer);
  return answer;
}

/** The time at which the first event after a position was recorded; null if answer is none yet. */
async function recordedAfter(log: EventLog, position: bigint): Promise<string | null> {
  for await (const [event] of log.readLog(position, { limit: 1 })) return event?.metadata.recordedAt ?? null;
  return null;
}
