import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEventStore } from '../../deploy/services/eventstore.mjs';
import { startKafka } from '../../deploy/services/kafka.mjs';
import { startPostgres } from '../../deploy/services/postgres.mjs';

/** The services, by what an operator calls them. */
export type ServiceName = 'broker' | 'database' | 'eventStore';
export type StopMode = 'stop' | 'kill';

/** Services of a test's own, which it may end and begin again on what they had. */
export async function ownServices() {
  const folder = mkdtempSync(join(tmpdir(), 'entente-own-services-'));
  // PostgreSQL may have to run as another user.
  chmodSync(folder, 0o755);
  const [postgres, kafka, esdb] = ['postgres', 'kafka', 'eventstore'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  let broker = await startKafka({ folder: kafka });
  let database = await startPostgres({ folder: postgres });
  let eventStore = await startEventStore({ folder: esdb });
  const ends: Readonly<Record<ServiceName, (how: StopMode) => Promise<void>>> = {
    broker: (how) => broker[how](),
    database: (how) => database[how](),
    eventStore: (how) => eventStore[how](),
  };
  const begins: Readonly<Record<ServiceName, () => Promise<void>>> = {
    broker: async () => void (broker = await startKafka({ folder: kafka, port: broker.port })),
    database: async () => void (database = await startPostgres({ folder: postgres, port: database.port })),
    eventStore: async () => void (eventStore = await startEventStore({ folder: esdb, port: eventStore.port })),
  };
  const pids: Readonly<Record<ServiceName, () => number>> = {
    broker: () => broker.pid,
    database: () => database.pid,
    eventStore: () => eventStore.pid,
  };
  return {
    on: { esdb: eventStore.url, kafka: broker.brokers, database: database.url },
    end: (name: ServiceName, how: StopMode) => ends[name](how),
    begin: (name: ServiceName) => begins[name](),
    /** Stops a backing service where it is, with all its processes; the answer lets it go on. */
    freeze(name: ServiceName): () => void {
      const pid = pids[name]();
      const { stdout } = spawnSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' });
      const all = [pid, ...stdout.split('\n').filter(Boolean).map(Number)];
      for (const one of all) process.kill(one, 'SIGSTOP');
      return () => all.forEach((one) => process.kill(one, 'SIGCONT'));
    },
    /**
     * Copies what the event store has on its disk, while it does not run; the answer puts that
     * back.
     */
    backUp(): () => void {
      const copy = join(folder, 'backup');
      cpSync(esdb, copy, { recursive: true });
      return () => {
        rmSync(esdb, { recursive: true });
        cpSync(copy, esdb, { recursive: true });
      };
    },
    /** Sets the faults of the event store. */
    faults: (change: Readonly<Record<string, unknown>>) => eventStore.faults(change),
    async stop(): Promise<void> {
      for (const name of ['eventStore', 'broker', 'database'] as const) await ends[name]('kill');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export type OwnServices = Awaited<ReturnType<typeof ownServices>>;
