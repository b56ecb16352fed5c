import { type EventStore, Fault, type Watchdog } from '@entente/engine';
import { Readiness, type DeploymentStatus, alarmsOf, headWithTimeout } from '@entente/http';
import type { IntakeWorker } from '@entente/workers';

/** The status of an intake: why commands wait, and how many wait for any intake. */
export class IntakeReadiness extends Readiness {
  constructor(
    private readonly store: EventStore,
    private readonly intake: IntakeWorker,
    /** The number of commands that wait on their topic; null if unknown. */
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
      return { ...own, head: null, fault: error.message, code: error.code };
    }
  }
}
