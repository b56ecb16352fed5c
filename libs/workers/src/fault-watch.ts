import type { Logger } from '@nestjs/common';
import { LogOnChange } from '@entente/process';

/** Checks the fault of a loop once a second, and logs it when it appears and when it has ended. */
export class FaultWatch {
  private readonly faults: LogOnChange;
  private timer: NodeJS.Timeout | null = null;

  constructor(
    log: Logger,
    /** The name of the loop in log lines: `the relay`. */
    who: string,
    private readonly fault: () => string | null,
  ) {
    this.faults = new LogOnChange(log, who);
  }

  start(): void {
    this.timer = setInterval(() => this.faults.now(this.fault()), 1000).unref();
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
  }
}
