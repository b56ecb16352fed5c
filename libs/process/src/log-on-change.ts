import type { Logger } from '@nestjs/common';

/** Logs a fault once when it appears, and once when it is gone. */
export class LogOnChange {
  private logged: string | null = null;

  constructor(
    private readonly log: Logger,
    /** Who has stalled: `the projection`. */
    private readonly who: string,
  ) {}

  /** Sets the present fault; null if there is none. */
  now(fault: string | null): void {
    if (fault === this.logged) return;
    if (fault === null) this.log.warn(`${this.who} goes on`);
    else this.log.error(`${this.who} stalled and tries again: ${fault}`);
    this.logged = fault;
  }
}
