import { type EventLog, StewardCheckpoint, eraOf } from '@entente/engine';
import { Connections, type PostgresOptions, SCHEMA } from './postgres-connections.js';

const CREATE_TABLE = `
  CREATE SCHEMA IF NOT EXISTS ${SCHEMA};
  CREATE TABLE IF NOT EXISTS steward_checkpoint (log text NOT NULL, era text NOT NULL, position bigint NOT NULL, PRIMARY KEY (log, era));
`;

/**
 * The checkpoint of all stewards on one database, one for each log and era. It never decreases, so
 * a slower second steward does not reset it.
 */
export class PostgresStewardCheckpoint extends StewardCheckpoint {
  private constructor(
    private readonly connections: Connections,
    private readonly key: readonly [log: string, era: string],
  ) {
    super();
  }

  /** Creates the table if it is missing. */
  static async open(options: PostgresOptions, log: Pick<EventLog, 'id' | 'eras'>): Promise<PostgresStewardCheckpoint> {
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
    return new PostgresStewardCheckpoint(connections, [log.id, eraOf(log)]);
  }

  async load(): Promise<bigint> {
    const { rows } = await this.connections.query<{ position: string }>(
      'SELECT position::text FROM steward_checkpoint WHERE log = $1 AND era = $2',
      [...this.key],
    );
    return BigInt(rows[0]?.position ?? '0');
  }

  async save(position: bigint): Promise<void> {
    await this.connections.query(
      `INSERT INTO steward_checkpoint VALUES ($1, $2, $3)
       ON CONFLICT (log, era) DO UPDATE SET position = GREATEST(steward_checkpoint.position, excluded.position)`,
      [...this.key, position.toString()],
    );
  }

  close(): Promise<void> {
    return this.connections.close();
  }
}
