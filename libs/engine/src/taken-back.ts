import { pause } from '@entente/async';
import type { EventLog } from './event-store.js';
import { LogTakenBack } from './faults.js';

/**
 * The time for which a log must lack an event, and the interval between two reads, in milliseconds.
 * A node that has lost the lead may answer reads for a moment without the newest events.
 */
export const CONFIRMATION: Confirmation = { forMs: 3000, everyMs: 500 };

/** See {@link CONFIRMATION}. */
export interface Confirmation {
  readonly forMs: number;
  readonly everyMs: number;
}

/**
 * Reads repeatedly whether a log has an event that was read from it before. Returns if it has: then
 * a node that was behind had answered. Otherwise the log was set back. Then this, and every later
 * use of the log, throws `LogTakenBack`.
 */
export async function confirmTakenBack(
  log: Pick<EventLog, 'checkNotTakenBack' | 'setTakenBack'>,
  hasIt: () => Promise<boolean>,
  evidence: string,
  { forMs, everyMs }: Confirmation = CONFIRMATION,
): Promise<void> {
  for (const end = performance.now() + forMs; ;) {
    if (await hasIt()) return;
    log.checkNotTakenBack();
    if (performance.now() >= end) throw log.setTakenBack(evidence);
    await pause(everyMs);
  }
}

/** The last event of a log that another place has stored. */
export interface KnownEvent {
  /** The name of the place in messages. */
  readonly where: string;
  /** The position of the event; 0 if the place has no event of the log. */
  readonly position: bigint;
  /** The id of the event; undefined if the place stores only the position. */
  readonly id?: string;
}

/**
 * Compares a log with the events that other places have stored, with one read for each. If the log
 * lacks an event, it was set back, and every later use of the log throws `LogTakenBack`.
 */
export async function compareWithLog(
  log: EventLog,
  known: readonly KnownEvent[],
  confirmation?: Confirmation,
): Promise<void> {
  const distinct = new Map(known.map((one) => [`${one.position} ${one.id}`, one]));
  for (const { where, position, id } of distinct.values()) {
    if (position === 0n) continue;
    const evidence = `${where} has ${id === undefined ? 'the event' : `event ${id}`} at position ${position}, and the log does not`;
    try {
      await confirmTakenBack(log, async () => !(await log.lacks(position, id)), evidence, confirmation);
    } catch (error) {
      if (error instanceof LogTakenBack) return;
      throw error;
    }
  }
}
