import { pause } from '@entente/async';
import type { EventLog } from './event-store.js';
import { LogTakenBack } from './faults.js';

/**
 * For how long a log must be seen to lack an event, in milliseconds, and the time between two
 * looks. A node that has lost the lead may answer reads for a moment, and lacks the newest events.
 */
export const CONFIRMATION: Confirmation = { forMs: 3000, everyMs: 500 };

/** See {@link CONFIRMATION}. */
export interface Confirmation {
  readonly forMs: number;
  readonly everyMs: number;
}

/**
 * Looks again and again whether a log has what was read of it before. Returns if it has: the answer
 * without it came from a node that was behind. Otherwise the log was set back, and this throws
 * `LogTakenBack`, as does every later use of the log.
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

/** The last event of a log that was read from it into another place. */
export interface KnownEvent {
  /** The place, as a message names it. */
  readonly where: string;
  /** 0: the place has no event of the log. */
  readonly position: bigint;
  /** Undefined: the place keeps the position alone. */
  readonly id?: string;
}

/**
 * Compares a log with what other places have of it, by one read for each. If it lacks an event, it
 * was set back, and every later use of the log throws `LogTakenBack`.
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
