import { type DynamicModule, Inject, Injectable, Module, type OnApplicationShutdown } from '@nestjs/common';
import { CommandFeed, EventStore, Executor, RefusalLog, Sealer } from '@entente/engine';
import { EventStoreDbStore } from '@entente/eventstoredb';
import { HealthController, Metrics, MetricsController, Readiness } from '@entente/http';
import { KafkaCommandFeed } from '@entente/kafka';
import { PostgresRefusalLog } from '@entente/typeorm';
import { IntakeWorker, type Waits, kinds, logging, telling } from '@entente/workers';
import { LoggerModule } from 'nestjs-pino';
import type { Config } from './config.js';
import { IntakeReadiness } from './intake-readiness.js';

/** Lets go of the stores when the last command was answered. */
@Injectable()
class ClosesTheStores implements OnApplicationShutdown {
  constructor(
    @Inject(EventStore) private readonly store: EventStore,
    @Inject(RefusalLog) private readonly refusals: RefusalLog,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    await this.refusals.close().finally(() => this.store.close());
  }
}

/** Commands that others publish to Kafka, decided on the event store as those that come over HTTP are, and answered on Kafka. */
@Module({})
export class IntakeModule {
  static on(config: Config, waits: Waits): DynamicModule {
    const { process: own, eventStore, kafka, topic, others, group, database, sealKey } = config;
    const { commands, replies, deadLetters } = others;
    const { partitions, replicas } = topic;
    return {
      module: IntakeModule,
      imports: [LoggerModule.forRoot(logging(own.logLevel))],
      controllers: [HealthController, MetricsController],
      providers: [
        Metrics,
        {
          provide: EventStore,
          inject: [Metrics],
          useFactory: (metrics: Metrics) =>
            waits.for('the event store', () =>
              EventStoreDbStore.connect({ ...eventStore, reconnected: () => metrics.reconnected('event-store') }),
            ),
        },
        {
          provide: RefusalLog,
          useFactory: () => waits.for('the database', () => PostgresRefusalLog.open(database)),
        },
        {
          provide: Executor,
          inject: [EventStore, RefusalLog, Metrics],
          useFactory: (store: EventStore, refusals: RefusalLog, metrics: Metrics) =>
            new Executor(store, kinds, new Sealer(sealKey), refusals, metrics),
        },
        {
          provide: CommandFeed,
          inject: [Metrics],
          useFactory: (metrics: Metrics) =>
            new KafkaCommandFeed({
              ...{ ...kafka, topic: commands, replies, deadLetters, partitions, groupId: `${group}-intake` },
              ...(replicas === undefined ? {} : { replicas }),
              ...{ clientId: 'entente-intake', say: telling('kafka') },
              reconnected: () => metrics.reconnected('kafka'),
            }),
        },
        {
          provide: Readiness,
          inject: [EventStore, IntakeWorker],
          useFactory: (store: EventStore, intake: IntakeWorker) => new IntakeReadiness(store, intake),
        },
        IntakeWorker,
        ClosesTheStores,
      ],
    };
  }
}
