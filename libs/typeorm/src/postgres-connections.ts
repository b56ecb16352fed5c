import { Fault, DiskFull } from '@entente/engine';
import pg from 'pg';
import type { SqlQuery } from './sql-program.js';

/** Runs statements on a pool, or on one connection within a transaction. */
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

/** A connection with an open transaction. `end` ends it. A failed statement ends it too. */
export interface OpenSnapshot {
  run(statement: SqlQuery): Promise<readonly unknown[]>;
  end(): Promise<void>;
}

/** The schema of all tables of Entente in a database. */
export const SCHEMA = 'entente';
/** The connection option that makes this schema the search path. */
export const SEARCH_PATH = `-c search_path=${SCHEMA}`;

/** Options of connections. */
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
   * Milliseconds after which the server ends a transaction of an idle client. Without it, a stalled
   * process could prevent that a table is dropped.
   */
  readonly idleTransactionTimeout?: number;
}

const CONNECT_TIMEOUT_MS = 10_000;

/** A pool of connections to one database. It translates the driver's errors. */
export class Connections implements SqlClient {
  private readonly pool: pg.Pool;
  private readonly named = new Map<string, string>();
  /** The functions that end the open snapshots. */
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
    // The pool replaces an idle connection that breaks.
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
   * Runs the work in one transaction on one connection. Commits when the work resolves, and rolls
   * back if it rejects.
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

  /**
   * Runs statements on one connection, in one snapshot. Each statement is prepared once per
   * connection.
   */
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

  /** Opens a snapshot on one connection. The caller, or `close`, ends it. */
  async openSnapshot(): Promise<OpenSnapshot> {
    const finished = Promise.withResolvers<void>();
    const opened = Promise.withResolvers<OpenSnapshot['run']>();
    const transaction = this.inSnapshot((run) => {
      opened.resolve(run);
      return finished.promise;
    });
    transaction.catch(opened.reject);
    const run = await opened.promise;
    let isFinished = false;
    const end = async (): Promise<void> => {
      isFinished = true;
      this.snapshots.delete(end);
      finished.resolve();
      await transaction.catch(() => undefined);
    };
    this.snapshots.add(end);
    return {
      run: async (statement) => {
        // The pool may have given the connection to another caller.
        if (isFinished) throw new Fault('rows-away', 'these rows are no longer read; ask again', 1);
        try {
          return await run(statement);
        } catch (error) {
          isFinished = true;
          finished.reject(error);
          throw translateError(error);
        }
      },
      end,
    };
  }

  /** Ends open snapshots first, because the pool waits for their connections. */
  async close(): Promise<void> {
    await Promise.all([...this.snapshots].map((end) => end()));
    await this.pool.end();
  }

  /**
   * Runs the work on one connection. After an error that did not come from the server, the
   * connection is not reused.
   */
  private async withConnection<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    let client: pg.PoolClient;
    try {
      client = await this.pool.connect();
    } catch (error) {
      throw translateError(error);
    }
    // If a connection breaks in use, the current statement rejects. Without this listener, the
    // process would end.
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

  /** Prepares a statement with values once per connection. */
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
 * Runs the work in a savepoint of a transaction. Returns null if it resolves. After an expected
 * failure, rolls back to the savepoint and returns its SQLSTATE; the transaction continues.
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

/** Replaces each `?` with a numbered parameter of PostgreSQL. */
function numbered(sql: string): string {
  let n = 0;
  return sql.replaceAll('?', () => `$${(n += 1)}`);
}

/**
 * A short hash of a statement. It is part of the name of the prepared statement, so that a name
 * never refers to another statement.
 */
function hash(text: string): string {
  let value = 0xcbf29ce484222325n;
  for (let at = 0; at < text.length; at += 1)
    value = BigInt.asUintN(64, (value ^ BigInt(text.charCodeAt(at))) * 0x100000001b3n);
  return value.toString(36);
}

/**
 * SQLSTATE classes of transient errors: connection exceptions, insufficient resources, operator
 * intervention, deadlocks and serialization failures.
 */
const TRANSIENT = /^(?:08|53|57P|40)/;

/**
 * Translates an error of the driver: to `DiskFull`, to a fault with a retry time if it is
 * transient, or to the error itself.
 */
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
