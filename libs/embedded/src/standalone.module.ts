import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import {
  Consequences,
  EventFeed,
  EventLog,
  EventStore,
  Executor,
  type ExecutorOptions,
  InProcessFeed,
  LiveLog,
  LiveRows,
  ProjectionStatus,
  ReadModelStore,
  RefusalLog,
  Pseudonymizer,
  Steward,
  StewardCheckpoint,
  Watchdog,
  eraOf,
  progressSources,
} from '@entente/engine';
import { API_CONTROLLERS, Metrics, Readiness, type ServerLimits, SystemReadiness, apiProviders } from '@entente/http';
import { type AnswerSettings, closeOnShutdown, EXIT_UNSURE, type LogLevel, logging } from '@entente/process';
import { MODELS } from '@entente/read-models';
import { SqliteEventStore, SqliteRefusalLog, SqliteStewardCheckpoint } from '@entente/sqlite';
import { LoggerModule } from 'nestjs-pino';
import { FoundDamage } from './damage.js';
import {
  projection,
  ExecuteCommandHandler,
  StewardWorker,
  WatchdogWorker,
  executorOn,
  type StewardSettings,
  consequencesOn,
  stewardOn,
} from '@entente/workers';
import { ProjectionWorkerClient } from './projection-worker-client.js';
import { openRows } from './projection.module.js';
import { pseudonymKey } from './pseudonym-key.module.js';
import { ReadModelWorkerClient } from './read-model-worker-client.js';

/** Watches all that follow the log. */
function watchdogOver(log: EventLog, rows: ReadModelStore, live: LiveLog, steward?: Steward): Watchdog {
  const names = MODELS.map(({ name }) => name);
  const sources = [
    ...progressSources(rows, names),
    { name: 'live history', position: () => Promise.resolve(live.position()) },
    ...(steward === undefined
      ? []
      : [{ name: 'policies', position: () => Promise.resolve(steward.status().position) }]),
  ];
  return new Watchdog(log, sources, () => Date.now());
}

/** The readiness of this deployment, from its parts. */
const readinessOf = (
  store: EventStore,
  projector: ProjectionStatus,
  watchdog: Watchdog,
  rows: ReadModelStore,
  damage: FoundDamage,
): Readiness =>
  new SystemReadiness({
    log: store,
    rows,
    watchdog,
    waiting: () => store.waiting(),
    fault: () => damage.current() ?? projector.fault(),
    models: () => Promise.resolve(projector.status()),
  });

/** Where the log is folded into rows: on this thread, or on a worker thread. */
export type ProjectionPlacement = 'same-thread' | 'worker-threads';

/** The rows that the readiness and the watchdog read. */
const STATUS_ROWS = 'StatusRows';

/** The projection on this thread: tests can inject faults anywhere in it. */
const sameThread = (folder: string): Provider[] => [
  {
    provide: ReadModelStore,
    inject: [EventStore, FoundDamage],
    useFactory: (log: EventStore, damage: FoundDamage) => openRows(folder, log, damage.report),
  },
  { provide: LiveRows, inject: [ReadModelStore], useFactory: (rows: ReadModelStore) => new LiveRows(rows) },
  { provide: STATUS_ROWS, useExisting: ReadModelStore },
  { provide: 'Observer', useExisting: Metrics },
  ...projection({ shared: false }),
];

/** Rows read on a thread of this name, after the projection has opened them. */
const rowsOnThread =
  (folder: string, name: string, starts: 'at once' | 'on demand' = 'at once') =>
  async (
    log: EventStore,
    projection: ProjectionWorkerClient,
    { report }: FoundDamage,
  ): Promise<ReadModelWorkerClient> => {
    const data = { folder, storeId: log.id, era: eraOf(log) };
    const rows =
      starts === 'at once'
        ? await ReadModelWorkerClient.begin(name, data, report)
        : ReadModelWorkerClient.onDemand(name, data, report);
    projection.onMoved((models) => rows.notify(models));
    return rows;
  };

