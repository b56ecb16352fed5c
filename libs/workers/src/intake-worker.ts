import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { CommandFeed, type CommandSubscription, EventStore, Executor } from '@entente/engine';
import { streamName } from '@entente/kernel';
import { FaultWatch } from './fault-watch.js';
import { Intake } from './intake.js';

/**
 * Runs the intake. It starts when the app has started. When the app closes, it stops after the
 * commands in progress are answered.
 */
@Injectable()
export class IntakeWorker implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly log = new Logger('intake');
  private readonly watch = new FaultWatch(this.log, 'the intake', () => this.fault());
  private delivery: CommandSubscription | null = null;

  constructor(
    @Inject(CommandFeed) private readonly feed: CommandFeed,
    @Inject(Executor) private readonly executor: Executor,
    @Inject(EventStore) private readonly store: EventStore,
  ) {}

  onApplicationBootstrap(): void {
    const intake = new Intake(this.executor, this.store, ({ command, metadata, stream }, error) => {
      this.log.error(
        `the rules fail at ${command.type} ${metadata.commandId} on ${streamName(stream)}: its message becomes a dead letter`,
      );
      this.log.error(error);
    });
    this.delivery = this.feed.subscribe(intake);
    this.watch.start();
  }

  async onModuleDestroy(): Promise<void> {
    this.watch.stop();
    await this.delivery?.stop();
  }

  /** Why commands wait, for readiness; null if they do not. */
  fault(): string | null {
    return this.delivery === null ? 'the intake has not begun' : this.delivery.fault();
  }
}
