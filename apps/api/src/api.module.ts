import { type DynamicModule, Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { eventStore, executor, readModels, refusals } from '@entente/distributed';
import {
  Consequences,
  EventFeed,
  EventLog,
  EventStore,
  Executor,
  InProcessFeed,
  LiveLog,
  LiveRows,
  type ProgressSource,
  Pseudonymizer,
  ReadModelStore,
  RefusalLog,
  Watchdog,
  modelStatuses,
  progressSources,
} from '@entente/engine';
import { EventStoreDbStore } from '@entente/eventstoredb';
import { API_CONTROLLERS, Metrics, Readiness, SystemReadiness, apiProviders } from '@entente/http';
import { CommandLag, PublishedPosition, lastPublished } from '@entente/kafka';
import { type StartupDependencies, closeOnShutdown, logging } from '@entente/process';
import { MODELS } from '@entente/read-models';
import { ExecuteCommandHandler, RestoreCheck, WatchdogWorker, consequencesOn, rowsAsKnown } from '@entente/workers';
import { LoggerModule } from 'nestjs-pino';
import type { ApiConfig } from './config.js';

/**
 * Everything that follows the log: each read model, whichever process folds it; the relay, by the
 * end of the topic, if rows lack something; and the live history of this process. The intake
 * follows the commands topic.
 */
function progressSourcesOf(
  log: EventLog,
  rows: ReadModelStore,
  topic: PublishedPosition,
  commands: CommandLag,
  live: LiveLog,
): readonly ProgressSource[] {
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
    const { process: own, kafka, topic, others, group } = config;
    return {
      module: ApiModule,
      imports: [CqrsModule.forRoot(), LoggerModule.forRoot(logging(own.logLevel))],
      controllers: API_CONTROLLERS,
      providers: [
        Metrics,
        ...eventStore(config, waits),
        readModels(config, waits, 'read'),
        refusals(config, waits),
        ...executor(config),
        ...apiProviders(config.answers),
        {
          provide: EventFeed,
          inject: [EventStoreDbStore],
          useFactory: (store: EventStoreDbStore) => new InProcessFeed(store),
        },
        { provide: LiveRows, inject: [ReadModelStore], useFactory: (rows: ReadModelStore) => new LiveRows(rows) },
        {
          provide: Consequences,
          inject: [EventStore, Executor, Pseudonymizer],
          useFactory: consequencesOn,
        },
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
          useFactory: (...parts: Parameters<typeof progressSourcesOf>) =>
            new Watchdog(parts[0], progressSourcesOf(...parts), () => Date.now()),
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
        WatchdogWorker,
        ExecuteCommandHandler,
        closeOnShutdown(PublishedPosition, CommandLag, RefusalLog, ReadModelStore, EventStore),
      ],
    };
  }
}
