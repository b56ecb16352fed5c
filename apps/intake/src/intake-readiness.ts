import { type EventStore, Fault } from '@entente/engine';
import { Readiness, type Standing, soon } from '@entente/http';
import type { IntakeWorker } from '@entente/workers';

/** How an intake stands: why commands wait, where they do. */
export class IntakeReadiness extends Readiness {
  constructor(
    private readonly store: EventStore,
    private readonly intake: IntakeWorker,
  ) {
    super();
  }

  async standing(): Promise<Standing> {
    const own = { waiting: this.store.waiting(), models: [], parked: [], alarms: [] };
    try {
      return { ...own, head: await soon(this.store.head(), 'the event store'), fault: this.intake.fault() };
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      return { ...own, head: null, fault: error.message };
    }
  }
}
