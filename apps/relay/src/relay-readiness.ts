import { type EventLog, Fault, type Relay, type Watchdog } from '@entente/engine';
import { Readiness, type DeploymentStatus, alarmsOf, headWithTimeout } from '@entente/http';

/** The status of a relay: how far the log is published, and why it cannot continue. */
export class RelayReadiness extends Readiness {
  constructor(
    private readonly log: EventLog,
    private readonly relay: Relay,
    private readonly watchdog: Watchdog,
  ) {
    super();
  }

  async status(): Promise<DeploymentStatus> {
    const { position: published, fault } = this.relay.status();
    const alarms = alarmsOf(this.watchdog);
    const own = { waiting: 0, models: [], parked: [], published, alarms };
    try {
      const begins = published === null ? 'reads where the partitions of the topic end' : null;
      return { ...own, head: await headWithTimeout(this.log), fault: fault ?? begins };
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      return { ...own, head: null, fault: error.message, code: error.code };
    }
  }
}
