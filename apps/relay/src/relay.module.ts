import { type DynamicModule, Module } from '@nestjs/common';
import { EventLog, LogPublisher, Relay, Watchdog } from '@entente/engine';
import { EventStoreDbStore } from '@entente/eventstoredb';
import {
  HealthController,
  LoopReadiness,
  Metrics,
  MetricsController,
  Readiness,
  VersionController,
} from '@entente/http';
import { KafkaLogPublisher } from '@entente/kafka';
import { closeOnShutdown, type StartupDependencies, logging, clientLogger, damageLogger } from '@entente/process';
import { RelayWorker, WatchdogWorker } from '@entente/workers';
import { LoggerModule } from 'nestjs-pino';
import type { RelayConfig } from './config.js';

/** The relay: publishes the log to Kafka. It can read the event store, not write it. */
@Module({})
export class RelayModule {
  static on(
    { process: own, eventStore, kafka, topic, schemas }: RelayConfig,
    waits: StartupDependencies,
  ): DynamicModule {
    return {
      module: RelayModule,
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
              }),
            ),
        },
        { provide: EventLog, useExisting: EventStoreDbStore },
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
