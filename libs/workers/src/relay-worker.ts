import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Relay } from '@entente/engine';
import { FaultWatch } from './fault-watch.js';

/**
 * Runs the relay: starts it when the app has started, and ends it after the batch in progress when
 * the app closes.
 */
@Injectable()
export class RelayWorker implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly watch = new FaultWatch(new Logger('relay'), 'the relay', () => this.relay.status().fault);

  constructor(@Inject(Relay) private readonly relay: Relay) {}

  onApplicationBootstrap(): void {
    this.relay.start();
    this.watch.start();
  }

  async onModuleDestroy(): Promise<void> {
    this.watch.stop();
    await this.relay.stop();
  }
}
