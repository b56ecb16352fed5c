import type { Logger } from '@nestjs/common';

/** Tells a fault in the log once, when it comes, and once when it has gone. */
export class LogOnChange {
  private said: string | null = null;

  constructor(
    private readonly log: Logger,
    /** Who has stalled: `the projection`. */
    private readonly who: string,
  ) {}

  /** How it stands now; null where all is well. */
  now(fault: string | null): void {
    if (fault === this.said) return;
    if (fault === null) this.log.warn(`${this.who} goes on`);
    else this.log.error(`${this.who} stalled and tries again: ${fault}`);
    this.said = fault;
  }
}
