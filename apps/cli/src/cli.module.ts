import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addressIn, createStandaloneApp, loadExampleData, pseudonymKey, removeAddress } from '@entente/embedded';
import {
  type EventLog,
  type EventStore,
  Pseudonymizer,
  type ReadModelStore,
  type ServiceReport,
  eraOf,
} from '@entente/engine';
import { EventStoreDbStore, checkEventStore } from '@entente/eventstoredb';
import {
  type RedrivenDeadLetter,
  KafkaLogPublisher,
  checkBroker,
  listDeadLetters,
  redrive,
  sharedWithTopic,
} from '@entente/kafka';
import { MODELS, VIEWS } from '@entente/read-models';
import { SqliteEventStore, SqliteLogReader, isUnlocked } from '@entente/sqlite';
export {
  beginEra,
  copyDatabase,
  fillFolder,
  inUse,
  integrityCheck,
  renameDurably,
  syncToDisk,
  writeDurably,
} from '@entente/sqlite';
import { PostgresReadModelStore, PostgresRefusalLog, SqliteReadModelStore, checkDatabase } from '@entente/typeorm';
import type { ServiceSettings } from './service-settings.js';
import type { Repartitioned } from './repartition.js';

/** How a log is opened. */
export interface OpeningLog {
  /** Whether a log of which parts were removed is opened, to read the rest. */
  readonly evenIfDamaged?: boolean;
}

/** A deployment as the command line opens it, standalone or distributed. */
export interface Deployment {
  /** The log, for reading, while another process writes it. */
  log(options?: OpeningLog): Promise<EventLog>;
  /** The rows, for reading. */
  rows(log: EventLog): Promise<ReadModelStore>;
  /** The rows, for writing, while another process folds them: it notices the changes. */
  rowsToWrite(log: EventLog): Promise<ReadModelStore>;
}

/** The log of a data folder, for reading, whether or not the deployment runs. */
export const openLog = (folder: string): EventLog => new SqliteLogReader(folder);

/** A new log in a new folder. */
export const makeLog = (folder: string): EventStore => new SqliteEventStore({ folder });

const embeddedRows = async (folder: string, log: EventLog, readonly: boolean): Promise<ReadModelStore> => {
  const rows = new SqliteReadModelStore({ folder, models: MODELS, views: VIEWS, readonly });
  await rows.open(log.id, undefined, eraOf(log));
  return rows;
};

/** The rows of a data folder, for reading. */
export const openRows = (folder: string, log: EventLog): Promise<ReadModelStore> => embeddedRows(folder, log, true);

/** The deployment in a data folder. */
export const inFolder = (folder: string): Deployment => ({
  log: () => Promise.resolve(openLog(folder)),
  rows: (log) => openRows(folder, log),
  rowsToWrite: (log) => embeddedRows(folder, log, false),
});

/** A distributed deployment. */
export const onServices = ({ eventStore, database, topic }: ServiceSettings): Deployment => {
  const rowsIn = async (log: EventLog, readonly: boolean): Promise<ReadModelStore> => {
    const rows = new PostgresReadModelStore({
      ...database,
      models: MODELS,
      views: VIEWS,
      partitions: topic.partitions,
      readonly,
    });
    await rows.open(log.id, undefined, eraOf(log));
    return rows;
  };
  return {
    log: (options) => EventStoreDbStore.connect({ ...eventStore, ...options }),
    rows: (log) => rowsIn(log, true),
    rowsToWrite: (log) => rowsIn(log, false),
  };
};

/** Loads the example data into an empty log; null or 0 if it has other events, or all of these. */
const loadInto = (store: EventStore, key: Buffer): Promise<number | null> =>
  loadExampleData(store, new Pseudonymizer(key)).finally(() => store.close());

/** Loads the example data into a data folder that no process has open. */
export const loadExampleInFolder = (folder: string): Promise<number | null> =>
  loadInto(makeLog(folder), pseudonymKey(folder));

/** Loads the example data into the event store of a distributed deployment. */
export const loadExampleInServices = async (settings: ServiceSettings, key: Buffer): Promise<number | null> =>
  loadInto(await openDistributedLog(settings), key);

/**
 * What is at the backing services of a distributed deployment of which the settings are given. Each
 * is looked at, also if others are away.
 */
export const lookAtServices = ({
  eventStore,
  kafka,
  topic,
  others,
  group,
  database,
}: Partial<ServiceSettings>): Promise<ServiceReport[]> =>
  Promise.all([
    ...(eventStore === undefined ? [] : [checkEventStore(eventStore)]),
    ...(kafka === undefined || topic === undefined || others === undefined || group === undefined
      ? []
      : [checkBroker({ ...kafka, ...topic, ...others, group, clientId: 'entente-cli' })]),
    ...(database === undefined || topic === undefined
      ? []
      : [checkDatabase({ ...database, partitions: topic.partitions })]),
  ]);

