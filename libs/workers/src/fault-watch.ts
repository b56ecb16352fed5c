import type { Logger } from '@nestjs/common';
import { LogOnChange } from '@entente/process';

/** Looks once a second at the fault of a loop, and logs it when it appears and when it is gone. */
export class FaultWatch {
  private readonly faults: LogOnChange;
  private timer: NodeJS.Timeout | null = null;

  constructor(
    log: Logger,
    /** What may have a fault: `the relay`. */
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
