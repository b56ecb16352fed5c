import { SerialQueue } from '@entente/async';
import { type NumberedRefusal, RefusalLog, type RefusalQuery, type RefusedCommand } from '@entente/engine';
import { Connections, type PostgresOptions, SCHEMA } from './postgres-connections.js';

const CREATE_TABLE = `
  CREATE SCHEMA IF NOT EXISTS ${SCHEMA};
  CREATE TABLE IF NOT EXISTS refusals (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at text NOT NULL, organisation text NOT NULL, role text NOT NULL, stream text NOT NULL, command text NOT NULL,
    command_id text NOT NULL, correlation_id text NOT NULL, code text NOT NULL, rule text
  );
`;

/** The interval between two writes of the queue, in milliseconds. */
const WRITE_EVERY_MS = 250;

const COLUMNS = ['at', 'organisation', 'role', 'stream', 'command', 'command_id', 'correlation_id', 'code', 'rule'];

/** Limits of the stored list and of the queue. */
export interface PostgresRefusalLogOptions extends PostgresOptions {
  /** The maximum number of stored refusals. The oldest are removed. */
  readonly maxEntries?: number;
  /** The maximum number of refusals in the queue of this process. Further ones are only counted. */
  readonly maxWaiting?: number;
  /** Called each time a write succeeds after a failed one. */
  readonly onReconnect?: () => void;
}

/**
 * The refused commands of all processes on one database. The queue is written four times a second.
 */
export class PostgresRefusalLog extends RefusalLog {
  private queued: RefusedCommand[] = [];
  private leftOut = 0;
  private readonly queue = new SerialQueue();
  private failed = false;
  private readonly timer: NodeJS.Timeout;

  private constructor(
    private readonly connections: Connections,
    private readonly maxEntries: number,
    private readonly maxWaiting: number,
    private readonly onReconnect: () => void,
  ) {
    super();
    this.timer = setInterval(() => void this.write(), WRITE_EVERY_MS).unref();
  }

  /** Creates the table if it is missing. */
  static async open(options: PostgresRefusalLogOptions): Promise<PostgresRefusalLog> {
    const { maxEntries = 100_000, maxWaiting = 10_000, onReconnect = () => undefined } = options;
    const connections = new Connections({ ...options, connections: 2 });
    try {
      // Without the lock, one of two concurrent processes would fail because the table exists.
      await connections.transaction(async (db) => {
        await db.query(`SELECT pg_advisory_xact_lock(hashtext('entente: the rows'))`);
        await db.query(CREATE_TABLE);
      });
    } catch (error) {
      await connections.close();
      throw error;
    }
    return new PostgresRefusalLog(connections, maxEntries, maxWaiting, onReconnect);
  }

  note(refused: RefusedCommand): void {
    if (this.queued.length >= this.maxWaiting) this.leftOut += 1;
    else this.queued.push(refused);
  }

  async list({ limit, before, organisation, stream, code }: RefusalQuery): Promise<{
    readonly refusals: readonly NumberedRefusal[];
    readonly leftOut: number;
  }> {
    await this.write();
    const filters = Object.entries({ organisation, stream, code }).filter(([, value]) => value !== undefined);
    const where = ['number < $1', ...filters.map(([column], i) => `${column} = $${i + 3}`)].join(' AND ');
    const { rows } = await this.connections.query<NumberedRefusal>(
      `SELECT number, at, organisation, role, stream, command, command_id AS "commandId", correlation_id AS "correlationId", code, rule
       FROM refusals WHERE ${where} ORDER BY number DESC LIMIT $2`,
      [before ?? Number.MAX_SAFE_INTEGER, limit, ...filters.map(([, value]) => value)],
    );
    return { refusals: rows.map((row) => ({ ...row, number: Number(row.number) })), leftOut: this.leftOut };
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.write();
    await this.connections.close();
  }

  /**
   * Writes the queue as one batch. Writes do not overlap. A failed batch stays in the queue, which
   * keeps its limit.
   */
  private write(): Promise<void> {
    return this.queue.runExclusive(async () => {
      // More refusals may be queued during the write.
      const batch = [...this.queued];
      if (batch.length === 0) return;
      try {
        await this.connections.transaction(async (db) => {
          const rows = batch.map(({ commandId: command_id, correlationId: correlation_id, ...one }) => ({
            ...one,
            command_id,
            correlation_id,
          }));
          await db.query(
            `INSERT INTO refusals (${COLUMNS.join(', ')}) SELECT ${COLUMNS.join(', ')} FROM jsonb_to_recordset($1) AS r (${COLUMNS.map((name) => `${name} text`).join(', ')})`,
            [JSON.stringify(rows)],
          );
          await db.query('DELETE FROM refusals WHERE number <= (SELECT MAX(number) FROM refusals) - $1', [
            this.maxEntries,
          ]);
        });
        this.queued = this.queued.slice(batch.length);
        if (this.failed) this.onReconnect();
        this.failed = false;
      } catch {
        this.failed = true;
        // The transaction was rolled back. The next write tries again.
      }
    });
  }
}
