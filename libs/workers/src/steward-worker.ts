import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Steward, StewardCheckpoint } from '@entente/engine';
import { FaultWatch } from './fault-watch.js';

/**
 * Runs the steward. It starts when the app has started. When the app closes, it stops after the
 * command in progress, and closes its checkpoint.
 */
@Injectable()
export class StewardWorker implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly watch = new FaultWatch(new Logger('steward'), 'the steward', () => this.steward.status().fault);

  constructor(
    @Inject(Steward) private readonly steward: Steward,
    @Inject(StewardCheckpoint) private readonly checkpoint: StewardCheckpoint,
  ) {}

  onApplicationBootstrap(): void {
    this.steward.start();
    this.watch.start();
  }

  async onModuleDestroy(): Promise<void> {
    this.watch.stop();
    await this.steward.stop();
    await this.checkpoint.close();
  }
}
