import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { EventLog, ReadModelStore, rebuild } from '@entente/engine';
import type { AnyProjection } from '@entente/kernel';

/** The models that are kept, for those who fold them. */
export abstract class Models {
  abstract readonly all: readonly AnyProjection[];
}

/**
 * Fills, at the start, the read models whose projection has changed since these rows were folded: the old rows serve until the new ones have caught up. Broken off by
 * the end of the process, it is gone on with at the next start.
 */
@Injectable()
export class RebuildWorker implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly log = new Logger('rebuild');
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(
    @Inject(EventLog) private readonly events: EventLog,
    @Inject(ReadModelStore) private readonly rows: ReadModelStore,
    @Inject(Models) private readonly models: Models,
  ) {}

  onApplicationBootstrap(): void {
    this.running = this.rebuildOutdated().catch((error: unknown) => {
      if (!this.stopping.signal.aborted) this.log.error(error);
    });
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async rebuildOutdated(): Promise<void> {
    const outdated = await this.rows.outdated();
    const models = this.models.all.filter(({ name }) => outdated.includes(name));
    if (models.length === 0) return;
    const names = models.map(({ name, version }) => `${name} version ${version}`).join(', ');
    this.log.warn(`filling ${names}: the rows of before serve meanwhile`);
    await rebuild(this.events, models, this.rows, {
      now: () => new Date().toISOString(),
      progress: () => this.stopping.signal.throwIfAborted(),
    });
    this.log.warn(`${names}: served from now on`);
  }
}
