import { withTimeout } from '@entente/async';
import { type EventLog, Fault, LogTakenBack } from '@entente/engine';

/**
 * The time that a status request waits for a backing service, in milliseconds. Probes and scrapes
 * wait only for some seconds.
 */
const PROBE_TIMEOUT_MS = 1500;

/**
 * Returns the answer of a backing service, or rejects with a fault that names the service if it is
 * late.
 */
export function probe<T>(answer: Promise<T>, service: string, ms = PROBE_TIMEOUT_MS): Promise<T> {
  return withTimeout(answer, ms, () => {
    throw new Fault('unanswered', `${service} has not answered within ${ms / 1000} s`, 1);
  });
}

/**
 * Returns the last position of the log, or rejects with a fault if it is late. The fault states the
 * reason for the event store's outage if known.
 */
export async function headWithTimeout(log: EventLog): Promise<bigint> {
  log.checkNotTakenBack();
  try {
    return await probe(log.head(), 'the event store');
  } catch (error) {
    throw orOutage(log, error);
  }
}

/** The event store's outage if there is one, because it is the cause; else the error. */
export function orOutage(log: EventLog, error: unknown): unknown {
  if (error instanceof LogTakenBack) return error;
  const outage = log.outage();
  return outage === null || !(error instanceof Fault) ? error : new Fault(error.code, outage, error.retryAfter);
}
