/**
 * The same versions of rows into the same tables, with the same checkpoints, in transactions of the
 * same size: the values are at hand already.
 */
import { readFileSync } from 'node:fs';
import { deserialize } from 'node:v8';
import pg from 'pg';
import { load } from '../measure.mjs';

/** As many connections as the store has. */
const CONNECTIONS = 10;

/** Makes the tables as the store makes them. Returns the type of each column of each model. */
async function tablesIn(database, partitions) {
  const { PostgresReadModelStore } = await load('libs/typeorm/src/index.js');
  const { MODELS, VIEWS } = await load('libs/read-models/src/index.js');
  const rows = new PostgresReadModelStore({ url: database, models: MODELS, views: VIEWS, partitions });
  await rows.open('bench');
  await rows.close();
  const client = new pg.Client({ connectionString: database });
  await client.connect();
  const tables = new Map();
  for (const { name, version, generation } of (await client.query('SELECT * FROM entente.models')).rows) {
    const table = `${name.replaceAll('-', '_')}_v${version}_g${generation}`;
    const { rows: columns } = await client.query(
      `SELECT column_name AS name, data_type AS type FROM information_schema.columns WHERE table_schema = 'entente' AND table_name = $1 ORDER BY ordinal_position`,
      [table],
    );
    tables.set(name, { table, columns });
  }
  await client.end();
  return tables;
}

const cell = (value) => (value !== null && typeof value === 'object' ? JSON.stringify(value) : (value ?? null));

/** A batch's statements with their values, prepared once a connection. */
function statementsOf(batches, tables) {
  const moves = {
    name: 'checkpoints',
    text: `INSERT INTO entente.checkpoints SELECT * FROM unnest($1::text[], $2::integer[], $3::bigint[]) ON CONFLICT (table_name, partition) DO UPDATE SET position = excluded.position`,
    values: [
      batches.map(({ model }) => tables.get(model).table),
      batches.map(({ partition }) => partition),
      batches.map(({ to }) => to),
    ],
  };
  const rows = batches.flatMap(({ model, partition, closes, versions }) => {
    const { table, columns } = tables.get(model);
    const closing = {
      name: `close ${table}`,
      text: `UPDATE entente."${table}" r SET "until" = c.at FROM unnest($1::text[], $2::text[], $3::bigint[]) AS c (stream, row_key, at)
        WHERE r.stream = c.stream AND r.row_key = c.row_key AND r."until" IS NULL`,
      values: [closes.map((one) => one.stream), closes.map((one) => one.key), closes.map((one) => one.until)],
    };
    const inserting = {
      name: `insert ${table}`,
      text: `INSERT INTO entente."${table}" SELECT * FROM unnest(${columns.map(({ type }, i) => `$${i + 1}::${type}[]`).join(', ')})`,
      values: columns.map(({ name }) =>
        versions.map(({ stream, key, since, until, eventId, row }) => {
          const system = { stream, row_key: key, since, until, partition, event_id: eventId };
          return name in system ? system[name] : cell(row[name]);
        }),
      ),
    };
    return [...(closes.length > 0 ? [closing] : []), ...(versions.length > 0 ? [inserting] : [])];
  });
  return [moves, ...rows];
}

export async function writing({ kept, database, partitions }, report) {
  const tables = await tablesIn(database, partitions);
  const pool = new pg.Pool({ connectionString: database, max: CONNECTIONS });
  // What is being closed may still be closed by the server, whose database is dropped then.
  pool.on('error', () => undefined);
  const lines = new Map();
  for (const { batches, events } of deserialize(readFileSync(kept))) {
    const { partition } = batches[0];
    lines.set(partition, [...(lines.get(partition) ?? []), { statements: statementsOf(batches, tables), events }]);
  }
  const write = async (line) => {
    for (const { statements, events } of line) {
      const client = await pool.connect();
      try {
        await client.query('BEGIN');
        for (const statement of statements) await client.query(statement);
        await client.query('COMMIT');
      } finally {
        client.release();
      }
      report({ did: events });
    }
  };
  return { go: () => Promise.all([...lines.values()].map(write)).then(() => undefined), end: () => pool.end() };
}
