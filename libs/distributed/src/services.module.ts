import type { Provider } from '@nestjs/common';
import {
  EventLog,
  EventStore,
  Executor,
  type ExecutorOptions,
  Pseudonymizer,
  ReadModelStore,
  RefusalLog,
  eraOf,
} from '@entente/engine';
import { EventStoreDbStore } from '@entente/eventstoredb';
import { Metrics } from '@entente/http';
import { type SettingsIn, type StartupDependencies, damageLogger } from '@entente/process';
import { MODELS, VIEWS } from '@entente/read-models';
import { PostgresReadModelStore, PostgresRefusalLog } from '@entente/typeorm';
import { executorOn } from '@entente/workers';
import type { ROW_SETTINGS, appSettings } from './settings.js';

type Services = SettingsIn<ReturnType<typeof appSettings>>;
type Database = SettingsIn<typeof ROW_SETTINGS>;

/** The log in EventStoreDB, for reading: connected when the server answers. */
export const eventLog = ({ eventStore }: Pick<Services, 'eventStore'>, waits: StartupDependencies): Provider[] => [
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
  { provide: EventLog, useExisting: EventStoreDbStore },
];

/** The same, for reading and writing. */
export const eventStore = (config: Pick<Services, 'eventStore'>, waits: StartupDependencies): Provider[] => [
  ...eventLog(config, waits),
  { provide: EventStore, useExisting: EventStoreDbStore },
];

/** The rows in PostgreSQL: opened when the database answers, and the log before it. */
export const readModels = (
  { database, topic }: Pick<Services, 'topic'> & Pick<Database, 'database'>,
  waits: StartupDependencies,
  access: 'read' | 'write',
): Provider => ({
  provide: ReadModelStore,
  inject: [EventLog, Metrics],
  useFactory: (log: EventLog, metrics: Metrics) =>
    waits.for('the database', async () => {
      const rows = new PostgresReadModelStore({
        ...database,
        models: MODELS,
        views: VIEWS,
        partitions: topic.partitions,
        readonly: access === 'read',
        onReconnect: () => metrics.reconnected('database'),
      });
      await rows.open(log.id, undefined, eraOf(log));
      return rows;
    }),
});

/** The refused commands in PostgreSQL. */
export const refusals = ({ database }: Pick<Database, 'database'>, waits: StartupDependencies): Provider => ({
  provide: RefusalLog,
  inject: [Metrics],
  useFactory: (metrics: Metrics) =>
    waits.for('the database', () =>
      PostgresRefusalLog.open({ ...database, onReconnect: () => metrics.reconnected('database') }),
    ),
});

/** What decides commands against the event store, and names those who report misuse. */
export const executor = (config: { readonly commands: ExecutorOptions; readonly pseudonymKey: Buffer }): Provider[] => [
  { provide: Pseudonymizer, useValue: new Pseudonymizer(config.pseudonymKey) },
  {
    provide: Executor,
    inject: [EventStore, Pseudonymizer, RefusalLog, Metrics],
    useFactory: executorOn(config.commands),
  },
];
