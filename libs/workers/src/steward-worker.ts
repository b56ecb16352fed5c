import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Steward, StewardCheckpoint } from '@entente/engine';
import { LogOnChange } from '@entente/process';

/**
 * Runs the steward: starts it when the app has started, ends it after the command in progress when
 * the app closes, and then closes its checkpoint.
 */
@Injectable()
export class StewardWorker implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly faults = new LogOnChange(new Logger('steward'), 'the steward');
  private watch: NodeJS.Timeout | null = null;

  constructor(
    @Inject(Steward) private readonly steward: Steward,
    @Inject(StewardCheckpoint) private readonly checkpoint: StewardCheckpoint,
  ) {}

  onApplicationBootstrap(): void {
    this.steward.start();
    this.watch = setInterval(() => this.faults.now(this.steward.status().fault), 1000).unref();
  }

  async onModuleDestroy(): Promise<void> {
    if (this.watch !== null) clearInterval(this.watch);
    await this.steward.stop();
    await this.checkpoint.close();
  }
}
