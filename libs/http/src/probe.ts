import { withTimeout } from '@entente/async';
import { type EventLog, Fault } from '@entente/engine';

/**
 * Whoever asks how a process stands has an answer within so many milliseconds for each backing
 * service that says nothing: probes and scrapes do not wait longer than some seconds.
 */
export const PROBE_TIMEOUT_MS = 1500;

/**
 * What is asked of a backing service, where it comes soon; else a fault that names who is silent.
 */
export function probe<T>(answer: Promise<T>, who: string, ms = PROBE_TIMEOUT_MS): Promise<T> {
  return withTimeout(answer, ms, () => {
    throw new Fault('unanswered', `${who} has not answered within ${ms / 1000} s`, 1);
  });
}

/**
 * The last position of the log, if that comes soon; else a fault that says why the event store does
 * not answer, if that is known.
 */
export async function headWithTimeout(log: EventLog): Promise<bigint> {
  try {
    return await probe(log.head(), 'the event store');
  } catch (error) {
    throw blamed(log, error);
  }
}

/** What failed while the event store does not answer, failed for that. */
export function blamed(log: EventLog, error: unknown): unknown {
  const outage = log.outage();
  return outage === null || !(error instanceof Fault) ? error : new Fault(error.code, outage, error.retryAfter);
}
