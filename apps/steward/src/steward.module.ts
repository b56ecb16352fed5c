import { type DynamicModule, Module } from '@nestjs/common';
import { eventStore, executor, readModels, refusals } from '@entente/distributed';
import {
  EventStore,
  Executor,
  Pseudonymizer,
  ReadModelStore,
  RefusalLog,
  Steward,
  StewardCheckpoint,
  Watchdog,
} from '@entente/engine';
import { EventStoreDbStore } from '@entente/eventstoredb';
import { LoopReadiness, Metrics, PROBE_CONTROLLERS, Readiness } from '@entente/http';
import { closeOnShutdown, type StartupDependencies, logging } from '@entente/process';
import { PostgresStewardCheckpoint } from '@entente/typeorm';
import {
  RestoreCheck,
  type StewardSettings,
  StewardWorker,
  WatchdogWorker,
  rowsAsKnown,
  stewardOn,
} from '@entente/workers';
import { LoggerModule } from 'nestjs-pino';
import type { StewardConfig } from './config.js';

/**
 * The steward: sends the commands that follow from events and from days that have passed, against
 * the event store. Several stewards send the same commands, and each is recorded once.
 */
@Module({})
export class StewardModule {
  static on(config: StewardConfig, waits: StartupDependencies, settings: StewardSettings = {}): DynamicModule {
    const { process: own, database } = config;
    return {
      module: StewardModule,
      imports: [LoggerModule.forRoot(logging(own.logLevel))],
      controllers: PROBE_CONTROLLERS,
      providers: [
        Metrics,
        ...eventStore(config, waits),
        readModels(config, waits, 'read'),
        refusals(config, waits),
        ...executor(config),
        {
          provide: StewardCheckpoint,
          inject: [EventStore],
          useFactory: (log: EventStore) =>
            waits.for('the database', () => PostgresStewardCheckpoint.open(database, log)),
        },
        {
          provide: Steward,
          inject: [EventStoreDbStore, Executor, ReadModelStore, StewardCheckpoint, Pseudonymizer],
          useFactory: (
            store: EventStoreDbStore,
            executor: Executor,
            rows: ReadModelStore,
            checkpoint: StewardCheckpoint,
            pseudonymizer: Pseudonymizer,
          ) => stewardOn(store, executor, rows, checkpoint, pseudonymizer, settings),
        },
        {
          provide: Watchdog,
          inject: [EventStore, Steward],
          useFactory: (store: EventStore, steward: Steward) =>
            new Watchdog(
              store,
              [{ name: 'policies', position: () => Promise.resolve(steward.status().position) }],
              () => Date.now(),
            ),
        },
        {
          provide: Readiness,
          inject: [EventStore, Steward, Watchdog],
          useFactory: (store: EventStore, steward: Steward, watchdog: Watchdog) =>
            new LoopReadiness(store, watchdog, () => {
              const { fault, position } = steward.status();
              const begins = position === null ? 'reads the log from its checkpoint' : null;
              return { waiting: store.waiting(), fault: fault ?? begins };
            }),
        },
        {
          provide: RestoreCheck,
          inject: [EventStore, ReadModelStore, StewardCheckpoint],
          useFactory: (log: EventStore, rows: ReadModelStore, checkpoint: StewardCheckpoint) => {
            const checked = async () => [{ where: "the stewards' checkpoint", position: await checkpoint.load() }];
            return new RestoreCheck(log, { first: [rowsAsKnown(rows), checked] });
          },
        },
        StewardWorker,
        WatchdogWorker,
        closeOnShutdown(RefusalLog, ReadModelStore, EventStore),
      ],
    };
  }
}
