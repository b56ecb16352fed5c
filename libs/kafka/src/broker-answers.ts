import type { ProbedServer, ServiceAnswer } from '@entente/engine';
import type { TopicSettings } from './settings.js';

/** The role of a topic: the kind of records that it holds. */
export type TopicRole = 'events' | 'commands' | 'replies' | 'dead letters';

/** The properties of a topic, by the broker's answers. */
export interface FoundTopic {
  readonly partitions: number;
  /** The lowest number of replicas of a partition, and of in-sync replicas. */
  readonly replicas: number;
  readonly inSync: number;
  /** The number of partitions without a leader. */
  readonly leaderless: number;
  /** The number of partitions whose first records were deleted. */
  readonly cut: number;
  readonly records: bigint;
  /** The configuration of the topic, by Kafka's names. */
  readonly config: Readonly<Record<string, string>>;
}

/** A topic that the apps use, and the broker's answers about it. */
export interface TopicAnswer extends TopicSettings {
  readonly role: TopicRole;
  /** Null if the topic does not exist, or may not be described. */
  readonly found: ServiceAnswer<FoundTopic | null>;
  /** Whether the topic could be created, checked without creating it; null if it exists. */
  readonly creation: ServiceAnswer<null> | null;
}

/** The brokers of a cluster, and whether one of them is the controller. */
export interface BrokerCluster {
  readonly brokers: number;
  readonly hasController: boolean;
}

/** The answers of the brokers to a client that they admitted. */
export interface ClusterAnswers {
  readonly cluster: ServiceAnswer<BrokerCluster>;
  /** Brokers that the settings do not name, at the addresses that they advertise. */
  readonly advertised: readonly ProbedServer[];
  readonly topics: readonly TopicAnswer[];
  /** The id of the log whose events the topic has; null if it has none. */
  readonly published: ServiceAnswer<string | null>;
  /** A transaction whose id has the group's prefix. It was aborted. */
  readonly transaction: ServiceAnswer<null>;
  /** Whether the committed offsets of the projectors' group could be read. */
  readonly group: ServiceAnswer<null>;
}

/** All answers of the brokers, before they are evaluated. */
export interface BrokerAnswers {
  readonly settings: { readonly overTls: boolean; readonly group: string };
  /** The brokers that the settings name. */
  readonly probed: readonly ProbedServer[];
  /** Whether the apps' own connection was made; null if it was not tried. */
  readonly connected: ServiceAnswer<null> | null;
  readonly answers: ClusterAnswers | null;
  readonly askedAt: number;
}

/** The topic of the log has a record that Entente did not write. */
export class ForeignRecord extends Error {}
