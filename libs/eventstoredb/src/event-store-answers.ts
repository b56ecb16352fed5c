import type { ClockComparison, DamagedLog, ProbedServer, ServiceAnswer } from '@entente/engine';
import type { Identity } from './identity.js';

/** A node, as another node describes it by gossip. */
export interface ClusterMember {
  readonly host: string;
  readonly port: number;
  readonly state: 'leader' | 'follower' | 'other';
  readonly alive: boolean;
}

/** The answers of one host of the connection string. */
export interface NodeAnswer {
  readonly host: string;
  readonly port: number;
  readonly version: ServiceAnswer<string>;
  readonly members: ServiceAnswer<readonly ClusterMember[]>;
}

/** The newest events of the server, counted by the program that wrote them. */
export interface TailCounts {
  /** The number of events read. It is lower than requested if the server has no more. */
  readonly events: number;
  /** Whether these are all events of the server. */
  readonly whole: boolean;
  /** Events of the log. */
  readonly own: number;
  /** Events of the server itself. */
  readonly system: number;
  /** Events of other programs. */
  readonly foreign: number;
}

/** The state of an existing log. */
export interface LogState {
  /** The position of its newest event that can be read; null if there is none. */
  readonly newest: bigint | null;
  /** One for each stream that was cut or deleted, or has newest events of other programs. */
  readonly faults: readonly DamagedLog[];
}

/** What the server answered to the calls that the apps make. */
export interface CallAnswers {
  /** An append to a scratch stream, with the time that the server wrote into its event. */
  readonly append: ServiceAnswer<ClockComparison>;
  /**
   * The size limit of one append, in bytes; null if the server accepts the largest append of the
   * apps.
   */
  readonly appendLimit: ServiceAnswer<number | null>;
  readonly metadata: ServiceAnswer<null>;
  /** The deletion of the scratch stream. */
  readonly removal: ServiceAnswer<null>;
  readonly tail: ServiceAnswer<TailCounts>;
  /** The identity of the log; null if a log may begin here. An error if a start would refuse. */
  readonly log: ServiceAnswer<Identity | null>;
  /** Null if there is no log. */
  readonly state: ServiceAnswer<LogState> | null;
}

/** All answers of an event store, before they are evaluated. */
export interface EventStoreAnswers {
  readonly settings: {
    readonly overTls: boolean;
    readonly hasUser: boolean;
    /** Whether the client looks for the leader among several hosts. */
    readonly discovers: boolean;
    readonly prefersLeader: boolean;
    /** The name of the log on a server with several logs; null if it has no name. */
    readonly logName: string | null;
  };
  /** The hosts of the connection string. */
  readonly probed: readonly ProbedServer[];
  readonly nodes: readonly NodeAnswer[];
  /** Nodes that the connection string does not name, at the addresses that they advertise. */
  readonly advertised: readonly ProbedServer[];
  /** Whether the apps' own connection was made; null if it was not tried. */
  readonly connected: ServiceAnswer<null> | null;
  /** Null if there was no connection. */
  readonly calls: CallAnswers | null;
  readonly askedAt: number;
}
