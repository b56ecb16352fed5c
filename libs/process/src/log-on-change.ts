import type { Logger } from '@nestjs/common';

/**
 * The time after the start in which a fault is not an error, in milliseconds. Another process may
 * still be creating what this one needs, such as the relay the topic.
 */
const START_MS = 60_000;

/** A fault without numbers and details, so that repeated failures with the same cause are equal. */
const causeOf = (fault: string | null): string | null => fault?.replaceAll(/\([^)]*\)|[0-9]+/g, '') ?? null;

/**
 * Logs a fault once when it appears, and once when it has ended. In the first minute, a fault is
 * logged as information. If it still exists after that, it is logged as an error.
 */
export class LogOnChange {
  private cause: string | null = null;
  private asError = false;
  private readonly startedAt: number;

  constructor(
    private readonly log: Pick<Logger, 'log' | 'warn' | 'error'>,
    /** The component in the log lines: `the projection`. */
    private readonly who: string,
    private readonly clock: () => number = () => performance.now(),
  ) {
    this.startedAt = clock();
  }

  /** Sets the current fault; null if there is none. Call it repeatedly while the fault lasts. */
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
