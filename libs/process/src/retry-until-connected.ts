import { Backoff, supervise } from '@entente/async';

/** How something is waited for; times in milliseconds. */
export interface WaitOptions<T> {
  /** Logs each reason to wait once, and the connection once if it had to wait. */
  readonly log: (line: string) => void;
  /** Whether a retry cannot succeed after an error, which is then thrown at once. */
  readonly isFinal: (error: unknown) => boolean;
  /** Ends the waiting at once, with its reason. */
  readonly signal: AbortSignal;
  /** Is given what was connected after the waiting had ended, to close it. */
  readonly late?: (connected: T) => unknown;
  readonly firstPause?: number;
  /** The pauses double up to this one. */
  readonly longestPause?: number;
}

/** Something that is waited for. */
export interface Connecting<T> {
  /**
   * What was connected; rejects with an error that trying again cannot mend, or with the signal's
   * reason.
   */
  readonly connected: Promise<T>;
  /** What is waited for, and why, in words; null when it is there. */
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

/** One try, which is abandoned when the signal is aborted. */
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
 * An error in words. One that was several, as where a name has several addresses, is that of the
 * first.
 */
function wordsOf(error: unknown): string {
  const { message, code, errors } = error as { message?: string; code?: string; errors?: readonly unknown[] };
  const [first] = errors ?? [];
  return message || (first === undefined ? code || String(error) : wordsOf(first));
}
