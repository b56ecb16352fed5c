import { type EventLog, Fault, type Watchdog } from '@entente/engine';
import { Readiness, type DeploymentStatus, alarmsOf } from './health.controller.js';
import { headWithTimeout } from './probe.js';

/** The status that a loop reports. */
type LoopStatus = Pick<DeploymentStatus, 'fault' | 'published' | 'commandsWaiting'> & { readonly waiting?: number };

/** The status of a process that runs one loop over the log, and stores no rows. */
export class LoopReadiness extends Readiness {
  constructor(
    private readonly log: EventLog,
    private readonly watchdog: Watchdog,
    private readonly loop: () => LoopStatus,
  ) {
    super();
  }

  async status(): Promise<DeploymentStatus> {
    const own = { waiting: 0, models: [], parked: [], alarms: alarmsOf(this.watchdog), ...this.loop() };
    try {
      return { ...own, head: await headWithTimeout(this.log) };
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      return { ...own, head: null, fault: error.message, code: error.code };
    }
  }
}
