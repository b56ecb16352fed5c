import { type DynamicModule, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import {
  Consequences,
  EventFeed,
  EventLog,
  EventStore,
  Executor,
  type ProgressSource,
  InProcessFeed,
  LiveLog,
  LiveRows,
  ReadModelStore,
  RefusalLog,
  Pseudonymizer,
  Watchdog,
  eraOf,
  progressSources,
  modelStatuses,
} from '@entente/engine';
import { EventStoreDbStore } from '@entente/eventstoredb';
import {
  AnswerOptions,
  CommandsController,
  ControlsController,
  HealthController,
  VersionController,
  HistoryController,
  SystemReadiness,
  LiveController,
  Metrics,
  MetricsController,
  OpenStreams,
  PageController,
  ReadModelsController,
  Readiness,
  RefusalsController,
  SchemasController,
  TakenBackGuard,
} from '@entente/http';
import { CommandLag, PublishedPosition, lastPublished } from '@entente/kafka';
import { closeOnShutdown, damageLogger, type StartupDependencies, logging } from '@entente/process';
import { MODELS, VIEWS } from '@entente/read-models';
import { PostgresReadModelStore, PostgresRefusalLog } from '@entente/typeorm';
import {
  ExecuteCommandHandler,
  RestoreCheck,
  WatchdogWorker,
  consequencesOn,
  kinds,
  rowsAsKnown,
} from '@entente/workers';
import { LoggerModule } from 'nestjs-pino';
import type { ApiConfig } from './config.js';

/** Sources of the progress of everything that follows the log. */
type Behind = [rows: ReadModelStore, topic: PublishedPosition, commands: CommandLag, live: LiveLog];

/**
 * Everything that follows the log: each read model, whichever process folds it; the relay, by the
 * end of the topic, if rows lack something; and the live history of this process. The intake
 * follows the commands topic.
 */
function progressSourcesOf(log: EventLog, ...[rows, topic, commands, live]: Behind): readonly ProgressSource[] {
  const models = progressSources(
    rows,
    MODELS.map(({ name }) => name),
  );
  const relayed = async (): Promise<bigint | null> => {
    const [head, ...positions] = await Promise.all([log.head(), ...models.map(({ position }) => position())]);
    return positions.every((at) => at !== null && at >= head) ? head : topic.position();
  };
  return [
    { name: 'relay', position: relayed },
    ...models,
    commands.source('intake'),
    { name: 'live history', position: () => Promise.resolve(live.position()) },
  ];
}

/**
 * The HTTP API. Decides commands against EventStoreDB and serves the rows that projectors write. It
 * keeps no state: run as many instances as you like.
 */
@Module({})
export class ApiModule {
  static on(config: ApiConfig, waits: StartupDependencies): DynamicModule {
    const { process: own, eventStore, kafka, topic, others, group, database, commands, pseudonymKey } = config;
    return {
      module: ApiModule,
      imports: [CqrsModule.forRoot(), LoggerModule.forRoot(logging(own.logLevel))],
      controllers: [
        PageController,
        HealthController,
        VersionController,
        CommandsController,
        LiveController,
        HistoryController,
        ReadModelsController,
        RefusalsController,
        ControlsController,
        SchemasController,
        MetricsController,
      ],
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
        { provide: EventLog, useExisting: EventStoreDbStore },
        {
          provide: EventFeed,
          inject: [EventStoreDbStore],
          useFactory: (store: EventStoreDbStore) => new InProcessFeed(store),
        },
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
          provide: Executor,
          inject: [EventStore, Pseudonymizer, RefusalLog, Metrics],
          useFactory: (store: EventStore, pseudonymizer: Pseudonymizer, refusals: RefusalLog, metrics: Metrics) =>
            new Executor(store, kinds, pseudonymizer, refusals, metrics, commands),
        },
        { provide: Pseudonymizer, useValue: new Pseudonymizer(pseudonymKey) },
        { provide: LiveRows, inject: [ReadModelStore], useFactory: (rows: ReadModelStore) => new LiveRows(rows) },
        {
          provide: Consequences,
          inject: [EventStore, Executor, Pseudonymizer],
          useFactory: consequencesOn,
        },
        {
          provide: LiveLog,
          inject: [EventStore, EventFeed],
          useFactory: (log: EventStore, feed: EventFeed) => new LiveLog(log, feed),
        },
        OpenStreams,
        { provide: AnswerOptions, useValue: config.answers },
        {
          provide: PublishedPosition,
          inject: [Metrics],
          useFactory: (metrics: Metrics) =>
            new PublishedPosition({
              ...kafka,
              ...topic,
              clientId: 'entente-api',
              onReconnect: () => metrics.reconnected('kafka'),
            }),
        },
        {
          provide: CommandLag,
          inject: [Metrics],
          useFactory: (metrics: Metrics) => {
            const answering = { topic: others.commands, groupId: `${group}-intake`, clientId: 'entente-api' };
            return new CommandLag({ ...kafka, ...answering, onReconnect: () => metrics.reconnected('kafka') });
          },
        },
        {
          provide: Watchdog,
          inject: [EventStore, ReadModelStore, PublishedPosition, CommandLag, LiveLog],
          useFactory: (log: EventStore, ...behind: Behind) =>
            new Watchdog(log, progressSourcesOf(log, ...behind), () => Date.now()),
        },
        {
          provide: Readiness,
          inject: [EventStore, ReadModelStore, Watchdog, CommandLag],
          useFactory: (log: EventStore, rows: ReadModelStore, watchdog: Watchdog, backlog: CommandLag) =>
            new SystemReadiness({
              log,
              rows,
              watchdog,
              waiting: () => log.waiting(),
              commandsWaiting: () => backlog.waiting(),
              fault: () => null,
              models: () => modelStatuses(rows),
            }),
        },
        {
          provide: RestoreCheck,
          inject: [EventStore, ReadModelStore],
          useFactory: (log: EventStore, rows: ReadModelStore) =>
            new RestoreCheck(log, {
              first: [rowsAsKnown(rows)],
              then: [() => lastPublished({ ...kafka, ...topic, clientId: 'entente-api' }, log.id)],
            }),
        },
        { provide: APP_GUARD, useClass: TakenBackGuard },
        WatchdogWorker,
        ExecuteCommandHandler,
        closeOnShutdown(PublishedPosition, CommandLag, RefusalLog, ReadModelStore, EventStore),
      ],
    };
  }
}
