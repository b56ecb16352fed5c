import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DynamicModule, Inject, Injectable, Module, type OnApplicationShutdown } from '@nestjs/common';
import { CommandHandler, CqrsModule, type ICommandHandler } from '@nestjs/cqrs';
import { eventOf } from '@entente/contracts';
import { assistanceCase, consignment, fundingAccount, misuseCase, programme, stakeholder } from '@entente/domain';
import {
  EventFeed,
  type EventLog,
  EventStore,
  Executor,
  type Kinds,
  LiveLog,
  LiveRows,
  type Outcome,
  Projector,
  ReadModelStore,
  Sealer,
  Submit,
} from '@entente/engine';
import {
  CommandsController,
  HealthController,
  HistoryController,
  LiveController,
  OpenStreams,
  PageController,
  ReadModelsController,
  Readiness,
  type Standing,
} from '@entente/http';
import type { AnyDecider } from '@entente/kernel';
import { MODELS, VIEWS } from '@entente/read-models';
import { InProcessFeed, SqliteEventStore } from '@entente/sqlite';
import { SqliteReadModelStore } from '@entente/typeorm';
import { ProjectionWorker } from '@entente/workers';

const DECIDERS: readonly AnyDecider[] = [
  stakeholder,
  programme,
  fundingAccount,
  assistanceCase,
  consignment,
  misuseCase,
];

const kinds: Kinds = {
  decider: (kind) => DECIDERS.find((decider) => decider.kind === kind),
  version: (kind, type) => {
    const event = eventOf(kind, type);
    if (event === undefined) throw new Error(`${kind} has no event ${type} in the catalogue`);
    return event.version;
  },
};

/** The key that seals reporters' names: made once, kept beside the log and never in it, readable by its owner alone. */
function sealKey(folder: string): Buffer {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'seal.key');
  if (!existsSync(file)) writeFileSync(file, randomBytes(32).toString('hex'), { mode: 0o600, flush: true });
  return Buffer.from(readFileSync(file, 'utf8').trim(), 'hex');
}

/** Every command passes here, in one envelope. */
@CommandHandler(Submit)
export class SubmitHandler implements ICommandHandler<Submit, Outcome> {
  constructor(@Inject(Executor) private readonly executor: Executor) {}

  execute(submit: Submit): Promise<Outcome> {
    return this.executor.execute(submit);
  }
}

/** Closes the log and the rows when the house closes, after the last answer. */
@Injectable()
export class ClosesTheStores implements OnApplicationShutdown {
  constructor(
    @Inject(EventStore) private readonly store: EventStore,
    @Inject(ReadModelStore) private readonly rows: ReadModelStore,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    await this.rows.close();
    await this.store.close();
  }
}

async function openRows(folder: string, log: EventLog): Promise<ReadModelStore> {
  const rows = new SqliteReadModelStore({ folder, models: MODELS, views: VIEWS });
  await rows.open(log.id);
  return rows;
}

/** How this house stands, from its own parts. */
@Injectable()
export class HouseReadiness extends Readiness {
  constructor(
    @Inject(EventStore) private readonly store: EventStore,
    @Inject(Projector) private readonly projector: Projector,
  ) {
    super();
  }

  async standing(): Promise<Standing> {
    const head = await this.store.head();
    return { head, waiting: this.store.waiting(), models: this.projector.status(), fault: this.projector.fault() };
  }
}

const now = (): string => new Date().toISOString();

/** The whole house in one process, on embedded engines. */
@Module({})
export class StandaloneModule {
  static on(folder: string): DynamicModule {
    const onOutcomeUnknown = (): void => process.exit(70);
    return {
      module: StandaloneModule,
      imports: [CqrsModule.forRoot()],
      controllers: [
        PageController,
        HealthController,
        CommandsController,
        LiveController,
        HistoryController,
        ReadModelsController,
      ],
      providers: [
        { provide: SqliteEventStore, useFactory: () => new SqliteEventStore({ folder, onOutcomeUnknown }) },
        { provide: EventStore, useExisting: SqliteEventStore },
        {
          provide: EventFeed,
          inject: [SqliteEventStore],
          useFactory: (store: SqliteEventStore) => new InProcessFeed(store),
        },
        {
          provide: ReadModelStore,
          inject: [EventStore],
          useFactory: (log: EventStore) => openRows(folder, log),
        },
        {
          provide: Executor,
          inject: [EventStore],
          useFactory: (store: EventStore) => new Executor(store, kinds, new Sealer(sealKey(folder))),
        },
        {
          provide: Projector,
          inject: [EventFeed, ReadModelStore],
          useFactory: (feed: EventFeed, rows: ReadModelStore) => new Projector(MODELS, feed, rows, now),
        },
        { provide: LiveRows, inject: [ReadModelStore], useFactory: (rows: ReadModelStore) => new LiveRows(rows) },
        {
          provide: LiveLog,
          inject: [EventStore, EventFeed],
          useFactory: (log: EventStore, feed: EventFeed) => new LiveLog(log, feed),
        },
        OpenStreams,
        { provide: Readiness, useClass: HouseReadiness },
        ProjectionWorker,
        SubmitHandler,
        ClosesTheStores,
      ],
    };
  }
}
