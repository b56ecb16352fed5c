import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Fault, Watchdog } from '@entente/engine';
import { LogOnChange } from '@entente/process';

/** Runs the watchdog once a second. Logs each alarm when it appears and when it has ended. */
@Injectable()
export class WatchdogWorker implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly log = new Logger('watch');
  private readonly faults = new LogOnChange(this.log, 'the watch');
  private timer: NodeJS.Timeout | null = null;
  private logged = new Set<string>();
  private looking = false;

  constructor(@Inject(Watchdog) private readonly watchdog: Watchdog) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.look(), 1000).unref();
  }

  onModuleDestroy(): void {
    if (this.timer !== null) clearInterval(this.timer);
  }

  private async look(): Promise<void> {
    if (this.looking) return;
    this.looking = true;
    try {
      await this.watchdog.look();
      this.faults.now(null);
      const alarms = this.watchdog.alarms();
      for (const [name, alarm] of alarms) if (!this.logged.has(name)) this.log.error(`ALARM: ${name} ${alarm}`);
      for (const name of this.logged) if (!alarms.has(name)) this.log.warn(`${name} recovered`);
      this.logged = new Set(alarms.keys());
    } catch (error) {
      // An outage is logged when it begins and when it ends, and not at each check.
      if (error instanceof Fault) this.faults.now(error.message);
      else this.log.error(error);
    } finally {
      this.looking = false;
    }
  }
}
