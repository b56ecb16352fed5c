import type { Logger } from '@nestjs/common';

/**
 * At a start, what this process needs may be about to be made by another one, as the topic by the
 * relay. Only what lasts longer is an error.
 */
const START_MS = 60_000;

/** A fault without its figures: the next attempt fails for the same cause. */
const causeOf = (fault: string | null): string | null => fault?.replaceAll(/\([^)]*\)|[0-9]+/g, '') ?? null;

/**
 * Logs a fault once when it appears, and once when it is gone. In the first minute a fault is
 * information; if it is still there after it, it is logged as an error.
 */
export class LogOnChange {
  private cause: string | null = null;
  private asError = false;
  private readonly startedAt: number;

  constructor(
    private readonly log: Pick<Logger, 'log' | 'warn' | 'error'>,
    /** Who has stalled: `the projection`. */
    private readonly who: string,
    private readonly clock: () => number = () => performance.now(),
  ) {
    this.startedAt = clock();
  }

  /** Sets the present fault; null if there is none. To be called again while it lasts. */
  now(fault: string | null): void {
    const starting = this.clock() - this.startedAt < START_MS;
    const cause = causeOf(fault);
    if (cause === this.cause && (fault === null || this.asError || starting)) return;
    if (fault === null) {
      if (this.asError) this.log.warn(`${this.who} recovered`);
      else this.log.log(`${this.who} started`);
    } else if (starting) this.log.log(`${this.who} waits and retries: ${fault}`);
    else this.log.error(`${this.who} stalled, retrying: ${fault}`);
    this.cause = cause;
    this.asError = fault !== null && !starting;
  }
}
