import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EventStoreDbStore } from '@entente/eventstoredb';
import { freePort } from '../../deploy/services/process.mjs';
import { anEvent } from '../contracts/event-store.js';
import { kafkaClient, until } from '../support/kafka.js';
import { postgresForTests } from '../support/postgres.js';

const project = fileURLToPath(new URL('../..', import.meta.url));

/** `npm run services`, as run in a terminal. */
interface ServiceSet {
  readonly output: () => string;
  readonly status: () => number | null;
  /** What it leaves for the apps; waits until all answer. */
  settings(): Promise<Readonly<Record<string, string>>>;
  /** Ctrl-C. */
  interrupt(): Promise<number | null>;
  readonly group: number;
}

let folder: string;
let sets: ServiceSet[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'entente-set-'));
  // PostgreSQL may have to run as another user.
  chmodSync(folder, 0o755);
  sets = [];
});
afterEach(async () => {
  for (const set of sets) await set.interrupt();
  rmSync(folder, { recursive: true });
});

function begin(name: string, ...options: string[]): ServiceSet {
  const file = join(folder, `${name}.env`);
  const child: ChildProcess = spawn('npm', ['run', 'services', '--', '--settings', file, ...options], {
    cwd: project,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    // A folder that goes with it is made here, where it can be looked for.
    env: { ...process.env, TMPDIR: folder },
  });
  let output = '';
  let status: number | null | undefined;
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (output += String(chunk)));
  const ended = once(child, 'close').then(([code]) => (status = code as number | null));
  const group = Number(child.pid);
  const set: ServiceSet = {
    group,
    output: () => output,
    status: () => status ?? null,
    async settings() {
      await until(() => status !== undefined || output.includes('all answer'), 120_000);
      if (status !== undefined) throw new Error(output);
      return parseEnv(readFileSync(file, 'utf8')) as Record<string, string>;
    },
    async interrupt() {
      if (status === undefined) process.kill(-group, 'SIGINT');
      return ended;
    },
  };
  sets.push(set);
  return set;
}

/** The files left there, except npm's cache. */
const left = (): string[] => readdirSync(folder).filter((name) => name !== 'node-compile-cache');
/** Whether a process exists, also as one that has ended and whose status was not collected. */
const isThere = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
/** The processes that name a folder on their command line. */
const naming = (path: string): string => spawnSync('pgrep', ['-af', path], { encoding: 'utf8' }).stdout;

const { query: ask } = postgresForTests();
const url = ({ DATABASE_URL }: Readonly<Record<string, string>>): string => String(DATABASE_URL);
const topicsOf = async ({ KAFKA_BROKERS }: Readonly<Record<string, string>>, make?: string): Promise<string[]> => {
  const admin = kafkaClient({ brokers: [String(KAFKA_BROKERS)] }).admin();
  await admin.connect();
  try {
    if (make !== undefined) await admin.createTopics({ topics: [{ topic: make }], waitForLeaders: true });
    return await admin.listTopics();
  } finally {
    await admin.disconnect();
  }
};
const logOf = ({ ESDB_URL }: Readonly<Record<string, string>>): Promise<EventStoreDbStore> =>
  EventStoreDbStore.connect({ url: String(ESDB_URL) });

