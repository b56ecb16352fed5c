import { type DynamicModule, Module } from '@nestjs/common';
import { eventLog } from '@entente/distributed';
import { EventLog, LogPublisher, Relay, Watchdog } from '@entente/engine';
import { EventStoreDbStore } from '@entente/eventstoredb';
import { LoopReadiness, Metrics, PROBE_CONTROLLERS, Readiness } from '@entente/http';
import { KafkaLogPublisher } from '@entente/kafka';
import { closeOnShutdown, type StartupDependencies, logging, clientLogger } from '@entente/process';
import { RelayWorker, WatchdogWorker } from '@entente/workers';
import { LoggerModule } from 'nestjs-pino';
import type { RelayConfig } from './config.js';

/** The relay: publishes the log to Kafka. It can read the event store, not write it. */
@Module({})
export class RelayModule {
  static on(config: RelayConfig, waits: StartupDependencies): DynamicModule {
    const { process: own, kafka, topic, schemas } = config;
    return {
      module: RelayModule,
      imports: [LoggerModule.forRoot(logging(own.logLevel))],
      controllers: PROBE_CONTROLLERS,
      providers: [
        Metrics,
        ...eventLog(config, waits),
        {
          provide: LogPublisher,
          inject: [Metrics],
          useFactory: (metrics: Metrics) =>
            new KafkaLogPublisher({
              ...kafka,
              ...topic,
              ...schemas,
              clientId: 'entente-relay',
              onLog: clientLogger('kafka'),
              onReconnect: () => metrics.reconnected('kafka'),
            }),
        },
        {
          provide: Relay,
          inject: [EventStoreDbStore, LogPublisher],
          useFactory: (log: EventStoreDbStore, publisher: LogPublisher) =>
            new Relay(log, publisher, { wake: (listener) => log.onCommit(listener) }),
        },
        {
          provide: Watchdog,
          inject: [EventLog, Relay],
          useFactory: (log: EventLog, relay: Relay) =>
            new Watchdog(log, [{ name: 'the topic', position: () => Promise.resolve(relay.status().position) }], () =>
              Date.now(),
            ),
        },
        {
          provide: Readiness,
          inject: [EventLog, Relay, Watchdog],
          useFactory: (log: EventLog, relay: Relay, watchdog: Watchdog) =>
            new LoopReadiness(log, watchdog, () => {
              const { fault, position: published } = relay.status();
              const begins = published === null ? 'reads where the partitions of the topic end' : null;
              return { published, fault: fault ?? begins };
            }),
        },
        RelayWorker,
        WatchdogWorker,
        closeOnShutdown(LogPublisher, EventLog),
      ],
    };
  }
}
