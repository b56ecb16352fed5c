import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { pause } from '@entente/async';
import { type BoundedQuestions, compareClocks } from '@entente/engine';
import type { DatabaseCallAnswers, DatabaseFacts, FoundRows } from './database-answers.js';
import { databaseLocale } from './postgres-catalogue.js';
import { SCHEMA, SEARCH_PATH, type SqlClient } from './postgres-connections.js';

/** The time limits of a connection, a statement, a lock and a notification, in milliseconds. */
const CONNECT_MS = 3000;
const STATEMENT_MS = 3000;
const LOCK_MS = 1000;
const NOTIFICATION_MS = 1000;

/** Opens a connection as the apps do. The caller must end it. */
export async function connectDatabase(url: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_MS,
    statement_timeout: STATEMENT_MS,
    options: SEARCH_PATH,
  });
  // If the connection breaks, the current statement rejects. This listener keeps the process alive.
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    void client.end().catch(() => undefined);
    throw error;
  }
  return client;
}

const sqlClient = (client: pg.Client): SqlClient => ({
  query: async <Row extends object>(sql: string, values: readonly unknown[] = []) => {
    const { rows, rowCount } = await client.query<Row>(sql, [...values]);
    return { rows, count: rowCount ?? 0 };
  },
});

/** Makes the calls that the apps make. All objects that they create are rolled back. */
export async function askDatabase(
  client: pg.Client,
  url: string,
  analysts: { readonly analystSchema: string; readonly analystRole: string },
  questions: BoundedQuestions,
): Promise<DatabaseCallAnswers> {
  const db = sqlClient(client);
  const facts = await questions.ask(() => factsOf(db));
  const rows = await questions.ask(() => foundRows(db));
  const creation = await questions.ask(() => rolledBack(db, () => tryToCreate(db)));
  const analystSchema = await questions.ask(() => rolledBack(db, () => tryAnalystSchema(db, analysts.analystSchema)));
  const analystRole = await questions.ask(() => roleOf(db, analysts.analystRole));
  const notified = await questions.ask(() => isNotified(client, url), CONNECT_MS + NOTIFICATION_MS);
  return { facts, rows, creation, analystSchema, analystRole, notified };
}

async function factsOf(db: SqlClient): Promise<DatabaseFacts> {
  const locale = await databaseLocale(db);
  const askedAt = Date.now();
  const { rows } = await db.query<{ now: Date }>('SELECT clock_timestamp() AS now');
  const clock = compareClocks(rows[0]?.now.getTime() ?? NaN, askedAt, Date.now());
  const [server] = (
    await db.query<{ version: number; tls: boolean; read_only: boolean; free: number }>(`
      SELECT current_setting('server_version_num')::int AS version,
        coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false) AS tls,
        pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on' AS read_only,
        least(
          current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
            - (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'),
          (SELECT CASE WHEN datconnlimit >= 0 THEN datconnlimit END FROM pg_database WHERE datname = current_database()),
          (SELECT CASE WHEN rolconnlimit >= 0 THEN rolconnlimit END FROM pg_roles WHERE rolname = current_user)
        )::int AS free`)
  ).rows;
  if (server === undefined) throw new Error('the database does not describe itself');
  const { version, tls, read_only: readOnly, free } = server;
  return { ...locale, version, overTls: tls, readOnly, freeConnections: free, clock };
}

async function foundRows(db: SqlClient): Promise<FoundRows | null> {
  const [found] = (
    await db.query<{ present: boolean; others: number }>(
      `SELECT to_regclass('${SCHEMA}.store_info') IS NOT NULL AS present,
        (SELECT count(*)::int FROM pg_tables WHERE schemaname = '${SCHEMA}' AND NOT pg_has_role(tableowner, 'USAGE')) AS others`,
    )
  ).rows;
  if (found?.present !== true) return null;
  const [info] = (
    await db.query<{ log: string; format: number; partitions: number; models: number }>(
      `SELECT log, format, partitions, (SELECT count(*)::int FROM ${SCHEMA}.models) AS models FROM ${SCHEMA}.store_info`,
    )
  ).rows;
  return info === undefined ? null : { ...info, othersTables: found.others };
}

async function rolledBack<T>(db: SqlClient, work: () => Promise<T>): Promise<T> {
  await db.query('BEGIN');
  try {
    await db.query(`SET LOCAL lock_timeout = ${LOCK_MS}`);
    return await work();
  } finally {
    await db.query('ROLLBACK');
  }
}

async function tryToCreate(db: SqlClient): Promise<null> {
  const table = `${SCHEMA}.check_${randomBytes(8).toString('hex')}`;
  await db.query(`CREATE SCHEMA IF NOT EXISTS ${SCHEMA}`);
  await db.query(`CREATE TABLE ${table} (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL)`);
  await db.query(`CREATE UNIQUE INDEX ON ${table} (name) WHERE name <> ''`);
  await db.query(`INSERT INTO ${table} (name) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING`, [['a', 'b']]);
  await db.query(`DROP TABLE ${table}`);
  return null;
}

async function tryAnalystSchema(db: SqlClient, schema: string): Promise<{ readonly isOwn: boolean }> {
  await db.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
  const { count } = await db.query(
    'SELECT FROM pg_namespace WHERE nspname = $1 AND pg_get_userbyid(nspowner) = current_user',
    [schema],
  );
  if (count > 0) await db.query(`CREATE VIEW ${schema}.check_${randomBytes(8).toString('hex')} AS SELECT 1 AS n`);
  return { isOwn: count > 0 };
}

async function roleOf(db: SqlClient, role: string): Promise<{ readonly exists: boolean; readonly mayBeMade: boolean }> {
  const { rows } = await db.query<{ present: boolean; may: boolean }>(
    'SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1) AS present, rolsuper OR rolcreaterole AS may FROM pg_roles WHERE rolname = current_user',
    [role],
  );
  return { exists: rows[0]?.present === true, mayBeMade: rows[0]?.may === true };
}

/** Whether a notification from one connection reaches another. Not every pooler passes it on. */
async function isNotified(sender: pg.Client, url: string): Promise<boolean> {
  const channel = `entente_check_${randomBytes(8).toString('hex')}`;
  const listener = await connectDatabase(url);
  try {
    const received = new Promise<true>((resolve) => listener.once('notification', () => resolve(true)));
    await listener.query(`LISTEN ${channel}`);
    await sender.query('SELECT pg_notify($1, $2)', [channel, '']);
    return await Promise.race([received, pause(NOTIFICATION_MS).then(() => false)]);
  } finally {
    await listener.end();
  }
}
