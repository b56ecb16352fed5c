import type { ProbedServer, ServiceAnswer } from '@entente/engine';
import type { TopicSettings } from './settings.js';

/** The topics of a deployment, by what they hold. */
export type TopicRole = 'events' | 'commands' | 'replies' | 'dead letters';

/** A topic as the broker describes it. */
export interface FoundTopic {
  readonly partitions: number;
  /** The least number of replicas of a partition, and of those that are in step. */
  readonly replicas: number;
  readonly inSync: number;
  /** Partitions that no broker leads. */
  readonly leaderless: number;
  /** Partitions whose first records are gone. */
  readonly cut: number;
  readonly records: bigint;
  /** Its settings by Kafka's names. */
  readonly config: Readonly<Record<string, string>>;
}

/** A topic that the apps use, and what the broker answered about it. */
export interface TopicAnswer extends TopicSettings {
  readonly role: TopicRole;
  /** Null if it does not exist, or may not be seen. */
  readonly found: ServiceAnswer<FoundTopic | null>;
  /** Whether it could be created, without creating it; null if it exists. */
  readonly creation: ServiceAnswer<null> | null;
}

/** The brokers of a cluster, and whether one of them is the controller. */
export interface BrokerCluster {
  readonly brokers: number;
  readonly hasController: boolean;
}

/** What the brokers answered to an admitted client. */
export interface ClusterAnswers {
  readonly cluster: ServiceAnswer<BrokerCluster>;
  /** Brokers that the settings do not name, at the addresses that they advertise. */
  readonly advertised: readonly ProbedServer[];
  readonly topics: readonly TopicAnswer[];
  /** The id of the log whose events the topic has; null if it has none. */
  readonly published: ServiceAnswer<string | null>;
  /** A transaction under the group's name, which was aborted. */
  readonly transaction: ServiceAnswer<null>;
  /** What the group of the projectors has committed. */
  readonly group: ServiceAnswer<null>;
}

/** What the brokers answered, before anything is made of it. */
export interface BrokerAnswers {
  readonly settings: { readonly overTls: boolean; readonly group: string };
  /** The brokers that the settings name. */
  readonly probed: readonly ProbedServer[];
  /** Whether the apps' own connection was made; null if it was not tried. */
  readonly connected: ServiceAnswer<null> | null;
  readonly answers: ClusterAnswers | null;
  readonly askedAt: number;
}

/** A record of the log's topic that is none of Entente's. */
export class ForeignRecord extends Error {}