describe('npm run services', () => {
  it('runs next to another set, and ends all its services on an interrupt', async () => {
    const one = begin('one');
    const other = begin('other');
    const settings = await Promise.all([one.settings(), other.settings()]);
    for (const name of ['ESDB_URL', 'KAFKA_BROKERS', 'DATABASE_URL', 'ENTENTE_PSEUDONYM_KEY'])
      expect([...new Set(settings.map((its) => its[name]))]).toHaveLength(2);
    await ask(url(settings[0]), 'CREATE TABLE mine (n int)');
    expect(await topicsOf(settings[0], 'mine')).toContain('mine');
    expect(await topicsOf(settings[1])).not.toContain('mine');
    for (const its of settings) await (await logOf(its)).close();
    for (const [name, value] of Object.entries(settings[0])) expect(one.output()).toContain(`\n${name}=${value}\n`);

    expect(await one.interrupt()).toBe(0);
    expect(existsSync(join(folder, 'one.env'))).toBe(false);
    await expect(ask(url(settings[1]), 'SELECT * FROM mine')).rejects.toThrow('does not exist');
    expect(naming(folder)).not.toBe('');
    expect(await other.interrupt()).toBe(0);
    expect(naming(folder)).toBe('');
    expect(left()).toEqual([]);
  });

  it('refuses settings and data in use, and takes over those of killed sets', async () => {
    const data = join(folder, 'data');
    const first = begin('one', '--data', data);
    await first.settings();
    const refused = async (set: ServiceSet): Promise<string> => {
      await until(() => set.status() !== null, 30_000);
      expect(set.status()).toBe(1);
      return set.output();
    };
    expect(await refused(begin('one'))).toMatch(/one\.env has the settings of services that run/);
    expect(await refused(begin('other', '--data', data))).toMatch(/data is the data of services that run/);
    const answers = await first.settings();
    expect(await ask(url(answers), 'SELECT 1 AS n')).toEqual([{ n: 1 }]);
    const [database] = readFileSync(join(data, 'postgres', 'data', 'postmaster.pid'), 'utf8').split('\n');
    process.kill(-first.group, 'SIGKILL');
    await until(() => naming(folder) === '' && !isThere(Number(database)), 30_000);
    expect(existsSync(join(folder, 'one.env'))).toBe(true);
    const again = begin('one', '--data', data);
    expect(url(await again.settings())).not.toBe(url(answers));
    expect(await again.interrupt()).toBe(0);
  });

  it('finds its earlier data with --data, the pseudonym key too', async () => {
    const data = join(folder, 'data');
    const first = begin('first', '--data', data);
    const before = await first.settings();
    await ask(url(before), 'CREATE TABLE kept AS SELECT 7 AS n');
    await topicsOf(before, 'kept');
    const log = await logOf(before);
    const event = anEvent();
    await log.append('note/kept', 'none', [event]);
    await log.close();
    expect(await first.interrupt()).toBe(0);

    const after = await begin('again', '--data', data).settings();
    expect(after['ENTENTE_PSEUDONYM_KEY']).toBe(before['ENTENTE_PSEUDONYM_KEY']);
    expect(await ask(url(after), 'SELECT n FROM kept')).toEqual([{ n: 7 }]);
    expect(await topicsOf(after)).toContain('kept');
    const again = await logOf(after);
    expect([again.id, await again.revisionOf('note/kept')]).toEqual([log.id, 0]);
    expect(await again.append('note/kept', 'none', [event])).toMatchObject({ ok: true, revision: 0 });
    await again.close();
  });

  it.each(['kafka', 'postgres', 'esdb'])(
    'names the port that %s cannot have, and leaves nothing behind',
    async (service) => {
      const port = await freePort();
      const there = createServer().listen(port, '127.0.0.1');
      await once(there, 'listening');
      const set = begin('refused', `--${service}-port`, String(port));
      await until(() => set.status() !== null, 60_000);
      there.close();
      expect(set.status()).toBe(1);
      expect(set.output()).toMatch(new RegExp(`cannot have port ${port}: something listens there already`));
      expect(naming(folder)).toBe('');
      expect(left()).toEqual([]);
    },
  );

  it('names a service that ended by itself, leaves the others, and ends after the last one', async () => {
    const set = begin('lonely');
    const settings = await set.settings();
    const kill = (program: string): void => {
      const [line] = naming(folder)
        .split('\n')
        .filter((one) => one.includes(program));
      process.kill(Number.parseInt(String(line), 10), 'SIGKILL');
    };
    kill('kafka.Kafka ');
    await until(() => set.output().includes('the Kafka broker ended by itself'), 30_000);
    expect(set.output()).toMatch(/still running: PostgreSQL, the stand-in for an event store\n/);
    expect(await ask(url(settings), 'SELECT 1 AS n')).toEqual([{ n: 1 }]);
    await (await logOf(settings)).close();
    expect(set.status()).toBeNull();
    expect(existsSync(join(folder, 'lonely.env'))).toBe(true);
    kill('eventstoredb/serve.mjs');
    await until(() => set.output().includes('still running: PostgreSQL\n'), 30_000);
    kill('/postgres -D');
    await until(() => set.status() !== null, 30_000);
    expect(set.status()).toBe(1);
    expect(set.output()).toContain('PostgreSQL ended by itself');
    expect(set.output()).toContain('none is left');
    expect(naming(folder)).toBe('');
    expect(existsSync(join(folder, 'lonely.env'))).toBe(false);
  });
});
