import { type DynamicModule, Module } from '@nestjs/common';
import { eventStore, executor, refusals } from '@entente/distributed';
import { CommandFeed, EventStore, RefusalLog, Watchdog } from '@entente/engine';
import { LoopReadiness, Metrics, PROBE_CONTROLLERS, Readiness } from '@entente/http';
import { CommandLag, KafkaCommandFeed, lastPublished } from '@entente/kafka';
import { closeOnShutdown, type StartupDependencies, logging, clientLogger } from '@entente/process';
import { IntakeWorker, RestoreCheck, WatchdogWorker } from '@entente/workers';
import { LoggerModule } from 'nestjs-pino';
import type { IntakeConfig } from './config.js';

/**
 * The intake: decides commands from the commands topic against the event store, as the API does,
 * and publishes the replies.
 */
@Module({})
export class IntakeModule {
  static on(config: IntakeConfig, waits: StartupDependencies): DynamicModule {
    const { process: own, kafka, topic, others, group } = config;
    const { commands, replies, deadLetters } = others;
    const { partitions, replicas } = topic;
    const answering = { topic: commands, groupId: `${group}-intake`, clientId: 'entente-intake' };
    return {
      module: IntakeModule,
      imports: [LoggerModule.forRoot(logging(own.logLevel))],
      controllers: PROBE_CONTROLLERS,
      providers: [
        Metrics,
        ...eventStore(config, waits),
        refusals(config, waits),
        ...executor(config),
        {
          provide: CommandFeed,
          inject: [EventStore, Metrics],
          useFactory: (store: EventStore, metrics: Metrics) =>
            new KafkaCommandFeed({
              ...kafka,
              ...answering,
              storeId: store.id,
              replies,
              deadLetters,
              partitions,
              ...(replicas === undefined ? {} : { replicas }),
              onLog: clientLogger('kafka'),
              onReconnect: () => metrics.reconnected('kafka'),
            }),
        },
        {
          provide: CommandLag,
          inject: [Metrics],
          useFactory: (metrics: Metrics) =>
            new CommandLag({ ...kafka, ...answering, onReconnect: () => metrics.reconnected('kafka') }),
        },
        {
          provide: Watchdog,
          inject: [EventStore, CommandLag],
          useFactory: (store: EventStore, backlog: CommandLag) =>
            new Watchdog(store, [backlog.source('intake')], () => Date.now()),
        },
        {
          provide: Readiness,
          inject: [EventStore, IntakeWorker, CommandLag, Watchdog],
          useFactory: (store: EventStore, intake: IntakeWorker, backlog: CommandLag, watchdog: Watchdog) =>
            new LoopReadiness(store, watchdog, () => {
              const commandsWaiting = backlog.waiting();
              return { waiting: store.waiting(), commandsWaiting, fault: intake.fault() };
            }),
        },
        {
          provide: RestoreCheck,
          inject: [EventStore],
          useFactory: (log: EventStore) =>
            new RestoreCheck(log, {
              first: [() => lastPublished({ ...kafka, ...topic, clientId: 'entente-intake' }, log.id)],
            }),
        },
        IntakeWorker,
        WatchdogWorker,
        closeOnShutdown(CommandLag, RefusalLog, EventStore),
      ],
    };
  }
}
