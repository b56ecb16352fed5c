import { type EventLog, Fault, type ModelStatus, type ReadModelStore, type Watchdog } from '@entente/engine';
import { Readiness, type DeploymentStatus, alarmsOf } from './health.controller.js';
import { blamed, headWithTimeout, probe } from './probe.js';

/** What tells how a deployment stands. */
export interface SystemParts {
  readonly log: EventLog;
  readonly rows: ReadModelStore;
  readonly watchdog: Watchdog;
  /** Appends that wait for their commit. */
  readonly waiting: () => number;
  /** What is known to be wrong; null where nothing is. */
  readonly fault: () => string | null;
  /**
   * How many commands wait in the topic of commands, where there is one; null where that is not
   * known.
   */
  readonly commandsWaiting?: () => number | null;
  /**
   * How far each read model is, and why it folds no more where it does not. None: that is not known
   * yet.
   */
  readonly models: () => Promise<readonly (ModelStatus & { readonly partitions?: readonly bigint[] })[]>;
}

const BEGINS = 'the projection begins: how far each read model has come is not known yet';

/**
 * How a deployment stands, from its parts: what they say of themselves, and what the watchdog sees.
 */
export class SystemReadiness extends Readiness {
  constructor(private readonly parts: SystemParts) {
    super();
  }

  async standing(): Promise<DeploymentStatus> {
    const { watchdog, fault } = this.parts;
    const alarms = alarmsOf(watchdog);
    const commandsWaiting = this.parts.commandsWaiting?.();
    const own = { waiting: this.parts.waiting(), ...(commandsWaiting === undefined ? {} : { commandsWaiting }) };
    try {
      const { head, models, parked } = await this.models();
      const stopped = models.flatMap(({ model, stopped }) =>
        stopped === null ? [] : [{ follower: model, alarm: `folds no more: ${stopped}` }],
      );
      const wrong = fault() ?? (models.length === 0 ? BEGINS : null);
      return { ...own, head, models, parked, fault: wrong, alarms: [...stopped, ...alarms] };
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      return { ...own, head: null, models: [], parked: [], fault: error.message, alarms };
    }
  }

  private async models(): Promise<Pick<DeploymentStatus, 'head' | 'models' | 'parked'>> {
    const { log } = this.parts;
    const head = await headWithTimeout(log);
    return probe(this.modelsAt(head), 'what keeps the rows').catch((error: unknown) => {
      throw blamed(log, error);
    });
  }

  private async modelsAt(head: bigint): Promise<Pick<DeploymentStatus, 'head' | 'models' | 'parked'>> {
    const { rows } = this.parts;
    const ages = new Map<bigint, number>([[head, 0]]);
    const models = [];
    const parked = await rows.parked();
    for (const status of await this.parts.models()) {
      const { position } = status;
      if (!ages.has(position)) ages.set(position, position > head ? 0 : await this.ageBehind(position));
      const stuck = parked.filter(({ model }) => model === status.model).length;
      models.push({ ...status, parked: stuck, behindSeconds: ages.get(position) as number });
    }
    return { head, models, parked };
  }

  private async ageBehind(position: bigint): Promise<number> {
    for await (const [event] of this.parts.log.readLog(position, { limit: 1 }))
      if (event !== undefined) return Math.max(0, (Date.now() - Date.parse(event.metadata.recordedAt)) / 1000);
    return 0;
  }
}
