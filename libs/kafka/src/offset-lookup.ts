import type { EventLog } from '@entente/engine';
import type { ReconnectingAdmin } from './reconnecting-admin.js';
import { type PartitionOffsets, partitionOffsets } from './topic.js';

/** Where a partition is read from, and whether that is its end. */
export interface OffsetOf {
  readonly offset: bigint;
  readonly atEnd: boolean;
}

/**
 * The offsets from which partitions are read by who has seen each up to a position: at or before
 * the first record that is new to it. The broker finds it by time, since each record bears the time
 * at which its event was recorded, which never goes back along the log. Where the log cannot be
 * asked, it is the beginning. What several partitions share is asked once: it serves partitions
 * that are looked for at the same time, and is let go afterwards.
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
    // Asked first: what comes after this is behind it.
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

  /** The first offset of each partition at or behind a time. */
  private async at(time: number): Promise<ReadonlyMap<number, bigint>> {
    const found = await this.admin.ask((admin) => admin.fetchTopicOffsetsByTimestamp(this.topic, time));
    return new Map(found.map(({ partition, offset }) => [partition, BigInt(offset)]));
  }
}

/** Asks once for all who ask alike. */
function once<Key, T>(asked: Map<Key, Promise<T>>, key: Key, ask: () => Promise<T>): Promise<T> {
  const there = asked.get(key) ?? ask();
  asked.set(key, there);
  return there;
}

/** When the first event behind a position was recorded; null where there is none yet. */
async function recordedAfter(log: EventLog, position: bigint): Promise<string | null> {
  for await (const [event] of log.readLog(position, { limit: 1 })) return event?.metadata.recordedAt ?? null;
  return null;
}
