import { type EventStore, Fault, type Watchdog } from '@entente/engine';
import { Readiness, type DeploymentStatus, alarmsOf, headWithTimeout } from '@entente/http';
import type { IntakeWorker } from '@entente/workers';

/**
 * How an intake stands: why commands wait, where they do, and how many, whichever intake they wait
 * for.
 */
export class IntakeReadiness extends Readiness {
  constructor(
    private readonly store: EventStore,
    private readonly intake: IntakeWorker,
    /** How many commands wait on their topic; null where that is not known. */
    private readonly commandsWaiting: () => number | null,
    private readonly watchdog: Watchdog,
  ) {
    super();
  }

  async status(): Promise<DeploymentStatus> {
    const alarms = alarmsOf(this.watchdog);
    const waiting = this.store.waiting();
    const commandsWaiting = this.commandsWaiting();
    const own = { waiting, commandsWaiting, models: [], parked: [], alarms };
    try {
      return { ...own, head: await headWithTimeout(this.store), fault: this.intake.fault() };
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      return { ...own, head: null, fault: error.message };
    }
  }
}
