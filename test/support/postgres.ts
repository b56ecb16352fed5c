import { randomUUID } from 'node:crypto';
import pg from 'pg';

/** A real PostgreSQL, for specs. */
export interface Postgres {
  /** The address of a new and empty database, made by the SQL behind its name. */
  database(how?: string): Promise<string>;
  /** Queries one of its databases. */
  query(url: string, sql: string): Promise<Record<string, unknown>[]>;
}

/** The one that `npm run test:integration` has started; fails where there is none. */
export function postgresForTests(): Postgres {
  const { SERVICES_DATABASE_URL: server } = process.env;
  if (server === undefined) throw new Error('there is no PostgreSQL to test on: npm run test:integration starts one');
  const ask = async (url: string, sql: string): Promise<Record<string, unknown>[]> => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows;
    } finally {
      await client.end();
    }
  };
  return {
    query: ask,
    async database(how = '') {
      const name = `test_${randomUUID().replaceAll('-', '')}`;
      await ask(server, `CREATE DATABASE ${name} ${how}`);
      return server.replace(/\/[^/]*$/, `/${name}`);
    },
  };
}
