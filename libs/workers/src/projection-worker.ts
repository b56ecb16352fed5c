import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Projector, ReadModelStore } from '@entente/engine';

/**
 * Gives the projection its life: it begins when the house stands, ends after the batch at hand when the house closes, and begins again from where the rows stand
 * when others are served or a parked stream was cleared.
 */
@Injectable()
export class ProjectionWorker implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly log = new Logger('projection');
  private watch: NodeJS.Timeout | null = null;
  private said: string | null = null;
  private parked = new Set<string>();
  private turn: number | null = null;
  private looking: Promise<void> | null = null;

  constructor(
    @Inject(Projector) private readonly projector: Projector,
    @Inject(ReadModelStore) private readonly rows: ReadModelStore,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    this.turn = await this.rows.turn();
    this.projector.start();
    this.watch = setInterval(() => {
      this.looking ??= this.look().finally(() => (this.looking = null));
    }, 1000).unref();
  }

  async onModuleDestroy(): Promise<void> {
    if (this.watch !== null) clearInterval(this.watch);
    await this.looking;
    await this.projector.stop();
  }

  private async look(): Promise<void> {
    this.tellFaults();
    try {
      await this.tellParked();
      const turn = await this.rows.turn();
      if (turn !== this.turn) {
        await this.projector.stop();
        this.projector.start();
        this.log.warn('other rows are served: the projection goes on from where they stand');
      }
      this.turn = turn;
    } catch (error) {
      this.log.error(error);
    }
  }

  /** Each stream is told when it is parked, or found so at the start, and when it is folded again. */
  private async tellParked(): Promise<void> {
    const now = new Set<string>();
    for (const { model, stream, eventId, position, error } of await this.rows.parked()) {
      const name = `${stream} of ${model}`;
      now.add(name);
      if (this.parked.has(name)) continue;
      const from = `from its event ${eventId} at position ${position} on (${error})`;
      this.log.error(`PARKED: ${name} is not folded ${from}; after a fix: entente parked retry`);
    }
    for (const name of this.parked) if (!now.has(name)) this.log.warn(`${name} is parked no more`);
    this.parked = now;
  }

  /** Each fault is told once, when it comes and when it has gone. */
  private tellFaults(): void {
    const fault = this.projector.fault();
    if (fault === this.said) return;
    if (fault === null) this.log.warn('the projection goes on');
    else this.log.error(`the projection stands still and tries again: ${fault}`);
    this.said = fault;
  }
}
