import { SerialQueue } from '@entente/async';
import { type NumberedRefusal, RefusalLog, type RefusalQuery, type RefusedCommand } from '@entente/engine';
import { Connections, type PostgresOptions, SCHEMA } from './postgres-connections.js';

const MAKE = `
  CREATE SCHEMA IF NOT EXISTS ${SCHEMA};
  CREATE TABLE IF NOT EXISTS refusals (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at text NOT NULL, organisation text NOT NULL, role text NOT NULL, stream text NOT NULL, command text NOT NULL,
    command_id text NOT NULL, correlation_id text NOT NULL, code text NOT NULL, rule text
  );
`;

/** How often what was noted is written, in milliseconds. */
const EVERY = 250;

const COLUMNS = ['at', 'organisation', 'role', 'stream', 'command', 'command_id', 'correlation_id', 'code', 'rule'];

/** What is kept, and what may wait. */
export interface PostgresRefusalLogOptions extends PostgresOptions {
  /** As many are kept; the oldest go. */
  readonly most?: number;
  /** As many may wait in this process to be written. */
  readonly mostWaiting?: number;
  /** Is told each time that the database takes them again after it had not. */
  readonly reconnected?: () => void;
}

/** Refused commands of all processes on one database, written together four times a second. */
export class PostgresRefusalLog extends RefusalLog {
  private noted: RefusedCommand[] = [];
  private leftOut = 0;
  private readonly queue = new SerialQueue();
  private failed = false;
  private readonly timer: NodeJS.Timeout;

  private constructor(
    private readonly connections: Connections,
    private readonly most: number,
    private readonly mostWaiting: number,
    private readonly reconnected: () => void,
  ) {
    super();
    this.timer = setInterval(() => void this.write(), EVERY).unref();
  }

  /** Makes the table where it is missing. */
  static async open(options: PostgresRefusalLogOptions): Promise<PostgresRefusalLog> {
    const { most = 100_000, mostWaiting = 10_000, reconnected = () => undefined } = options;
    const connections = new Connections({ ...options, connections: 2 });
    try {
      // Two processes that make it at once would be told that it is there.
      await connections.transaction(async (asks) => {
        await asks.query(`SELECT pg_advisory_xact_lock(hashtext('entente: the rows'))`);
        await asks.query(MAKE);
      });
    } catch (error) {
      await connections.close();
      throw error;
    }
    return new PostgresRefusalLog(connections, most, mostWaiting, reconnected);
  }

  note(refused: RefusedCommand): void {
    if (this.noted.length >= this.mostWaiting) this.leftOut += 1;
    else this.noted.push(refused);
  }

  async list({ limit, before, organisation, stream, code }: RefusalQuery): Promise<{
    readonly refusals: readonly NumberedRefusal[];
    readonly leftOut: number;
  }> {
    await this.write();
    const wanted = Object.entries({ organisation, stream, code }).filter(([, value]) => value !== undefined);
    const where = ['number < $1', ...wanted.map(([column], i) => `${column} = $${i + 3}`)].join(' AND ');
    const { rows } = await this.connections.query<NumberedRefusal>(
      `SELECT number, at, organisation, role, stream, command, command_id AS "commandId", correlation_id AS "correlationId", code, rule
       FROM refusals WHERE ${where} ORDER BY number DESC LIMIT $2`,
      [before ?? Number.MAX_SAFE_INTEGER, limit, ...wanted.map(([, value]) => value)],
    );
    return { refusals: rows.map((row) => ({ ...row, number: Number(row.number) })), leftOut: this.leftOut };
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.write();
    await this.connections.close();
  }

  /**
   * Writes what was noted, one batch after the other; where that fails, it is kept for the next
   * time, within its bound.
   */
  private write(): Promise<void> {
    return this.queue.runExclusive(async () => {
      // More may be noted while it is written.
      const batch = [...this.noted];
      if (batch.length === 0) return;
      try {
        await this.connections.transaction(async (asks) => {
          const rows = batch.map(({ commandId: command_id, correlationId: correlation_id, ...one }) => ({
            ...one,
            command_id,
            correlation_id,
          }));
          await asks.query(
            `INSERT INTO refusals (${COLUMNS.join(', ')}) SELECT ${COLUMNS.join(', ')} FROM jsonb_to_recordset($1) AS r (${COLUMNS.map((name) => `${name} text`).join(', ')})`,
            [JSON.stringify(rows)],
          );
          await asks.query('DELETE FROM refusals WHERE number <= (SELECT MAX(number) FROM refusals) - $1', [this.most]);
        });
        this.noted = this.noted.slice(batch.length);
        if (this.failed) this.reconnected();
        this.failed = false;
      } catch {
        this.failed = true;
        // Nothing of it was written: the next time tries again.
      }
    });
  }
}
