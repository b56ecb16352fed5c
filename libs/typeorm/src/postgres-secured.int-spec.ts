import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { type RunningPostgres, startPostgres } from '../../../deploy/services/postgres.mjs';
import { anAuthority } from '../../../test/support/certificates.js';
import { byWord, promises, words } from '../../../test/contracts/read-model-store.js';
import { until } from '../../../test/support/kafka.js';
import { PostgresReadModelStore } from './postgres-read-model-store.js';

const PASSWORD = 'hush@hush:1/2#?';
const authority = anAuthority();

describe('the PostgreSQL read model store over TLS', () => {
  let folder: string;
  let server: RunningPostgres;
  const files = { own: '', others: '' };
  const opened: PostgresReadModelStore[] = [];
  const ask = async (sql: string): Promise<readonly unknown[]> => {
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    const { rows } = await client.query<object>(sql);
    await client.end();
    return rows;
  };
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'entente-secured-'));
    // PostgreSQL may have to run as another user.
    chmodSync(folder, 0o755);
    for (const [name, { ca }] of [['own', authority] as const, ['others', anAuthority('another')] as const])
      writeFileSync((files[name] = join(folder, `${name}.pem`)), ca);
    server = await startPostgres({ folder: join(folder, 'server'), tls: authority.issue('a database') });
    await ask(`CREATE ROLE ann LOGIN PASSWORD '${PASSWORD}'`);
    await ask('CREATE DATABASE rows OWNER ann');
  });
  afterEach(async () => {
    for (const store of opened.splice(0)) await store.close();
  });
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const open = async ({ host = 'localhost', password = PASSWORD, ca = files.own } = {}) => {
    const query = `sslmode=verify-full&sslrootcert=${encodeURIComponent(ca)}`;
    const url = `postgres://ann:${encodeURIComponent(password)}@${host}:${server.port}/rows?${query}`;
    const store = new PostgresReadModelStore({ url, models: [words, promises], views: [byWord], partitions: 1 });
    await store.open('log-1');
    opened.push(store);
    return store;
  };
  const failed = (options: Parameters<typeof open>[0]): Promise<string> =>
    open(options).then(
      () => 'it opened',
      (error: Error) => {
        for (let each: unknown = error; each instanceof Error; each = each.cause)
          expect([each.message, each.stack].join()).not.toContain('hush');
        return error.message;
      },
    );
  const listening = async (): Promise<readonly unknown[]> =>
    ask(`SELECT pid, ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE query LIKE 'LISTEN%'`);

  it.each(['localhost', '127.0.0.1'])('is opened and written at %s, and notifies other processes', async (host) => {
    const one = await open({ host });
    const other = await open({ host });
    const notified = new Promise((resolve) => other.onCommit((models) => resolve([...models])));
    const from = (await one.checkpoints()).get('words')?.[0] ?? 0n;
    const commit = { model: 'words', partition: 0, from, to: from + 1n, closes: [], versions: [], parked: [] };
    expect(await one.commit([commit])).toBe(true);
    expect(await notified).toEqual(['words']);
    const used = await ask(
      `SELECT DISTINCT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE usename = 'ann'`,
    );
    expect(used).toEqual([{ ssl: true }]);
    expect(await listening()).toMatchObject([{ ssl: true }, { ssl: true }]);
  });

  it('listens again after the connection broke', async () => {
    await open();
    const [{ pid }] = (await listening()) as [{ pid: number }];
    await ask(`SELECT pg_terminate_backend(${pid})`);
    await until(async () => {
      const now = (await listening()) as { pid: number; ssl: boolean }[];
      return now.length === 1 && now[0]?.pid !== pid && now[0]?.ssl === true;
    });
  });

  it('is refused if the certificate is not trusted or the password is wrong, which is not shown', async () => {
    expect(await failed({ ca: files.others })).toMatch(/certificate/);
    expect(await failed({ password: 'hush' })).toBe('password authentication failed for user "ann"');
  });

  it('is refused with a file of certificates that does not exist, and the process continues', async () => {
    expect(await failed({ ca: join(folder, 'away.pem') })).toMatch(/ENOENT.*away\.pem/);
    await open();
    const own = files.own;
    rmSync(own);
    const [{ pid }] = (await listening()) as [{ pid: number }];
    await ask(`SELECT pg_terminate_backend(${pid})`);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    writeFileSync(own, authority.ca);
    await until(async () => (await listening()).length === 1);
  });
});
