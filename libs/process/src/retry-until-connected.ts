import { Backoff, supervise } from '@entente/async';

/** Options of the wait; times in milliseconds. */
export interface WaitOptions<T> {
  /** Logs each reason to wait once, and the connection if it had to wait. */
  readonly log: (line: string) => void;
  /** Whether a retry cannot succeed after an error. The error is then thrown at once. */
  readonly isFinal: (error: unknown) => boolean;
  /** Aborts the wait at once, with its reason. */
  readonly signal: AbortSignal;
  /** Called with a connection that was made after the wait was aborted, to close it. */
  readonly late?: (connected: T) => unknown;
  readonly firstPause?: number;
  /** The maximum pause. Pauses double up to it. */
  readonly longestPause?: number;
}

/** A connection that is being made. */
export interface Connecting<T> {
  /**
   * Resolves with the connection. Rejects with an error that a retry cannot correct, or with the
   * signal's reason.
   */
  readonly connected: Promise<T>;
  /** What is waited for, and the reason, as text; null when it is connected. */
  status(): string | null;
}

/** Tries to connect to `what` until it succeeds, with growing pauses. */
export function retryUntilConnected<T>(
  what: string,
  connect: () => Promise<T>,
  options: WaitOptions<T>,
): Connecting<T> {
  let status: string | null = `waits for ${what}`;
  const logged = new Set<string>();
  const report = (error: unknown): void => {
    status = `waits for ${what}: ${wordsOf(error)}`;
    if (!logged.has(status)) options.log(status);
    logged.add(status);
  };
  const connected = connecting(connect, options, report).then((made) => {
    if (logged.size > 0) options.log(`${what} answers`);
    status = null;
    return made;
  });
  return { connected, status: () => status };
}

async function connecting<T>(
  connect: () => Promise<T>,
  { isFinal, signal, late, firstPause = 100, longestPause = 5000 }: WaitOptions<T>,
  report: (error: unknown) => void,
): Promise<T> {
  const backoff = new Backoff({ firstMs: firstPause, maxMs: longestPause });
  const onFailure = (error: unknown): void => {
    signal.throwIfAborted();
    if (isFinal(error)) throw error;
    report(error);
  };
  const attempt = async () => ({ connected: await unlessAborted(connect, signal, late) });
  const made = await supervise(attempt, { signal, backoff, onFailure });
  if (made === undefined) throw signal.reason;
  return made.connected;
}

/** Makes one attempt. Rejects at once if the signal is aborted. */
function unlessAborted<T>(connect: () => Promise<T>, signal: AbortSignal, late?: (made: T) => unknown): Promise<T> {
  return new Promise((resolve, reject) => {
    const ended = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', ended, { once: true });
    const over = (): void => signal.removeEventListener('abort', ended);
    // An error after the signal is ignored.
    void connect()
      .then((made) => (signal.aborted ? late?.(made) : resolve(made)))
      .catch(reject)
      .finally(over);
  });
}

/**
 * The message of an error. Of an aggregate error, as for a host name with several addresses, the
 * first message is used.
 */
function wordsOf(error: unknown): string {
  const { message, code, errors } = error as { message?: string; code?: string; errors?: readonly unknown[] };
  const [first] = errors ?? [];
  return message || (first === undefined ? code || String(error) : wordsOf(first));
}
