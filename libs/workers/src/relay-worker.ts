import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Relay } from '@entente/engine';
import { LogOnChange } from '@entente/process';

/**
 * Runs the relay: starts it when the app has started, and ends it after the batch in progress when
 * the app closes.
 */
@Injectable()
export class RelayWorker implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly faults = new LogOnChange(new Logger('relay'), 'the relay');
  private watch: NodeJS.Timeout | null = null;

  constructor(@Inject(Relay) private readonly relay: Relay) {}

  onApplicationBootstrap(): void {
    this.relay.start();
    this.watch = setInterval(() => this.faults.now(this.relay.status().fault), 1000).unref();
  }

  async onModuleDestroy(): Promise<void> {
    if (this.watch !== null) clearInterval(this.watch);
    await this.relay.stop();
  }
}
