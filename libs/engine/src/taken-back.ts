import { pause } from '@entente/async';
import type { EventLog } from './event-store.js';

/**
 * For how long a log must be seen to lack an event, in milliseconds, and the time between two
 * looks. A node that has lost the lead may answer reads for a moment, and lacks the newest events.
 */
export const CONFIRMATION = { forMs: 3000, everyMs: 500 } as const;

/**
 * Looks again and again whether a log has what was read of it before. Returns if it has: the answer
 * without it came from a node that was behind. Otherwise the log was set back, and this throws
 * `LogTakenBack`, as does every later use of the log.
 */
export async function confirmTakenBack(
  log: EventLog,
  hasIt: () => Promise<boolean>,
  evidence: string,
  { forMs, everyMs }: { readonly forMs: number; readonly everyMs: number } = CONFIRMATION,
): Promise<void> {
  for (const end = performance.now() + forMs; ;) {
    if (await hasIt()) return;
    log.checkNotTakenBack();
    if (performance.now() >= end) throw log.setTakenBack(evidence);
    await pause(everyMs);
  }
}
