import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Relay } from '@entente/engine';
import { LogOnChange } from '@entente/process';

/**
 * Gives the relay its life: it begins when the process stands, and ends after the batch at hand
 * when it closes.
 */
@Injectable()
export class RelayWorker implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly told = new LogOnChange(new Logger('relay'), 'the relay');
  private watch: NodeJS.Timeout | null = null;

  constructor(@Inject(Relay) private readonly relay: Relay) {}

  onApplicationBootstrap(): void {
    this.relay.start();
    this.watch = setInterval(() => this.told.now(this.relay.status().fault), 1000).unref();
  }

  async onModuleDestroy(): Promise<void> {
    if (this.watch !== null) clearInterval(this.watch);
    await this.relay.stop();
  }
}
