import { once } from 'node:events';
import { type IncomingMessage, type Server, createServer } from 'node:http';
import type { EventStoreCluster, NodeState } from './cluster.js';
import type { EventStoreDouble } from './double.js';
import { type Faults, noFaults } from './faults.js';

/**
 * What a client of the control address can set: faults, as in {@link Faults}, and whether the
 * double listens.
 */
export type Change = Partial<Omit<Faults, 'apart'>> & { readonly apart?: string; readonly listens?: boolean };

/** How a node of a cluster is to be. */
interface NodeChange {
  readonly node: number;
  readonly state: NodeState;
}

type Reply = readonly [status: number, body: string];

/**
 * The control address of a stand-in in a separate process. `PUT /faults` with a part of {@link
 * Change} in JSON sets faults; the answer lists all faults that are set then, with the number of
 * calls left. In a cluster every node has them. A cluster also takes `PUT /nodes` with `{ node,
 * state }`; the answer names the leader and the state of each node.
 */
export async function openControl(
  doubles: readonly [EventStoreDouble, ...EventStoreDouble[]],
  port: number,
  cluster: EventStoreCluster | null = null,
): Promise<Server> {
  let listens = true;
  // The nodes of a cluster share them.
  const [{ faults: own }] = doubles;
  const changeFaults = async (asked: unknown): Promise<Reply> => {
    const wrong = wrongIn(asked);
    if (wrong.length > 0) return [400, wrong.join('\n')];
    const { listens: wanted = listens, apart, ...faults } = asked as Change;
    Object.assign(own, faults, apart === undefined ? {} : { apart: BigInt(apart) });
    for (const double of doubles)
      if (wanted && !listens) await double.listen();
      else if (!wanted && listens) double.refuse();
    listens = wanted;
    const text = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value);
    return [200, JSON.stringify(own, text)];
  };
  const changeNode = async (nodes: EventStoreCluster, asked: unknown): Promise<Reply> => {
    const { node, state } = (asked ?? {}) as Partial<NodeChange>;
    if (node === undefined || nodes.states()[node] === undefined) return [400, 'node: takes the number of a node'];
    if (state === 'killed') nodes.kill(node);
    else if (state === 'frozen') nodes.freeze(node);
    else if (state === 'running') await nodes.revive(node);
    else return [400, 'state: takes running, frozen or killed'];
    return [200, JSON.stringify({ leader: nodes.leader(), states: nodes.states() })];
  };
  const answer = async (request: IncomingMessage): Promise<Reply> => {
    const asked = await jsonOf(request);
    if (request.method === 'PUT' && request.url === '/faults') return changeFaults(asked);
    if (request.method === 'PUT' && request.url === '/nodes' && cluster !== null) return changeNode(cluster, asked);
    return [404, 'PUT /faults is all that there is, and of a cluster PUT /nodes'];
  };
  const server = createServer((request, response) => {
    void answer(request)
      .catch((error: unknown) => [500, String(error)] as const)
      .then(([status, body]) => response.writeHead(status).end(body));
  });
  await once(server.listen(port, '127.0.0.1'), 'listening');
  return server;
}

async function jsonOf(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Every field that is none, or takes something else. */
function wrongIn(asked: unknown): readonly string[] {
  if (typeof asked !== 'object' || asked === null || Array.isArray(asked)) return ['the body takes an object in JSON'];
  const known: Readonly<Record<string, unknown>> = { ...noFaults(), listens: true };
  return Object.entries(asked).flatMap(([name, value]: [string, unknown]) => {
    if (!Object.hasOwn(known, name)) return [`${name}: is none of ${Object.keys(known).join(', ')}`];
    if (name === 'apart')
      return typeof value === 'string' && /^\d+$/.test(value) ? [] : ['apart: takes digits as text'];
    if (name === 'leader') return isLeader(value) ? [] : ['leader: takes null, or a host and a port'];
    if (typeof known[name] === 'number')
      return isCount(name, value) ? [] : [`${name}: takes a whole number${name === 'skew' ? '' : ' from 0 on'}`];
    return typeof value === typeof known[name] ? [] : [`${name}: takes a ${typeof known[name]}`];
  });
}

/** Clocks may be set back; everything else that is a number counts something. */
const isCount = (name: string, value: unknown): boolean =>
  Number.isSafeInteger(value) && (name === 'skew' || Number(value) >= 0);

function isLeader(value: unknown): boolean {
  if (value === null) return true;
  const { host, port } = value as { host?: unknown; port?: unknown };
  return typeof host === 'string' && Number.isSafeInteger(port);
}
