import type { EventLog } from '@entente/engine';
import type { Admin } from 'kafkajs';
import { boundsOf } from './topic.js';

/**
 * The offset from which a partition is read by who has seen it up to a position: at or before the first record that is new to it. The broker finds it by time, since each
 * record bears the time at which its event was recorded, which never goes back along the log. Where the log cannot be asked, it is the beginning.
 */
export async function placeOf(
  admin: Admin,
  topic: string,
  log: EventLog,
  partition: number,
  position: bigint,
): Promise<{ readonly offset: bigint; readonly atEnd: boolean }> {
  // Asked first: what comes after this is behind it.
  const { low, high } = (await boundsOf(admin, topic)).get(partition) ?? { low: 0n, high: 0n };
  if (position === 0n) return { offset: low, atEnd: low === high };
  let recordedAt: string | null;
  try {
    recordedAt = await recordedAfter(log, position);
  } catch {
    return { offset: low, atEnd: false };
  }
  if (recordedAt === null) return { offset: high, atEnd: true };
  const found = await admin.fetchTopicOffsetsByTimestamp(topic, Date.parse(recordedAt));
  const offset = BigInt(found.find((one) => one.partition === partition)?.offset ?? low);
  return { offset, atEnd: offset >= high };
}

/** When the first event behind a position was recorded; null where there is none yet. */
async function recordedAfter(log: EventLog, position: bigint): Promise<string | null> {
  for await (const [event] of log.readLog(position, { limit: 1 })) return event?.metadata.recordedAt ?? null;
  return null;
}
