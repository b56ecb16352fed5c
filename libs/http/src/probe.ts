import { withTimeout } from '@entente/async';
import { type EventLog, Fault, LogTakenBack } from '@entente/engine';

/**
 * The time after which a status request no longer waits for a backing service: probes and scrapes
 * wait only some seconds.
 */
const PROBE_TIMEOUT_MS = 1500;

/** The answer of a backing service if it comes in time; else a fault that names the service. */
export function probe<T>(answer: Promise<T>, service: string, ms = PROBE_TIMEOUT_MS): Promise<T> {
  return withTimeout(answer, ms, () => {
    throw new Fault('unanswered', `${service} has not answered within ${ms / 1000} s`, 1);
  });
}

/**
 * The last position of the log if it comes in time; else a fault with the reason for the event
 * store's outage, if known.
 */
export async function headWithTimeout(log: EventLog): Promise<bigint> {
  log.checkNotTakenBack();
  try {
    return await probe(log.head(), 'the event store');
  } catch (error) {
    throw orOutage(log, error);
  }
}

/** The error, or the event store's outage if there is one: it is then the cause. */
export function orOutage(log: EventLog, error: unknown): unknown {
  if (error instanceof LogTakenBack) return error;
  const outage = log.outage();
  return outage === null || !(error instanceof Fault) ? error : new Fault(error.code, outage, error.retryAfter);
}
