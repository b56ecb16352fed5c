import { type DynamicModule, Module } from '@nestjs/common';
import {
  EventStore,
  Executor,
  Pseudonymizer,
  ReadModelStore,
  RefusalLog,
  Steward,
  StewardCheckpoint,
  Watchdog,
  eraOf,
} from '@entente/engine';
import { EventStoreDbStore } from '@entente/eventstoredb';
import {
  HealthController,
  LoopReadiness,
  Metrics,
  MetricsController,
  Readiness,
  VersionController,
} from '@entente/http';
import { closeOnShutdown, damageLogger, type StartupDependencies, logging } from '@entente/process';
import { MODELS, VIEWS } from '@entente/read-models';
import { PostgresReadModelStore, PostgresRefusalLog, PostgresStewardCheckpoint } from '@entente/typeorm';
import {
  RestoreCheck,
  type StewardSettings,
  StewardWorker,
  WatchdogWorker,
  kinds,
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
    const { process: own, eventStore, topic, database, commands, pseudonymKey } = config;
    return {
      module: StewardModule,
      imports: [LoggerModule.forRoot(logging(own.logLevel))],
      controllers: [HealthController, MetricsController, VersionController],
      providers: [
        Metrics,
        {
          provide: EventStoreDbStore,
          inject: [Metrics],
          useFactory: (metrics: Metrics) =>
            waits.for('the event store', () =>
              EventStoreDbStore.connect({
                ...eventStore,
                onReconnect: () => metrics.reconnected('event-store'),
                onDamage: damageLogger(),
                onCommitted: (...of) => metrics.committed(...of),
              }),
            ),
        },
        { provide: EventStore, useExisting: EventStoreDbStore },
        {
          provide: ReadModelStore,
          inject: [EventStore, Metrics],
          useFactory: (log: EventStore, metrics: Metrics) =>
            waits.for('the database', async () => {
              const rows = new PostgresReadModelStore({
                ...database,
                models: MODELS,
                views: VIEWS,
                partitions: topic.partitions,
                readonly: true,
                onReconnect: () => metrics.reconnected('database'),
              });
              await rows.open(log.id, undefined, eraOf(log));
              return rows;
            }),
        },
        {
          provide: RefusalLog,
          inject: [Metrics],
          useFactory: (metrics: Metrics) =>
            waits.for('the database', () =>
              PostgresRefusalLog.open({ ...database, onReconnect: () => metrics.reconnected('database') }),
            ),
        },
        {
          provide: StewardCheckpoint,
          inject: [EventStore],
          useFactory: (log: EventStore) =>
            waits.for('the database', () => PostgresStewardCheckpoint.open(database, log)),
        },
        {
          provide: Steward,
          inject: [EventStoreDbStore, RefusalLog, ReadModelStore, StewardCheckpoint, Metrics],
          useFactory: (
            store: EventStoreDbStore,
            refusals: RefusalLog,
            rows: ReadModelStore,
            checkpoint: StewardCheckpoint,
            metrics: Metrics,
          ) => {
            const pseudonymizer = new Pseudonymizer(pseudonymKey);
            const executor = new Executor(store, kinds, pseudonymizer, refusals, metrics, commands);
            return stewardOn(store, executor, rows, checkpoint, pseudonymizer, settings);
          },
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
