import { type ModelBatch, type Parked, type Positions, type RowId, rowKey } from '@entente/engine';
import type { AnyProjection, ColumnType } from '@entente/kernel';
import { CHECKPOINTS, type StoredCheckpoint, checkpointsByModel } from './checkpoints.js';
import { bumpCatalogVersion } from './postgres-catalogue.js';
import type { SqlClient } from './postgres-connections.js';
import { parkedOf } from './row-writer.js';
import type { StoredModel } from './queryable.js';
import { type OwnColumn, decode, encode } from './tables.js';

type PostgresRow = Record<string, unknown>;

const SYSTEM = {
  stream: 'text',
  row_key: 'text',
  since: 'bigint',
  until: 'bigint',
  partition: 'integer',
  event_id: 'text',
};
const TYPES: Readonly<Record<ColumnType, string>> = {
  text: 'text',
  day: 'text',
  integer: 'bigint',
  amount: 'bigint',
  'integer-sum': 'text',
  'amount-sum': 'text',
  decimal: 'text',
  boolean: 'boolean',
  json: 'text',
};

/** The value of a cell, as it is passed to the driver. */
type PostgresCell = string | number | bigint | boolean | null;

/** The value of a cell, as PostgreSQL stores it. Throws if the column cannot hold the value. */
function cellOf(column: OwnColumn, value: unknown): PostgresCell {
  const cell = encode(column, value);
  if (typeof cell === 'string' && cell.includes('\u0000'))
    throw new TypeError(`${column.name} cannot hold a zero character`);
  return column.type === 'boolean' && cell !== null ? cell === 1 : cell;
}

/**
 * Formats values as a PostgreSQL array literal. The driver's own conversion takes several times as
 * long.
 */
