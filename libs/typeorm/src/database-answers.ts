import type { ClockComparison, ProbedServer, ServiceAnswer } from '@entente/engine';
import type { DatabaseLocale } from './postgres-catalogue.js';

/** What a database is. */
export interface DatabaseFacts extends DatabaseLocale {
  /** As in `server_version_num`: 180004 for 18.4. */
  readonly version: number;
  readonly overTls: boolean;
  /** It takes no writes: it is a standby, or its transactions are read-only by default. */
  readonly readOnly: boolean;
  /** Connections that may be opened now. */
  readonly freeConnections: number;
  readonly clock: ClockComparison;
}

/** The rows of a log that a database has. */
export interface FoundRows {
  readonly log: string;
  readonly format: number;
  readonly partitions: number;
  /** The number of read models with a table. */
  readonly models: number;
  /** Tables of the schema that another user owns. */
  readonly othersTables: number;
}

/** What a database answered to an admitted client. */
export interface DatabaseCallAnswers {
  readonly facts: ServiceAnswer<DatabaseFacts>;
  /** Null if there are no rows yet. */
  readonly rows: ServiceAnswer<FoundRows | null>;
  /** Schema, table, index and row, in a transaction that was rolled back. */
  readonly creation: ServiceAnswer<null>;
  /** The schema of the analysts and a view in it, rolled back too. */
  readonly analystSchema: ServiceAnswer<{ readonly isOwn: boolean }>;
  readonly analystRole: ServiceAnswer<{ readonly exists: boolean; readonly mayBeMade: boolean }>;
  /** Whether a notification came from one connection to another. */
  readonly notified: ServiceAnswer<boolean>;
}

/** What a database answered, before anything is made of it. */
export interface DatabaseAnswers {
  readonly settings: {
    readonly database: string;
    readonly user: string;
    readonly partitions: number;
    readonly analystSchema: string;
    readonly analystRole: string;
    /** Whether the server is this machine. */
    readonly isLocal: boolean;
  };
  readonly probed: ProbedServer;
  /** Whether the apps' own connection was made; null if it was not tried. */
  readonly connected: ServiceAnswer<null> | null;
  readonly answers: DatabaseCallAnswers | null;
}
