import { LEADER, VNodeState } from '@eventstore/db-client';
import discovery from '@eventstore/db-client/dist/Client/discovery.js';

/** What the client has of its search for a node, and calls through the module. */
interface Discovery {
  determineBestNode: typeof discovery.determineBestNode;
}

const { determineBestNode } = discovery;

/**
 * Lets the client connect to no other node of a cluster than the one that leads, unless its url prefers
 * another. By itself it takes any node if none leads: a follower cannot answer what needs the leader,
 * and one that is frozen says nothing at all, for twenty seconds.
 */
(discovery as Discovery).determineBestNode = (preference, members) => {
  if (preference !== LEADER) return determineBestNode(preference, members);
  return determineBestNode(
    preference,
    members.filter(({ state }) => state === VNodeState.LEADER),
  );
};
