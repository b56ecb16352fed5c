import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
  Optional,
} from '@nestjs/common';
import { Backoff, supervise } from '@entente/async';
import { EventLog, Fault, Projector, ReadModelStore } from '@entente/engine';
import { LogOnChange } from '@entente/process';
import { RolloutGate } from './rollout-gate.js';

/** The pause before the next attempt to start, in milliseconds. */
const RETRY_AFTER_MS = 1000;

/**
 * Runs the projection. It starts when the app has started. When the app closes, it stops after the
 * batch in progress. It restarts from the checkpoints when other tables are promoted or a parked
 * stream is cleared. It stops if the log was set back.
 */
@Injectable()
export class ProjectionWorker implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly log = new Logger('projection');
  private readonly faults = new LogOnChange(this.log, 'the projection');
  private readonly checkFaults = new LogOnChange(this.log, 'the look at the rows');
  private watch: NodeJS.Timeout | null = null;
  private parked = new Set<string>();
  private catalogVersion: number | null = null;
  private checking: Promise<void> | null = null;
  private starting: Promise<void> | null = null;
  private readonly stopping = new AbortController();

  constructor(
    @Inject(Projector) private readonly projector: Projector,
    @Inject(ReadModelStore) private readonly rows: ReadModelStore,
    @Inject(EventLog) private readonly events: EventLog,
    @Optional() @Inject(RolloutGate) private readonly gate?: RolloutGate,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    this.catalogVersion = await this.rows.catalogVersion();
    this.events.onTakenBack(() => {
      this.stopping.abort();
      void this.projector.stop();
    });
    if (this.events.takenBack() !== null) return;
    if (this.gate === undefined) this.projector.start();
    else this.starting = this.startWhenOpen(this.gate);
    this.watch = setInterval(() => {
      this.checking ??= this.look().finally(() => (this.checking = null));
    }, 1000).unref();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    if (this.watch !== null) clearInterval(this.watch);
    await Promise.all([this.starting, this.checking]);
    await this.projector.stop();
  }

  private async startWhenOpen(gate: RolloutGate): Promise<void> {
    const { signal } = this.stopping;
    const begin = async (): Promise<void> => {
      await gate.wait(signal);
      this.catalogVersion = await this.rows.catalogVersion();
      this.projector.start();
    };
    const onFailure = (error: unknown): void => {
      if (signal.aborted) return;
      if (error instanceof Fault) this.checkFaults.now(error.message);
      else this.log.error(error);
    };
    await supervise(begin, {
      signal,
      backoff: new Backoff({ firstMs: RETRY_AFTER_MS, maxMs: RETRY_AFTER_MS }),
      onFailure,
    });
  }

  private async look(): Promise<void> {
    if (this.stopping.signal.aborted) return;
    this.faults.now(this.projector.fault());
    try {
      await this.logParked();
      const version = await this.rows.catalogVersion();
      if (version !== this.catalogVersion && this.projector.running) {
        await this.projector.stop();
        this.projector.start();
        this.log.warn('another process promoted a rebuild: the projection continues from its checkpoint');
      }
      this.catalogVersion = version;
      this.checkFaults.now(null);
    } catch (error) {
      if (error instanceof Fault) this.checkFaults.now(error.message);
      else this.log.error(error);
    }
  }

  /**
   * Logs each stream that is parked, at the start and later, and each stream that is no longer
   * parked.
   */
  private async logParked(): Promise<void> {
    const now = new Set<string>();
    for (const { model, stream, eventId, position, error } of await this.rows.parked()) {
      const name = `${stream} of ${model}`;
      now.add(name);
      if (this.parked.has(name)) continue;
      const from = `from its event ${eventId} at position ${position} on (${error})`;
      this.log.error(`PARKED: ${name} is not folded ${from}; after a fix: entente parked retry`);
    }
    for (const name of this.parked) if (!now.has(name)) this.log.warn(`${name} is no longer parked`);
    this.parked = now;
  }
}
