import { type DynamicModule, type INestApplicationContext, Module } from '@nestjs/common';
import {
  type CorruptFile,
  EventFeed,
  EventLog,
  InProcessFeed,
  type Observer,
  ReadModelStore,
  eraOf,
} from '@entente/engine';
import { closeOnShutdown, type LogLevel, logging } from '@entente/process';
import { MODELS, VIEWS } from '@entente/read-models';
import { SqliteLogReader } from '@entente/sqlite';
import { SqliteReadModelStore } from '@entente/typeorm';
import { projection } from '@entente/workers';
import { LoggerModule } from 'nestjs-pino';

/**
 * Under load, the time in which events gather into one batch: a page of the rows is then written
 * once for many events.
 */
const GATHER_MS = 40;

/**
 * The rows of a data folder, opened by the one process that writes its log, before it writes: rows
 * ahead of the log are folded from scratch.
 */
export async function openRows(
  folder: string,
  log: EventLog,
  onDamaged: (damaged: CorruptFile) => void = () => undefined,
): Promise<ReadModelStore> {
  const rows = new SqliteReadModelStore({ folder, models: MODELS, views: VIEWS, onDamaged });
  await rows.open(log.id, await log.head(), eraOf(log));
  return rows;
}

/** The same rows for reading only, after they have been opened. */
export async function readRows(
  folder: string,
  { storeId, era }: { readonly storeId: string; readonly era: string },
  onDamaged: (damaged: CorruptFile) => void,
): Promise<ReadModelStore> {
  const rows = new SqliteReadModelStore({ folder, models: MODELS, views: VIEWS, readonly: true, onDamaged });
  await rows.open(storeId, undefined, era);
  return rows;
}

/**
 * The projection alone, beside the deployment that writes the log: it reads the log on a separate
 * connection.
 */
@Module({})
export class ProjectionModule {
  static on(folder: string, logLevel: LogLevel, durable: bigint, observer: Observer): DynamicModule {
    return {
      module: ProjectionModule,
      imports: [LoggerModule.forRoot(logging(logLevel))],
      providers: [
        { provide: 'Observer', useValue: observer },
        {
          provide: SqliteLogReader,
          useFactory: () => {
            const log = new SqliteLogReader(folder);
            log.committed(durable);
            return log;
          },
        },
        { provide: EventLog, useExisting: SqliteLogReader },
        {
          provide: EventFeed,
          inject: [SqliteLogReader],
          useFactory: (log: SqliteLogReader) => new InProcessFeed(log, undefined, GATHER_MS),
        },
        { provide: ReadModelStore, inject: [EventLog], useFactory: (log: EventLog) => openRows(folder, log) },
        ...projection({ shared: false }),
        closeOnShutdown(ReadModelStore, EventLog),
      ],
    };
  }
}

/** Lets the projection read the log up to here: it is on the disk. */
export const advanceLog = (projection: INestApplicationContext, durable: bigint): void =>
  projection.get(SqliteLogReader).committed(durable);
