import { AsyncLocalStorage } from 'node:async_hooks';
import { Writable } from 'node:stream';
import { LEADER, VNodeState } from '@eventstore/db-client';
import discovery from '@eventstore/db-client/dist/Client/discovery.js';
import { GossipClient } from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import { StreamsClient } from '@eventstore/db-client/generated/streams_grpc_pb.js';

/** The client's module for the search for a node, which it calls through the module. */
interface Discovery {
  determineBestNode: typeof discovery.determineBestNode;
}

/** A search for the leader. */
export interface LeaderSearch {
  /** How many nodes answered. */
  answered: number;
  /** Why a node did not answer, of those that did not. */
  failure: Error | null;
}

/** The search of the current asynchronous context. */
export const leaderSearch = new AsyncLocalStorage<LeaderSearch>();

const { determineBestNode } = discovery;

/**
 * Lets the client connect to no node of a cluster but the leader, unless its URL prefers another.
 * Without this it connects to any node if there is no leader: a follower cannot answer calls that
 * need the leader, and a frozen one does not answer for twenty seconds.
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

/** Keeps the error of a node: the client drops it, and reports only that it found none. */
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
 * Ends an append by its callback if its channel was closed just before. gRPC then throws at once,
 * inside an `async` executor of a promise of the client: no caller could catch that, and the
 * process would end.
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
