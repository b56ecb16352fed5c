import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Backoff, supervise } from '@entente/async';
import { EventLog, Fault, ReadModelStore, rebuild } from '@entente/engine';
import type { AnyProjection } from '@entente/kernel';
import { LogOnChange } from '@entente/process';
import { olderIn } from './rollout-gate.js';

/** The models that this process folds. */
export abstract class Models {
  abstract readonly all: readonly AnyProjection[];
  /**
   * Whether other processes fold them too. Then rows of a newer version than the code's are left
   * unchanged.
   */
  abstract readonly shared: boolean;
}

/** The pause before the next attempt, in milliseconds. */
const RETRY_AFTER_MS = 5000;

/**
 * At the start, rebuilds the read models whose projection has a new version. The old tables stay
 * active until the new ones have caught up. An interrupted rebuild is continued.
 */
@Injectable()
export class RebuildWorker implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly log = new Logger('rebuild');
  private readonly faults = new LogOnChange(this.log, 'the rebuild');
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(
    @Inject(EventLog) private readonly events: EventLog,
    @Inject(ReadModelStore) private readonly rows: ReadModelStore,
    @Inject(Models) private readonly models: Models,
  ) {}

  onApplicationBootstrap(): void {
    this.running = this.keepTrying();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async keepTrying(): Promise<void> {
    const { signal } = this.stopping;
    const backoff = new Backoff({ firstMs: RETRY_AFTER_MS, maxMs: RETRY_AFTER_MS });
    const onFailure = (error: unknown): void => {
      if (signal.aborted) return;
      if (error instanceof Fault) this.faults.now(error.message);
      else this.log.error(error);
    };
    await supervise(() => this.rebuildOutdated(), { signal, backoff, onFailure });
    if (!signal.aborted) this.faults.now(null);
  }

  private async outdated(): Promise<readonly AnyProjection[]> {
    if (this.models.shared === true) return olderIn(this.rows, this.models.all);
    const outdated = await this.rows.outdated();
    return this.models.all.filter(({ name }) => outdated.includes(name));
  }

  private async rebuildOutdated(): Promise<void> {
    const models = await this.outdated();
    if (models.length === 0) return;
    const names = models.map(({ name, version }) => `${name} version ${version}`).join(', ');
    this.log.warn(`rebuilding ${names}: the old tables are served until it has caught up`);
    await rebuild(this.events, models, this.rows, {
      now: () => new Date().toISOString(),
      progress: () => this.stopping.signal.throwIfAborted(),
    });
    this.log.warn(`${names}: served from now on`);
  }
}
