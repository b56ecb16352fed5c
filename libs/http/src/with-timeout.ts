import { type EventLog, Fault } from '@entente/engine';

/**
 * Whoever asks how a process stands has an answer within so many milliseconds for each backing
 * service that says nothing: probes and scrapes do not wait longer than some seconds.
 */
export const PROBE_TIMEOUT_MS = 1500;

/**
 * What is asked of a backing service, where it comes soon; else a fault that names who is silent.
 */
export async function withTimeout<T>(answer: Promise<T>, who: string, ms = PROBE_TIMEOUT_MS): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const silent = (): Fault => new Fault('unanswered', `${who} has not answered within ${ms / 1000} s`, 1);
    timer = setTimeout(() => reject(silent()), ms);
  });
  // What comes late is nobody's any more.
  answer.catch(() => undefined);
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * The last position of the log, if that comes soon; else a fault that says why the event store does
 * not answer, if that is known.
 */
export async function headWithTimeout(log: EventLog): Promise<bigint> {
  try {
    return await withTimeout(log.head(), 'the event store');
  } catch (error) {
    throw blamed(log, error);
  }
}

/** What failed while the event store does not answer, failed for that. */
export function blamed(log: EventLog, error: unknown): unknown {
  const outage = log.outage();
  return outage === null || !(error instanceof Fault) ? error : new Fault(error.code, outage, error.retryAfter);
}
