import type { EventRef } from './log-publisher.js';

/** Reads the last event up to an offset in each of the given partitions. */
export type EventsAt = (offsets: ReadonlyMap<number, bigint>) => Promise<ReadonlyMap<number, EventRef>>;

/**
 * The last position that a log shares with the records that were published before it was set back;
 * null if the log has every published event. In each partition, the events up to that position are
 * in the log and later ones are not, so it is found by binary search.
 */
export async function lastSharedPosition(
  ends: ReadonlyMap<number, bigint>,
  eventsAt: EventsAt,
  isInLog: (event: EventRef) => Promise<boolean>,
): Promise<bigint | null> {
  // By partition: all records below `from` are in the log. The record at `to` is not in the log, or
  // is the end.
  const open = new Map([...ends].map(([partition, to]) => [partition, { from: 0n, to }]));
  let shared = 0n;
  let isWhole = true;
  for (let round = 0; ; round += 1) {
    const offsets = new Map(
      [...open].flatMap(([partition, { from, to }]) => {
        if (from >= to) return [];
        // Most logs have lost nothing, so the ends are compared first.
        return [[partition, round === 0 ? to - 1n : (from + to) / 2n] as const];
      }),
    );
    if (offsets.size === 0) return isWhole ? null : shared;
    for (const [partition, event] of await eventsAt(offsets)) {
      const range = open.get(partition);
      const offset = offsets.get(partition);
      if (range === undefined || offset === undefined) continue;
      const isShared = event.position === 0n || (await isInLog(event));
      if (isShared) range.from = offset + 1n;
      else range.to = offset;
      if (isShared && event.position > shared) shared = event.position;
      isWhole &&= isShared;
    }
  }
}
