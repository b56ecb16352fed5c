import type { EventRef } from './log-publisher.js';

/** Reads the last event up to an offset in each of some partitions. */
export type EventsAt = (offsets: ReadonlyMap<number, bigint>) => Promise<ReadonlyMap<number, EventRef>>;

/**
 * The last position that a log shares with what was published before the log was set back; null if
 * it has every published event. In each partition the events before that position are in the log,
 * and those after it are not, so the place is found by halving.
 */
export async function lastSharedPosition(
  ends: ReadonlyMap<number, bigint>,
  eventsAt: EventsAt,
  isInLog: (event: EventRef) => Promise<boolean>,
): Promise<bigint | null> {
  // By partition: below `from` all is in the log; the record at `to` is not, or is the end.
  const open = new Map([...ends].map(([partition, to]) => [partition, { from: 0n, to }]));
  let shared = 0n;
  let isWhole = true;
  for (let round = 0; ; round += 1) {
    const offsets = new Map(
      [...open].flatMap(([partition, { from, to }]) => {
        if (from >= to) return [];
        // Most logs have lost nothing: the ends are looked at first.
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