/** The event store of a distributed deployment. */
export const openDistributedLog = ({ eventStore }: ServiceSettings): Promise<EventStoreDbStore> =>
  EventStoreDbStore.connect(eventStore);

/**
 * The rows of a distributed deployment. Tables that are ahead of the log's end are folded from
 * scratch.
 */
export async function openRowsBehind(
  { database, topic: { partitions } }: ServiceSettings,
  log: EventLog,
  head: bigint,
): Promise<ReadModelStore> {
  const rows = new PostgresReadModelStore({ ...database, models: MODELS, views: VIEWS, partitions });
  await rows.open(log.id, head, eraOf(log));
  return rows;
}

/** The last position that the log shares with its topic; null if it has every event of it. */
export const sharedWithTopicOf = (
  { kafka, topic: { topic } }: ServiceSettings,
  log: EventLog,
): Promise<bigint | null> => sharedWithTopic({ ...kafka, topic, clientId: 'entente-cli' }, log);

/**
 * The dead letters of a distributed deployment that were not redriven yet. With `back`, those from
 * the commands topic are redriven.
 */
export function deadLetters(
  { kafka, others, group }: ServiceSettings,
  back: boolean,
): Promise<readonly RedrivenDeadLetter[]> {
  const { commands: topic, deadLetters: letters } = others;
  return (back ? redrive : listDeadLetters)({
    ...kafka,
    topic,
    deadLetters: letters,
    groupId: `${group}-intake`,
    clientId: 'entente-cli',
  });
}

/** A topic and a database with another number of partitions, beside those of a deployment. */
export async function openRepartitioned(
  { kafka, topic: { replicas }, schemas, database: serves }: ServiceSettings,
  log: EventLog,
  next: { readonly topic: string; readonly partitions: number; readonly database: string },
): Promise<Repartitioned & { close(): Promise<void> }> {
  const { topic, partitions, database } = next;
  const rows = new PostgresReadModelStore({ ...serves, models: MODELS, views: VIEWS, url: database, partitions });
  await rows.open(log.id, undefined, eraOf(log));
  const from = await PostgresRefusalLog.open(serves);
  const to = await PostgresRefusalLog.open({ url: database });
  const publisher = new KafkaLogPublisher({
    ...kafka,
    ...schemas,
    topic,
    partitions,
    clientId: 'entente-cli',
    ...(replicas === undefined ? {} : { replicas }),
  });
  return {
    publisher,
    rows,
    refusals: { from, to },
    close: async () => void (await Promise.allSettled([publisher, rows, from, to].map((one) => one.close()))),
  };
}

/** An empty store for a replay; `end` deletes it. */
export async function openScratch(log: EventLog): Promise<{ readonly rows: ReadModelStore; end(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'entente-replay-'));
  const rows = new SqliteReadModelStore({ folder, models: MODELS, views: VIEWS });
  await rows.open(log.id, undefined, eraOf(log));
  return {
    rows,
    async end() {
      await rows.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** An API to send commands to. */
export interface ApiEndpoint {
  readonly url: string;
  close(): Promise<void>;
}

const answers = async (url: string): Promise<boolean> => {
  try {
    return (await fetch(`${url}/health/live`, { signal: AbortSignal.timeout(2000) })).ok;
  } catch {
    return false;
  }
};

/**
 * Whether the server at an address writes the log of a folder. After a crash another server may
 * have the address that was left there, and commands must not go into its log. It may be a copy,
 * with the same id: so a process must write this folder.
 */
async function servesLogOf(url: string, folder: string): Promise<boolean> {
  if (isUnlocked(folder) || !(await answers(url))) return false;
  const answer = await fetch(`${url}/v1/history?limit=1`, { signal: AbortSignal.timeout(10_000) });
  const { log: served } = (await answer.json()) as { readonly log?: string };
  const own = openLog(folder);
  try {
    return served === own.id;
  } finally {
    await own.close();
  }
}

/**
 * The deployment at `url`; else the one whose address is in the data folder; else one that is
 * started here until `close`.
 */
export async function openApi(folder: string, url: string | undefined): Promise<ApiEndpoint> {
  const close = (): Promise<void> => Promise.resolve();
  if (url !== undefined) {
    const base = url.replace(/\/+$/, '');
    if (await answers(base)) return { url: base, close };
    throw new Error(`no Entente answers at ${url}: start it, or omit --url`);
  }
  const left = addressIn(folder);
  if (left !== null && (await servesLogOf(left, folder))) return { url: left, close };
  const app = await createStandaloneApp({ folder, logLevel: 'error' });
  // Who finds the folder in use from now on must not ask another server.
  if (left !== null) removeAddress(folder, left);
  await app.listen(0, '127.0.0.1');
  const closeOwn = (): Promise<void> => {
    // Every request has its answer: no connection has to wait for one that is on its way.
    app.getHttpServer().closeAllConnections();
    return app.close();
  };
  return { url: await app.getUrl(), close: closeOwn };
}
