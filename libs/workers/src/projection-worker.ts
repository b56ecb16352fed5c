import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Projector } from '@entente/engine';

/** Gives the projection its life: it begins when the house stands, and ends after the batch at hand when the house closes. */
@Injectable()
export class ProjectionWorker implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly log = new Logger('projection');
  private watch: NodeJS.Timeout | null = null;
  private said: string | null = null;

  constructor(@Inject(Projector) private readonly projector: Projector) {}

  onApplicationBootstrap(): void {
    this.projector.start();
    this.watch = setInterval(() => this.tellFaults(), 1000).unref();
  }

  async onModuleDestroy(): Promise<void> {
    if (this.watch !== null) clearInterval(this.watch);
    await this.projector.stop();
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
