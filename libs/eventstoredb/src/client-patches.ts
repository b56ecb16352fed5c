import { AsyncLocalStorage } from 'node:async_hooks';
import { Writable } from 'node:stream';
import { LEADER, VNodeState } from '@eventstore/db-client';
import discovery from '@eventstore/db-client/dist/Client/discovery.js';
import { StreamsClient } from '@eventstore/db-client/generated/streams_grpc_pb.js';

/** What the client has of its search for a node, and calls through the module. */
interface Discovery {
  determineBestNode: typeof discovery.determineBestNode;
}

/** A search for the node that leads. */
export interface LeaderSearch {
  /** How many nodes answered it. */
  answered: number;
}

/** The search that is under way, for whoever runs it. */
export const leaderSearch = new AsyncLocalStorage<LeaderSearch>();

const { determineBestNode } = discovery;

/**
 * Lets the client connect to no other node of a cluster than the one that leads, unless its url
 * prefers another. By itself it takes any node if none leads: a follower cannot answer what needs
 * the leader, and one that is frozen says nothing at all, for twenty seconds.
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

/** What an append is called with, and the stream to which its events are written. */
type AppendCall = (...of: unknown[]) => Writable;
const prototype = StreamsClient.prototype as unknown as { append: AppendCall };
const { append } = prototype;

/**
 * Ends an append by its callback if its channel was closed just before. gRPC then throws at once,
 * inside an `async` executor of a promise of the client's: nobody could catch that, and the process
 * would end.
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
