import { type DynamicModule, Module } from '@nestjs/common';
import {
  DeadLetters,
  EventFeed,
  EventLog,
  Projector,
  ReadModelStore,
  Watchdog,
  eraOf,
  progressSources,
  modelStatuses,
} from '@entente/engine';
import { EventStoreDbStore } from '@entente/eventstoredb';
import {
  HealthController,
  SystemReadiness,
  Metrics,
  MetricsController,
  Readiness,
  VersionController,
} from '@entente/http';
import { KafkaDeadLetters, KafkaEventFeed, lastPublished } from '@entente/kafka';
import { closeOnShutdown, type StartupDependencies, logging, clientLogger, damageLogger } from '@entente/process';
import { MODELS, VIEWS } from '@entente/read-models';
import { PostgresReadModelStore } from '@entente/typeorm';
import {
  WaitForOlderProjectors,
  Models,
  PROJECTION,
  RestoreCheck,
  RolloutGate,
  WatchdogWorker,
  rowsAsKnown,
} from '@entente/workers';
import { LoggerModule } from 'nestjs-pino';
import type { ProjectorConfig } from './config.js';

/**
 * The projector: folds the log from Kafka into rows in PostgreSQL. Several projectors share the
 * partitions. Events that the topic lacks are read from the event store.
 */
@Module({})
export class ProjectorModule {
  static on(config: ProjectorConfig, waits: StartupDependencies): DynamicModule {
    const { process: own, eventStore, kafka, topic, others, group, database } = config;
    return {
      module: ProjectorModule,
      imports: [LoggerModule.forRoot(logging(own.logLevel))],
      controllers: [HealthController, MetricsController, VersionController],
      providers: [
        Metrics,
        { provide: 'Observer', useExisting: Metrics },
        {
          provide: EventLog,
          inject: [Metrics],
          useFactory: (metrics: Metrics) =>
            waits.for('the event store', () =>
              EventStoreDbStore.connect({
                ...eventStore,
                onReconnect: () => metrics.reconnected('event-store'),
                onDamage: damageLogger(),
              }),
            ),
        },
        {
          provide: KafkaEventFeed,
          inject: [EventLog, Metrics],
          useFactory: (log: EventLog, metrics: Metrics) =>
            new KafkaEventFeed(
              {
                ...kafka,
                ...topic,
                groupId: `${group}-projector`,
                clientId: 'entente-projector',
                onLog: clientLogger('kafka'),
                onReconnect: () => metrics.reconnected('kafka'),
              },
              log,
            ),
        },
        { provide: EventFeed, useExisting: KafkaEventFeed },
        {
          provide: DeadLetters,
          inject: [EventLog, KafkaEventFeed],
          useFactory: (log: EventLog, feed: KafkaEventFeed) => {
            const { deadLetters } = others;
            return new KafkaDeadLetters(
              { ...kafka, ...topic, deadLetters, clientId: 'entente-projector' },
              feed,
              log.id,
            );
          },
        },
        {
          provide: ReadModelStore,
          inject: [EventLog, Metrics],
          useFactory: (log: EventLog, metrics: Metrics) =>
            waits.for('the database', async () => {
              const { partitions } = topic;
              const rows = new PostgresReadModelStore({
                ...database,
                models: MODELS,
                views: VIEWS,
                partitions,
                onReconnect: () => metrics.reconnected('database'),
              });
              await rows.open(log.id, undefined, eraOf(log));
              return rows;
            }),
        },
        {
          provide: RestoreCheck,
          inject: [EventLog, ReadModelStore],
          useFactory: (log: EventLog, rows: ReadModelStore) => {
            const published = () => lastPublished({ ...kafka, ...topic, clientId: 'entente-projector' }, log.id);
            return new RestoreCheck(log, { first: [rowsAsKnown(rows), published] });
          },
        },
        ...PROJECTION,
        { provide: Models, useValue: { all: MODELS, shared: true } },
        {
          provide: RolloutGate,
          inject: [EventLog, ReadModelStore],
          useFactory: (log: EventLog, rows: ReadModelStore) => new WaitForOlderProjectors(log, rows, MODELS),
        },
        {
          provide: Watchdog,
          inject: [EventLog, ReadModelStore],
          useFactory: (log: EventLog, rows: ReadModelStore) =>
            new Watchdog(
              log,
              progressSources(
                rows,
                MODELS.map(({ name }) => name),
              ),
              () => Date.now(),
            ),
        },
        {
          provide: Readiness,
          inject: [EventLog, ReadModelStore, Watchdog, Projector],
          useFactory: (log: EventLog, rows: ReadModelStore, watchdog: Watchdog, projector: Projector) =>
            new SystemReadiness({
              log,
              rows,
              watchdog,
              waiting: () => 0,
              fault: () => projector.fault(),
              models: () => modelStatuses(rows),
            }),
        },
        WatchdogWorker,
        closeOnShutdown(DeadLetters, ReadModelStore, EventLog),
      ],
    };
  }
}
