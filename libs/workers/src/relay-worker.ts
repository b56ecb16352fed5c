import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Relay } from '@entente/engine';
import { FaultWatch } from './fault-watch.js';

/**
 * Runs the relay. It starts when the app has started. When the app closes, it stops after the batch
 * in progress.
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
