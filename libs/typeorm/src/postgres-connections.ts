import { Fault, DiskFull } from '@entente/engine';
import pg from 'pg';
import type { SqlQuery } from './sql-program.js';

/** Runs statements: on a pool, or on one connection within a transaction. */
export interface SqlClient {
  query<Row extends object = Record<string, unknown>>(
    sql: string,
    values?: readonly unknown[],
  ): Promise<QueryResult<Row>>;
}
export interface QueryResult<Row> {
  readonly rows: readonly Row[];
  readonly count: number;
}

/** A connection within a transaction, until it is ended. A statement that fails ends it, too. */
export interface OpenSnapshot {
  run(statement: SqlQuery): Promise<readonly unknown[]>;
  end(): Promise<void>;
}

/** The schema of all tables of Entente in a database. */
export const SCHEMA = 'entente';
/** The schema in which every connection looks first. */
export const SEARCH_PATH = `-c search_path=${SCHEMA}`;

/** How connections are opened. */
export interface PostgresOptions {
  /**
   * `postgres://user:password@host:port/database`, with `sslmode` and other parameters of the
   * driver.
   */
  readonly url: string;
  /** The maximum number of connections. */
  readonly connections?: number;
  /** Milliseconds after which the server cancels a statement. */
  readonly statementTimeout?: number;
  /**
   * Milliseconds after which the server ends a transaction whose client sends nothing, so that a
   * process that is stalled keeps no table from being dropped.
   */
  readonly idleTransactionTimeout?: number;
}

const CONNECT_TIMEOUT_MS = 10_000;

/** A pool of connections to one database; it translates the driver's errors. */
export class Connections implements SqlClient {
  private readonly pool: pg.Pool;
  private readonly named = new Map<string, string>();
  /** What ends each open snapshot. */
  private readonly snapshots = new Set<() => Promise<void>>();

  constructor(readonly options: PostgresOptions) {
    this.pool = new pg.Pool({
      connectionString: options.url,
      max: options.connections ?? 10,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      statement_timeout: options.statementTimeout ?? 60_000,
      ...(options.idleTransactionTimeout === undefined
        ? {}
        : { idle_in_transaction_session_timeout: options.idleTransactionTimeout }),
      options: SEARCH_PATH,
    });
    // A connection that breaks while it is idle is replaced by the next one.
    this.pool.on('error', () => undefined);
  }

  async query<Row extends object>(sql: string, values: readonly unknown[] = []): Promise<QueryResult<Row>> {
    try {
      const { rows, rowCount } = await this.pool.query<Row>(this.prepared(sql, values));
      return { rows, count: rowCount ?? 0 };
    } catch (error) {
      throw translateError(error);
    }
  }

  /**
   * Works on one connection within one transaction. It commits when the work ends, and rolls back
   * if the work fails.
   */
  async transaction<T>(work: (db: SqlClient) => Promise<T>, mode = ''): Promise<T> {
    return this.withConnection(async (client) => {
      const db: SqlClient = {
        query: async <Row extends object>(sql: string, values: readonly unknown[] = []) => {
          const { rows, rowCount } = await client.query<Row>(this.prepared(sql, values));
          return { rows, count: rowCount ?? 0 };
        },
      };
      await client.query(`BEGIN ${mode}`);
      const result = await work(db);
      await client.query('COMMIT');
      return result;
    });
  }

  /** Runs statements on one connection, in one snapshot. Each is prepared once per connection. */
  async inSnapshot<T>(work: (run: (statement: SqlQuery) => Promise<readonly unknown[]>) => Promise<T>): Promise<T> {
    return this.withConnection(async (client) => {
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      const result = await work(async ({ sql, values, raw = false }) => {
        const { rows } = await client.query<object>({
          name: this.nameOf(sql),
          text: numbered(sql),
          values: [...values],
          ...(raw ? { rowMode: 'array' as const } : {}),
        } as pg.QueryConfig);
        return rows;
      });
      await client.query('COMMIT');
      return result;
    });
  }

