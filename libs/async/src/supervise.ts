import { setTimeout as sleep } from 'node:timers/promises';
import type { Backoff } from './backoff.js';

/** Waits `ms` milliseconds, or until the signal is aborted. Never rejects. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  await sleep(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
}

/** How work is supervised. */
export interface SuperviseOptions {
  /** Ends it: the work is not begun again, and a pause is cut short. */
  readonly signal: AbortSignal;
  /** The work resets it when it succeeds. */
  readonly backoff: Backoff;
  /**
   * Receives each failure, and for how many milliseconds the work rests then. What it throws ends
   * the supervision.
   */
  readonly onFailure: (error: unknown, pauseMs: number) => void;
}

/**
 * Runs work until it succeeds. After a failure it pauses, longer each time, and runs the work
 * again. Resolves with what the work gave; with undefined if the signal was aborted before that.
 */
export async function supervise<T>(
  work: () => Promise<T>,
  { signal, backoff, onFailure }: SuperviseOptions,
): Promise<T | undefined> {
  while (!signal.aborted)
    try {
      return await work();
    } catch (error) {
      const pauseMs = backoff.next();
      onFailure(error, pauseMs);
      await pause(pauseMs, signal);
    }
  return undefined;
}
