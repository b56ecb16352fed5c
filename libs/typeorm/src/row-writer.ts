import { type ModelBatch, DiskFull, type Parked, type Positions, type RowId, rowKey } from '@entente/engine';
import type { AnyProjection } from '@entente/kernel';
import type BetterSqlite3 from 'better-sqlite3';
import { bumpCatalogVersion } from './sqlite-catalogue.js';
import type { StoredModel } from './queryable.js';
import { decode, encode } from './tables.js';

type WrittenRow = Record<string, unknown>;

/** The statements that run for every event. They are prepared once per table. */
interface Statements {
  readonly insert: BetterSqlite3.Statement;
  readonly close: BetterSqlite3.Statement;
  readonly current: BetterSqlite3.Statement;
}

function statementsOf(db: BetterSqlite3.Database, { columns, table }: StoredModel): Statements {
  const names = ['stream', 'row_key', 'since', 'until', 'partition', 'event_id', ...columns.map(({ name }) => name)];
  const quoted = names.map((name) => `"${name}"`);
  const marks = names.map(() => '?');
  return {
    insert: db.prepare(`INSERT INTO "${table}" (${quoted.join(', ')}) VALUES (${marks.join(', ')})`),
    close: db.prepare(`UPDATE "${table}" SET "until" = ? WHERE stream = ? AND row_key = ? AND "until" IS NULL`),
    current: db.prepare(
      `SELECT r.* FROM json_each(?) k CROSS JOIN "${table}" r
       ON r.stream = json_extract(k.value, '$[0]') AND r.row_key = json_extract(k.value, '$[1]') AND r."until" IS NULL`,
    ),
  };
}

/**
 * Writes row versions, checkpoints and parked streams to a SQLite file, into one table per model.
 * It uses one connection and opens its own transactions.
 */
export class RowWriter {
  private readonly statements = new Map<string, Statements>();
  private readonly checkpointAt: BetterSqlite3.Statement;
  private readonly moveTo: BetterSqlite3.Statement;
  private readonly park: BetterSqlite3.Statement;
  private readonly clear: BetterSqlite3.Statement;

  constructor(
    private readonly db: BetterSqlite3.Database,
    private readonly models: ReadonlyMap<string, StoredModel>,
  ) {
    for (const stored of models.values()) this.statements.set(stored.model.name, statementsOf(db, stored));
    this.checkpointAt = db
      .prepare('SELECT CAST(position AS TEXT) FROM checkpoints WHERE table_name = ? AND partition = ?')
      .pluck();
    this.moveTo = db.prepare(
      'INSERT INTO checkpoints VALUES (?, ?, ?) ON CONFLICT (table_name, partition) DO UPDATE SET position = excluded.position',
    );
    this.park = db.prepare('INSERT INTO parked VALUES (?, ?, ?, ?, ?, ?)');
    this.clear = db.prepare('DELETE FROM parked WHERE table_name = ? AND stream = ?');
  }

  refuses(model: string, row: object): string | null {
    try {
      for (const column of this.of(model).columns) encode(column, (row as WrittenRow)[column.name]);
      return null;
    } catch (error) {
      return (error as Error).message;
    }
  }

  /** The checkpoint of each model, in the only partition. */
  checkpoints(): ReadonlyMap<string, Positions> {
    return new Map([...this.models.keys()].map((model) => [model, [this.checkpoint(model, 0)]]));
  }

  private checkpoint(model: string, partition: number): bigint {
    return BigInt((this.checkpointAt.get(this.of(model).table, partition) as string | undefined) ?? 0);
  }

  /** Whether each model has reached the other writer's checkpoint in every partition. */
  reaches(other: RowWriter): boolean {
    return [...this.models.keys()].every((model) => {
      const of = this.db.prepare('SELECT partition FROM checkpoints WHERE table_name = ?').pluck();
      return (of.all(other.of(model).table) as number[]).every(
        (partition) => this.checkpoint(model, partition) >= other.checkpoint(model, partition),
      );
    });
  }

  parked(): readonly Parked[] {
    const rows = this.db.prepare('SELECT * FROM parked ORDER BY position').all() as WrittenRow[];
    return rows.flatMap((row) => {
      const stored = [...this.models.values()].find(({ table }) => table === row['table_name']);
      return stored === undefined ? [] : [parkedOf(stored.model.name, row)];
    });
  }

  current(model: AnyProjection, ids: readonly RowId[]): ReadonlyMap<string, object> {
    const { columns } = this.of(model.name);
    const { current } = this.statements.get(model.name) as Statements;
    const rows = new Map<string, object>();
    for (const row of current.iterate(
      JSON.stringify(ids.map(({ stream, key }) => [stream, key])),
    ) as Iterable<WrittenRow>) {
      const own = Object.fromEntries(columns.map(({ name, type }) => [name, decode(type, row[name])]));
      rows.set(rowKey({ stream: String(row['stream']), key: String(row['row_key']) }), own);
    }
    return rows;
  }

  /**
   * Writes all batches in one transaction. Returns false, and writes nothing, if `isActive` returns
   * false or another worker has moved a checkpoint. Throws `DiskFull`, or the database's error.
   */
  commit(batches: readonly ModelBatch[], isActive: () => boolean): boolean {
    try {
      this.db.exec('BEGIN IMMEDIATE');
      const committed = isActive() && batches.every((batch) => this.write(batch));
      this.db.exec(committed ? 'COMMIT' : 'ROLLBACK');
      return committed;
    } catch (error) {
      if (this.db.inTransaction) this.db.exec('ROLLBACK');
      throw (error as { code?: string }).code === 'SQLITE_FULL' ? new DiskFull('the rows') : error;
    }
  }

  private write({ model, partition, from, to, closes, versions, parked, cleared = [] }: ModelBatch): boolean {
    const { columns, table } = this.of(model);
    if (this.checkpoint(model, partition) !== from) return false;
    this.moveTo.run(table, partition, to);
    const { insert, close } = this.statements.get(model) as Statements;
    for (const { stream, key, until } of closes)
      if (close.run(until, stream, key).changes !== 1)
        throw new Error(`${model}: no open row ${stream} ${key} to close`);
    for (const { stream, key, since, until, eventId, row } of versions) {
      const own = columns.map((column) => encode(column, (row as WrittenRow)[column.name]));
      insert.run(stream, key, since, until, partition, eventId, ...own);
    }
    for (const stream of cleared) this.clear.run(table, stream);
    for (const { stream, eventId, position, error, since } of parked)
      this.park.run(table, stream, eventId, position, error, since);
    if (cleared.length > 0) {
      this.db.prepare('UPDATE models SET epoch = epoch + 1 WHERE name = ?').run(model);
      bumpCatalogVersion(this.db);
    }
    return true;
  }

  private of(model: string): StoredModel {
    const stored = this.models.get(model);
    if (stored === undefined) throw new Error(`there is no model ${model}`);
    return stored;
  }
}

/** Converts a stored row to a parked stream. */
export const parkedOf = (model: string, row: Readonly<WrittenRow>): Parked => ({
  model,
  stream: String(row['stream']),
  eventId: String(row['event_id']),
  position: BigInt(row['position'] as number),
  error: String(row['error']),
  since: String(row['since']),
});
