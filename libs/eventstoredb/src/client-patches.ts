import { AsyncLocalStorage } from 'node:async_hooks';
import { Writable } from 'node:stream';
import { LEADER, VNodeState } from '@eventstore/db-client';
import discovery from '@eventstore/db-client/dist/Client/discovery.js';
import { GossipClient } from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import { StreamsClient } from '@eventstore/db-client/generated/streams_grpc_pb.js';

/**
 * The client's module that searches for a node. The client calls the function through the module,
 * so that it can be replaced.
 */
interface Discovery {
  determineBestNode: typeof discovery.determineBestNode;
}

/** A search for the leader. */
export interface LeaderSearch {
  /** How many nodes answered. */
  answered: number;
  /** The error of one of the nodes that did not answer; null if all answered. */
  failure: Error | null;
}

/** The search of the current asynchronous context. */
export const leaderSearch = new AsyncLocalStorage<LeaderSearch>();

const { determineBestNode } = discovery;

/**
 * Makes the client connect only to the leader of a cluster, unless its URL prefers other nodes.
 * Without this patch, the client connects to any node if there is no leader. A follower cannot
 * answer calls that need the leader. A frozen node does not answer for twenty seconds.
 */
(discovery as Discovery).determineBestNode = (preference, members) => {
  const search = leaderSearch.getStore();
  if (search !== undefined) search.answered += 1;
  if (preference !== LEADER) return determineBestNode(preference, members);
  return determineBestNode(
    preference,
    members.filter(({ state }) => state === VNodeState.LEADER),
  );
};

/** Asks a node for the members of the cluster; the last argument is called with the answer. */
type GossipRead = (...of: unknown[]) => unknown;
const gossip = GossipClient.prototype as unknown as { read: GossipRead };
const readGossip = gossip.read;

/** Keeps the error of a node. The client drops it, and reports only that it found no node. */
gossip.read = function (this: unknown, ...of) {
  const search = leaderSearch.getStore();
  const answer = of.at(-1) as (error: Error | null, info: unknown) => void;
  return readGossip.apply(this, [
    ...of.slice(0, -1),
    (error: Error | null, info: unknown) => {
      if (error !== null && search !== undefined) search.failure = error;
      answer(error, info);
    },
  ]);
};

/** The arguments of an append, and the stream to which its events are written. */
type AppendCall = (...of: unknown[]) => Writable;
const prototype = StreamsClient.prototype as unknown as { append: AppendCall };
const { append } = prototype;

/**
 * Passes an error to the callback of an append if its channel was closed just before. gRPC throws
 * synchronously then, inside an `async` promise executor of the client. No caller could catch that
 * error, and the process would end.
 */
prototype.append = function (this: unknown, ...of) {
  try {
    return append.apply(this, of);
  } catch (error) {
    const answer = of.at(-1) as (error: unknown) => void;
    process.nextTick(answer, error);
    return new Writable({ objectMode: true, write: (_event, _encoding, next) => next() });
  }
};
