import { type EventLog, Fault, type ModelStatus, type ReadModelStore, type Watchdog } from '@entente/engine';
import { Readiness, type DeploymentStatus, alarmsOf } from './health.controller.js';
import { orOutage, headWithTimeout, probe } from './probe.js';

/** The parts of a deployment from which its status is computed. */
export interface SystemParts {
  readonly log: EventLog;
  readonly rows: ReadModelStore;
  readonly watchdog: Watchdog;
  /** Appends that wait for their commit. */
  readonly waiting: () => number;
  /** The current fault; null without one. */
  readonly fault: () => string | null;
  /**
   * The number of commands that wait in the commands topic, if there is one; null if it is unknown.
   */
  readonly commandsWaiting?: () => number | null;
  /** The position of each read model, and why it has stopped. Empty if not known yet. */
  readonly models: () => Promise<readonly (ModelStatus & { readonly partitions?: readonly bigint[] })[]>;
}

/**
 * The time by which this clock may be behind the one that recorded the newest event, in
 * milliseconds.
 */
const MAX_AHEAD_MS = 5 * 60_000;

const STARTING = 'the projection is starting: the positions of the read models are not known yet';

/** The status of a deployment, from its parts and from the watchdog. */
export class SystemReadiness extends Readiness {
  /** The time at which the event at the end of the log was recorded; null if there is none. */
  private newest: { readonly head: bigint; readonly recordedAt: string | null } | null = null;

  constructor(private readonly parts: SystemParts) {
    super();
  }

  async status(): Promise<DeploymentStatus> {
    const { watchdog, fault } = this.parts;
    const alarms = alarmsOf(watchdog);
    const commandsWaiting = this.parts.commandsWaiting?.();
    const base = { waiting: this.parts.waiting(), ...(commandsWaiting === undefined ? {} : { commandsWaiting }) };
    try {
      const { head, models, parked } = await this.models();
      const stopped = models.flatMap(({ model, stopped }) =>
        stopped === null ? [] : [{ source: model, alarm: `stopped: ${stopped}` }],
      );
      const ahead = head === null ? [] : await this.clockAlarms(head);
      const currentFault = fault() ?? (models.length === 0 ? STARTING : null);
      return { ...base, head, models, parked, fault: currentFault, alarms: [...stopped, ...ahead, ...alarms] };
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      return { ...base, head: null, models: [], parked: [], fault: error.message, code: error.code, alarms };
    }
  }

  private async models(): Promise<Pick<DeploymentStatus, 'head' | 'models' | 'parked'>> {
    const { log } = this.parts;
    const head = await headWithTimeout(log);
    const stored = Promise.all([this.parts.rows.parked(), this.parts.models()]);
    const [parked, statuses] = await probe(stored, 'the store of the rows').catch((error: unknown) => {
      throw orOutage(log, error);
    });
    // An error of the log is not a fault of the rows.
    const models = await probe(this.modelsAt(head, statuses, parked), 'the event store').catch((error: unknown) => {
      throw orOutage(log, error);
    });
    return { head, models, parked };
  }

  private async modelsAt(
    head: bigint,
    statuses: Awaited<ReturnType<SystemParts['models']>>,
    parked: DeploymentStatus['parked'],
  ): Promise<DeploymentStatus['models']> {
    const ages = new Map<bigint, number>([[head, 0]]);
    const models = [];
    for (const status of statuses) {
      const { position } = status;
      if (!ages.has(position)) ages.set(position, position > head ? 0 : await this.ageBehind(position));
      const stuck = parked.filter(({ model }) => model === status.model).length;
      models.push({ ...status, parked: stuck, behindSeconds: ages.get(position) as number });
    }
    return models;
  }

  /**
   * Raises an alarm if the newest event was recorded far ahead of this clock. Times of recording
   * never decrease, so all events get that time until the clock has passed it.
   */
  private async clockAlarms(head: bigint): Promise<DeploymentStatus['alarms']> {
    if (this.newest?.head !== head) {
      const event = await probe(this.parts.log.eventAt(head), 'the event store');
      this.newest = { head, recordedAt: event?.metadata.recordedAt ?? null };
    }
    const { recordedAt } = this.newest;
    if (recordedAt === null || Date.parse(recordedAt) <= Date.now() + MAX_AHEAD_MS) return [];
    return [{ source: 'clock', alarm: `the newest event was recorded at ${recordedAt}, ahead of this clock` }];
  }

  private async ageBehind(position: bigint): Promise<number> {
    for await (const [event] of this.parts.log.readLog(position, { limit: 1 }))
      if (event !== undefined) return Math.max(0, (Date.now() - Date.parse(event.metadata.recordedAt)) / 1000);
    return 0;
  }
}
