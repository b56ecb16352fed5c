import { type DynamicModule, Module } from '@nestjs/common';
import { eventLog, readModels } from '@entente/distributed';
import {
  DeadLetters,
  EventFeed,
  EventLog,
  Projector,
  ReadModelStore,
  Watchdog,
  progressSources,
  modelStatuses,
} from '@entente/engine';
import { SystemReadiness, Metrics, PROBE_CONTROLLERS, Readiness } from '@entente/http';
import { KafkaDeadLetters, KafkaEventFeed, lastPublished } from '@entente/kafka';
import { closeOnShutdown, type StartupDependencies, logging, clientLogger } from '@entente/process';
import { MODELS } from '@entente/read-models';
import {
  WaitForOlderProjectors,
  RestoreCheck,
  RolloutGate,
  WatchdogWorker,
  projection,
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
    const { process: own, kafka, topic, others, group } = config;
    return {
      module: ProjectorModule,
      imports: [LoggerModule.forRoot(logging(own.logLevel))],
      controllers: PROBE_CONTROLLERS,
      providers: [
        Metrics,
        { provide: 'Observer', useExisting: Metrics },
        ...eventLog(config, waits),
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
        readModels(config, waits, 'write'),
        {
          provide: RestoreCheck,
          inject: [EventLog, ReadModelStore],
          useFactory: (log: EventLog, rows: ReadModelStore) => {
            const published = () => lastPublished({ ...kafka, ...topic, clientId: 'entente-projector' }, log.id);
            return new RestoreCheck(log, { first: [rowsAsKnown(rows), published] });
          },
        },
        ...projection({ shared: true }),
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