/** Projection and reads on worker threads; this thread decides and answers. */
const workerThreads = (folder: string, logLevel: LogLevel): Provider[] => [
  {
    provide: ProjectionStatus,
    inject: [SqliteEventStore, Metrics],
    useFactory: async (store: SqliteEventStore, metrics: Metrics) => {
      const projection = await ProjectionWorkerClient.begin({ folder, logLevel }, metrics, await store.head());
      store.onCommit((durable) => projection.committed(durable));
      return projection;
    },
  },
  {
    provide: ReadModelStore,
    inject: [EventStore, ProjectionStatus, FoundDamage],
    useFactory: rowsOnThread(folder, 'reads'),
  },
  // Live rows have a separate thread: a long read does not delay them. It starts with the first of
  // their readers.
  {
    provide: 'WatchedRows',
    inject: [EventStore, ProjectionStatus, FoundDamage],
    useFactory: rowsOnThread(folder, 'live rows', 'on demand'),
  },
  // The status of the deployment waits for no query.
  {
    provide: STATUS_ROWS,
    inject: [EventStore, ProjectionStatus, FoundDamage],
    useFactory: rowsOnThread(folder, 'status'),
  },
  { provide: LiveRows, inject: ['WatchedRows'], useFactory: (rows: ReadModelWorkerClient) => new LiveRows(rows) },
];

/** The policies and due dates: after the projection, on whose rows the due dates rest. */
const policies = (folder: string, options: StewardSettings): Provider[] => [
  {
    provide: StewardCheckpoint,
    inject: [SqliteEventStore],
    useFactory: (log: SqliteEventStore) => new SqliteStewardCheckpoint(folder, log),
  },
  {
    provide: Steward,
    inject: [SqliteEventStore, Executor, ReadModelStore, StewardCheckpoint, Pseudonymizer],
    useFactory: (
      log: SqliteEventStore,
      executor: Executor,
      rows: ReadModelStore,
      checkpoint: StewardCheckpoint,
      pseudonymizer: Pseudonymizer,
    ) => stewardOn(log, executor, rows, checkpoint, pseudonymizer, options),
  },
  StewardWorker,
];

/** How the standalone deployment runs. */
export interface StandaloneOptions {
  /** The data folder. */
  readonly folder: string;
  readonly logLevel: LogLevel;
  readonly placement?: ProjectionPlacement;
  readonly limits?: ServerLimits;
  readonly answers?: AnswerSettings;
  /** Without these, policies and due dates are not run. */
  readonly steward?: StewardSettings | null;
  readonly commands?: ExecutorOptions;
}

/** The whole deployment in one process, on embedded services. */
@Module({})
export class StandaloneModule {
  static on({
    folder,
    logLevel,
    placement,
    answers,
    steward,
    commands,
  }: Required<Omit<StandaloneOptions, 'limits'>>): DynamicModule {
    const onOutcomeUnknown = (): void => process.exit(EXIT_UNSURE);
    return {
      module: StandaloneModule,
      imports: [CqrsModule.forRoot(), LoggerModule.forRoot(logging(logLevel))],
      controllers: API_CONTROLLERS,
      providers: [
        Metrics,
        FoundDamage,
        {
          provide: SqliteEventStore,
          inject: [Metrics, FoundDamage],
          useFactory: (metrics: Metrics, { report: onDamaged }: FoundDamage) =>
            new SqliteEventStore({
              folder,
              onOutcomeUnknown,
              onDamaged,
              onCommitted: (...of) => metrics.committed(...of),
            }),
        },
        {
          provide: RefusalLog,
          // After the log, which has the folder's lock: no file is opened in a folder that another
          // process has.
          inject: [SqliteEventStore],
          useFactory: () => new SqliteRefusalLog(folder),
        },
        { provide: EventStore, useExisting: SqliteEventStore },
        {
          provide: EventFeed,
          inject: [SqliteEventStore],
          useFactory: (store: SqliteEventStore) => new InProcessFeed(store),
        },
        ...(placement === 'same-thread' ? sameThread(folder) : workerThreads(folder, logLevel)),
        {
          provide: Pseudonymizer,
          // After the log: it names the remedy if the folder cannot be used.
          inject: [EventStore],
          useFactory: () => new Pseudonymizer(pseudonymKey(folder)),
        },
        {
          provide: Executor,
          inject: [EventStore, Pseudonymizer, RefusalLog, Metrics],
          useFactory: executorOn(commands),
        },
        {
          provide: Consequences,
          inject: [EventStore, Executor, Pseudonymizer],
          useFactory: consequencesOn,
        },
        ...apiProviders(answers),
        {
          provide: Readiness,
          inject: [EventStore, ProjectionStatus, Watchdog, STATUS_ROWS, FoundDamage],
          useFactory: readinessOf,
        },
        {
          provide: Watchdog,
          inject: [EventStore, STATUS_ROWS, LiveLog, { token: Steward, optional: true }],
          useFactory: watchdogOver,
        },
        { provide: EventLog, useExisting: SqliteEventStore },
        ...(steward === null ? [] : policies(folder, steward)),
        WatchdogWorker,
        ExecuteCommandHandler,
        closeOnShutdown(RefusalLog, ReadModelStore, EventStore),
      ],
    };
  }
}