function arrayOf(values: readonly PostgresCell[]): string {
  let text = '{';
  for (const value of values) {
    if (text.length > 1) text += ',';
    if (value === null) text += 'NULL';
    else if (typeof value !== 'string') text += String(value);
    else text += /["\\]/.test(value) ? `"${value.replaceAll(/["\\]/g, '\\$&')}"` : `"${value}"`;
  }
  return `${text}}`;
}

/** Thrown if a batch was not folded onto the current rows. Its transaction is rolled back. */
export class Fenced extends Error {}

/**
 * Writes row versions, checkpoints and parked streams within the caller's transaction: one
 * statement for all rows of a model.
 */
export class PostgresRowWriter {
  constructor(private readonly models: ReadonlyMap<string, StoredModel>) {}

  refuses(model: string, row: object): string | null {
    try {
      for (const column of this.of(model).columns) cellOf(column, (row as PostgresRow)[column.name]);
      return null;
    } catch (error) {
      return (error as Error).message;
    }
  }

  /** The checkpoints of each model, one for each partition. */
  async checkpoints(db: SqlClient, partitions: number): Promise<ReadonlyMap<string, Positions>> {
    const { rows } = await db.query<StoredCheckpoint>(CHECKPOINTS);
    return checkpointsByModel(rows, this.models.values(), partitions);
  }

  async parked(db: SqlClient): Promise<readonly Parked[]> {
    const { rows } = await db.query('SELECT * FROM parked ORDER BY position');
    return rows.flatMap((row) => {
      const stored = [...this.models.values()].find(({ table }) => table === row['table_name']);
      return stored === undefined ? [] : [parkedOf(stored.model.name, row)];
    });
  }

  async current(db: SqlClient, model: AnyProjection, ids: readonly RowId[]): Promise<ReadonlyMap<string, object>> {
    const { columns, table } = this.of(model.name);
    const names = ['stream', 'row_key', ...columns.map(({ name }) => name)];
    const { rows } = await db.query(
      `SELECT ${names.map((name) => `r."${name}"`).join(', ')} FROM unnest($1::text[], $2::text[]) AS k (stream, row_key)
       JOIN "${table}" r ON r.stream = k.stream AND r.row_key = k.row_key AND r."until" IS NULL`,
      [arrayOf(ids.map(({ stream }) => stream)), arrayOf(ids.map(({ key }) => key))],
    );
    return new Map(
      rows.map((row) => [
        rowKey({ stream: String(row['stream']), key: String(row['row_key']) }),
        Object.fromEntries(columns.map(({ name, type }) => [name, decode(type, row[name])])),
      ]),
    );
  }

  /** Writes batches. Throws {@link Fenced} if another worker has moved a checkpoint. */
  async write(db: SqlClient, batches: readonly ModelBatch[]): Promise<void> {
    await this.moveCheckpoints(db, batches);
    for (const batch of batches) {
      const { columns, table } = this.of(batch.model);
      await this.close(db, table, batch);
      await this.insert(db, table, columns, batch);
      await this.park(db, table, batch);
    }
  }

  /**
   * Moves all checkpoints by compare-and-swap. PostgreSQL locks each row, and compares it again
   * after another worker's transaction ends.
   */
  private async moveCheckpoints(db: SqlClient, batches: readonly ModelBatch[]): Promise<void> {
    const tables = batches.map(({ model }) => this.of(model).table);
    const partitions = batches.map(({ partition }) => partition);
    const first = batches.map(({ from }) => from === 0n);
    if (first.includes(true))
      await db.query(
        `INSERT INTO checkpoints SELECT t, p, 0 FROM unnest($1::text[], $2::integer[], $3::boolean[]) AS b (t, p, first) WHERE first ON CONFLICT DO NOTHING`,
        [tables, partitions, first],
      );
    const { count } = await db.query(
      `UPDATE checkpoints c SET position = b.upto
       FROM unnest($1::text[], $2::integer[], $3::bigint[], $4::bigint[]) AS b (t, p, since, upto)
       WHERE c.table_name = b.t AND c.partition = b.p AND c.position = b.since`,
      [tables, partitions, batches.map(({ from }) => from), batches.map(({ to }) => to)],
    );
    if (count !== batches.length) throw new Fenced();
  }

  private async close(db: SqlClient, table: string, { model, closes }: ModelBatch): Promise<void> {
    if (closes.length === 0) return;
    const { count } = await db.query(
      `UPDATE "${table}" r SET "until" = c.at FROM unnest($1::text[], $2::text[], $3::bigint[]) AS c (stream, row_key, at)
       WHERE r.stream = c.stream AND r.row_key = c.row_key AND r."until" IS NULL`,
      [closes.map(({ stream }) => stream), closes.map(({ key }) => key), closes.map(({ until }) => until)].map(arrayOf),
    );
    if (count !== closes.length) throw new Error(`${model}: ${closes.length - count} open rows to close are not there`);
  }

  private async insert(
    db: SqlClient,
    table: string,
    columns: readonly OwnColumn[],
    { partition, versions }: ModelBatch,
  ): Promise<void> {
    if (versions.length === 0) return;
    const own = columns.map((column) => versions.map(({ row }) => cellOf(column, (row as PostgresRow)[column.name])));
    const system = [
      versions.map(({ stream }) => stream),
      versions.map(({ key }) => key),
      versions.map(({ since }) => since),
      versions.map(({ until }) => until),
      versions.map(() => partition),
      versions.map(({ eventId }) => eventId),
    ];
    const names = [...Object.keys(SYSTEM), ...columns.map(({ name }) => name)];
    const types = [...Object.values(SYSTEM), ...columns.map(({ type }) => TYPES[type])];
    const arrays = types.map((type, i) => `$${i + 1}::${type}[]`);
    await db.query(
      `INSERT INTO "${table}" (${names.map((name) => `"${name}"`).join(', ')}) SELECT * FROM unnest(${arrays.join(', ')})`,
      [...system, ...own].map(arrayOf),
    );
  }

  private async park(db: SqlClient, table: string, { model, parked, cleared = [] }: ModelBatch): Promise<void> {
    if (cleared.length > 0) {
      await db.query('DELETE FROM parked WHERE table_name = $1 AND stream = ANY($2)', [table, cleared]);
      await db.query('UPDATE models SET epoch = epoch + 1 WHERE name = $1', [model]);
      await bumpCatalogVersion(db);
    }
    if (parked.length === 0) return;
    await db.query(
      `INSERT INTO parked SELECT $1::text, * FROM unnest($2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[])`,
      [
        table,
        parked.map(({ stream }) => stream),
        parked.map(({ eventId }) => eventId),
        parked.map(({ position }) => position),
        parked.map(({ error }) => error.replaceAll('\u0000', '')),
        parked.map(({ since }) => since),
      ],
    );
  }

  /** Whether each model has reached the other writer's checkpoint in every partition. */
  async reaches(db: SqlClient, other: PostgresRowWriter): Promise<boolean> {
    for (const model of this.models.keys()) {
      const { count } = await db.query(
        `SELECT 1 FROM checkpoints o LEFT JOIN checkpoints n ON n.table_name = $1 AND n.partition = o.partition
         WHERE o.table_name = $2 AND o.position > COALESCE(n.position, 0)`,
        [this.of(model).table, other.of(model).table],
      );
      if (count > 0) return false;
    }
    return true;
  }

  private of(model: string): StoredModel {
    const stored = this.models.get(model);
    if (stored === undefined) throw new Error(`there is no model ${model}`);
    return stored;
  }
}
