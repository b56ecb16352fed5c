/** Settings of the connection to a cluster; times in milliseconds. */
export interface KafkaSettings {
  /** `host:port` of some of its brokers. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  /** TLS: true, or certificates in the form of Node.js's `tls.connect`. */
  readonly ssl?: boolean | { readonly ca?: string; readonly cert?: string; readonly key?: string };
  readonly sasl?: {
    readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
    readonly username: string;
    readonly password: string;
  };
  /** Receives the client's log messages. */
  readonly onLog?: (level: 'error' | 'warn' | 'info', message: string, details: object) => void;
  /** Called after each reconnection. */
  readonly onReconnect?: () => void;
  /** Timeouts of a connection and of a request. */
  readonly connectTimeout?: number;
  readonly requestTimeout?: number;
}

/** The topic of a log. Its name is never used for another log. */
export interface TopicSettings {
  readonly topic: string;
  /** It must never change, because it decides the partition of each stream. */
  readonly partitions: number;
  /** Of each partition; the cluster's own default unless given. */
  readonly replicas?: number;
}

/** Settings of a member of a consumer group; times in milliseconds. */
export interface MemberSettings extends KafkaSettings {
  readonly topic: string;
  /** Members with the same id share the partitions. */
  readonly groupId: string;
  /** After this time without a heartbeat, the other members take over the partitions. */
  readonly sessionTimeout?: number;
  /** The maximum time that a broker waits for new records before it answers a fetch. */
  readonly maxWait?: number;
  /** The first pause after a fault. It doubles, up to thirty times this value. */
  readonly firstPause?: number;
  /** The maximum time that stopping waits for work in progress. */
  readonly closeTimeout?: number;
}

/** Settings for reading a published log; times in milliseconds. */
export interface KafkaFeedSettings extends MemberSettings, TopicSettings {
  /** Time between two commits of the group's offsets, which only serve to show its lag. */
  readonly commitInterval?: number;
  /** Maximum number of events per batch. */
  readonly maxBatch?: number;
}

/** The topics of an intake. `topic` is that of the commands. */
export interface KafkaIntakeSettings extends MemberSettings {
  /** The id of the log in which the commands are recorded. */
  readonly storeId: string;
  readonly replies: string;
  readonly deadLetters: string;
  /** The number of partitions of each of these topics, if it is created. */
  readonly partitions: number;
  /** Of each partition of these; the cluster's own default unless given. */
  readonly replicas?: number;
  /** Maximum number of commands per batch. */
  readonly maxBatch?: number;
}
