import type { ClockComparison, ProbedServer, ServiceAnswer } from '@entente/engine';
import type { DatabaseLocale } from './postgres-catalogue.js';

/** The properties of a database. */
export interface DatabaseFacts extends DatabaseLocale {
  /** The value of `server_version_num`: 180004 for 18.4. */
  readonly version: number;
  readonly overTls: boolean;
  /** True if the database is a standby, or its transactions are read-only by default. */
  readonly readOnly: boolean;
  /** The number of further connections that may be opened now. */
  readonly freeConnections: number;
  readonly clock: ClockComparison;
}

/** The rows of a log that were found in a database. */
export interface FoundRows {
  readonly log: string;
  readonly format: number;
  readonly partitions: number;
  /** The number of read models with a table. */
  readonly models: number;
  /** The number of tables of the schema that another user owns. */
  readonly othersTables: number;
}

/** The answers of a database to a client that it admitted. */
export interface DatabaseCallAnswers {
  readonly facts: ServiceAnswer<DatabaseFacts>;
  /** Null if there are no rows yet. */
  readonly rows: ServiceAnswer<FoundRows | null>;
  /** The creation of a schema, table, index and row, in a transaction that was rolled back. */
  readonly creation: ServiceAnswer<null>;
  /** The creation of the analysts' schema and a view in it, also rolled back. */
  readonly analystSchema: ServiceAnswer<{ readonly isOwn: boolean }>;
  readonly analystRole: ServiceAnswer<{ readonly exists: boolean; readonly mayBeMade: boolean }>;
  /** Whether a notification from one connection reached another. */
  readonly notified: ServiceAnswer<boolean>;
}

/** All answers of a database, before they are evaluated. */
export interface DatabaseAnswers {
  readonly settings: {
    readonly database: string;
    readonly user: string;
    readonly partitions: number;
    readonly analystSchema: string;
    readonly analystRole: string;
    /** Whether the server runs on this machine. */
    readonly isLocal: boolean;
  };
  readonly probed: ProbedServer;
  /** Whether the apps' own connection was made; null if it was not tried. */
  readonly connected: ServiceAnswer<null> | null;
  readonly answers: DatabaseCallAnswers | null;
}