  /** Opens one snapshot on one connection; the caller ends it, or closing does. */
  async openSnapshot(): Promise<OpenSnapshot> {
    const over = Promise.withResolvers<void>();
    const opened = Promise.withResolvers<OpenSnapshot['run']>();
    const whole = this.inSnapshot((run) => {
      opened.resolve(run);
      return over.promise;
    });
    whole.catch(opened.reject);
    const run = await opened.promise;
    let isOver = false;
    const end = async (): Promise<void> => {
      isOver = true;
      this.snapshots.delete(end);
      over.resolve();
      await whole.catch(() => undefined);
    };
    this.snapshots.add(end);
    return {
      run: async (statement) => {
        // By then, others may use the connection.
        if (isOver) throw new Fault('rows-away', 'these rows are no longer read; ask again', 1);
        try {
          return await run(statement);
        } catch (error) {
          isOver = true;
          over.reject(error);
          throw translateError(error);
        }
      },
      end,
    };
  }

  /** Snapshots that are still open are ended: the pool waits for their connections. */
  async close(): Promise<void> {
    await Promise.all([...this.snapshots].map((end) => end()));
    await this.pool.end();
  }

  /** After an error that is not the database's own, the connection is not used again. */
  private async withConnection<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    let client: pg.PoolClient;
    try {
      client = await this.pool.connect();
    } catch (error) {
      throw translateError(error);
    }
    // A connection that breaks in use fails the current statement. Without a listener, it would end
    // the process.
    const ignore = (): void => undefined;
    client.on('error', ignore);
    let failed: Error | undefined;
    try {
      return await work(client);
    } catch (error) {
      failed = error as Error;
      if (!(error instanceof pg.DatabaseError)) throw translateError(error);
      await client.query('ROLLBACK').then(
        () => (failed = undefined),
        () => undefined,
      );
      throw translateError(error);
    } finally {
      client.removeListener('error', ignore);
      client.release(failed);
    }
  }

  /** A statement with values is prepared once per connection. */
  private prepared(sql: string, values: readonly unknown[]): pg.QueryConfig {
    return values.length === 0 ? { text: sql } : { name: this.nameOf(sql), text: sql, values: [...values] };
  }

  private nameOf(sql: string): string {
    let name = this.named.get(sql);
    if (name === undefined) {
      if (this.named.size >= 1000) this.named.clear();
      this.named.set(sql, (name = `e${this.named.size}_${hash(sql)}`));
    }
    return name;
  }
}

/** SQLSTATE: a lock was not free within `lock_timeout`. */
export const LOCK_NOT_AVAILABLE = '55P03';

/**
 * Works in a savepoint of a transaction. Returns null if it worked, and the SQLSTATE of an expected
 * failure, which the transaction survives.
 */
export async function attempt(
  db: SqlClient,
  expected: (code: string) => boolean,
  work: () => Promise<unknown>,
): Promise<string | null> {
  await db.query('SAVEPOINT attempt');
  try {
    await work();
  } catch (error) {
    const { code = '' } = error as { readonly code?: string };
    if (!expected(code)) throw error;
    await db.query('ROLLBACK TO SAVEPOINT attempt');
    return code;
  }
  await db.query('RELEASE SAVEPOINT attempt');
  return null;
}

/** Replaces `?` by the numbers that PostgreSQL expects. */
function numbered(sql: string): string {
  let n = 0;
  return sql.replaceAll('?', () => `$${(n += 1)}`);
}

/**
 * A short hash of a text: the same text gives the same name, so that a name never refers to another
 * statement.
 */
function hash(text: string): string {
  let value = 0xcbf29ce484222325n;
  for (let at = 0; at < text.length; at += 1)
    value = BigInt.asUintN(64, (value ^ BigInt(text.charCodeAt(at))) * 0x100000001b3n);
  return value.toString(36);
}

/**
 * SQLSTATE classes after which trying again helps: connection exceptions, resources, operator
 * intervention, deadlocks and serialization.
 */
const TRANSIENT = /^(?:08|53|57P|40)/;

/** Translates a driver's error for the caller: disk full, try again, or the error itself. */
export function translateError(error: unknown): Error {
  const failed = error as Error;
  if (failed instanceof Fault) return failed;
  const { code = '' } = failed as { code?: string };
  if (code === '53100') return new DiskFull('the rows');
  const isTransient =
    failed instanceof pg.DatabaseError
      ? TRANSIENT.test(code)
      : /^E[A-Z]+$/.test(code) || /terminated|timeout|not queryable|connection|closed/i.test(failed.message);
  if (!isTransient) return failed;
  return new Fault('rows-away', `the database does not answer just now (${failed.message}); try again`, 1, {
    cause: error,
  });
}
