import { type EventStore, Fault, type Steward, type Watchdog } from '@entente/engine';
import { Readiness, type DeploymentStatus, alarmsOf, headWithTimeout } from '@entente/http';

/** The status of a steward: why it sends nothing. */
export class StewardReadiness extends Readiness {
  constructor(
    private readonly store: EventStore,
    private readonly steward: Steward,
    private readonly watchdog: Watchdog,
  ) {
    super();
  }

  async status(): Promise<DeploymentStatus> {
    const alarms = alarmsOf(this.watchdog);
    const own = { waiting: this.store.waiting(), models: [], parked: [], alarms };
    const { fault, position } = this.steward.status();
    const begins = position === null ? 'reads the log from its checkpoint' : null;
    try {
      return { ...own, head: await headWithTimeout(this.store), fault: fault ?? begins };
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      return { ...own, head: null, fault: error.message, code: error.code };
    }
  }
}
