import { EventStoreDBClient } from '@eventstore/db-client';
import { StreamsClient } from '@eventstore/db-client/generated/streams_grpc_pb.js';
import { Fault } from '@entente/engine';
import { type LeaderSearch, leaderSearch } from './client-patches.js';
import { NoLeader, Rpc, isNoLeader } from './rpc.js';
import { ServerPositions } from './server-positions.js';
import type { Names } from './stream-names.js';

/** The oldest server that tells the position of each event of a stream. */
const OLDEST = [22, 6] as const;

/** The code by which the client is told that a connection is of no use. */
const UNAVAILABLE = 14;

/**
 * Deadlines that the client sends lie so far behind our own, in milliseconds: some are instants,
 * and the server's clock may be a minute off.
 */
const FAR = 120_000;

/** What the client has and does not show. */
interface Inside {
  readonly capabilities: Promise<{ readonly serverVersion: string }>;
  supports: () => Promise<boolean>;
  handleError: (...of: readonly unknown[]) => Promise<void>;
  /** Finds the node to connect to: of a cluster, the one that leads. */
  resolveUri: () => Promise<string>;
  getChannel(): Promise<{ close(): void }>;
  getGRPCClient: (of: typeof StreamsClient, name: string) => Promise<unknown>;
}

/** A connection to a server, or to a cluster, and what all that use it share. */
export interface EventStoreConnection {
  readonly client: EventStoreDBClient;
  readonly calls: Rpc;
  readonly names: Names;
  readonly positions: ServerPositions;
  /** What every call says: the leader must answer, and when it is too late. */
  readonly every: { readonly requiresLeader: true; readonly deadline: number };
}

/** Where a url leads, without user and password. */
export function addressOf(url: string): string {
  const behind = url.slice(url.lastIndexOf('@') + 1).replace(/^[a-z+]+:\/\//, '');
  return behind.replace(/[?/].*$/s, '') || 'no address';
}

/** A url without user and password, which may hold anything. */
const withoutUser = (url: string): string => url.replace(/^([a-z+]+:\/\/)[^/?#]*@/i, '$1');

/**
 * What the client knows of a connection string, as it compares names. Of anything else it prints
 * the whole string, password and all.
 */
const OPTIONS = [
  'tls',
  'tlscafile',
  'usercertfile',
  'userkeyfile',
  'connectionname',
  'nodepreference',
  'defaultdeadline',
  'maxdiscoverattempts',
  'discoveryinterval',
  'gossiptimeout',
  'keepaliveinterval',
  'keepalivetimeout',
  'throwonappendfailure',
];

/**
 * How the client looks for the node that leads, unless the url says otherwise: seconds until a node
 * that says nothing is passed over, and rounds over all nodes. The client's own five seconds and
 * ten rounds outlast every election.
 */
const DISCOVERY = { gossipTimeout: '1', maxDiscoverAttempts: '2' } as const;

/**
 * What a url of several names looks like, where `esdb+discover://` would use the first of them
 * alone.
 */
const SEVERAL_HOSTS = /^esdb\+discover:\/\/[^/?#]*,/i;

/** Whether the client looks by gossip for the node that leads. */
const isCluster = (url: string): boolean =>
  /^esdb\+discover:/i.test(url) || /^esdb:\/\/[^/?#]*,/i.test(withoutUser(url));

/** The url with {@link DISCOVERY} for whatever it does not say itself. */
function withDiscovery(url: string): string {
  const [, options = ''] = url.split('?');
  const given = options.split('&').map((option) => plainName(option));
  const more = Object.entries(DISCOVERY)
    .filter(([name]) => !given.includes(name.toLowerCase()))
    .map(([name, value]) => `${name}=${value}`);
  if (more.length === 0) return url;
  const rest = options === '' ? [] : [options];
  return `${url.replace(/\?.*$/s, '')}?${[...rest, ...more].join('&')}`;
}

/** The name of an option, as the client compares names. */
const plainName = (option: string): string => option.replace(/=.*$/s, '').toLowerCase().replaceAll(/[_-]/g, '');

/**
 * The first option of a url that the client does not know, or knows and does not heed; null where
 * there is none.
 */
function unknownIn(url: string): string | null {
  const [, options = ''] = url.split('?');
  const names = options.split('&').map((option) => option.replace(/=.*$/s, ''));
  return names.find((name) => name !== '' && !OPTIONS.includes(plainName(name))) ?? null;
}

/**
 * What is wrong where the client does not begin with a url. What it says of how that is written
 * would show it.
 */
function unreadable(address: string, error: unknown): Error {
  const { connectionString, message } = error as Partial<Error> & { connectionString?: string };
  return new Error(
    connectionString === undefined
      ? `the address of the event store (${address}) does not serve: ${message}; see the files of certificates that it names`
      : `the address of the event store (${address}) cannot be read: it is written esdb://user:password@host:2113, for a cluster with each of its hosts (esdb://user:password@a:2113,b:2113,c:2113), or esdb+discover:// with the one DNS name of all of them, with ?tls=false where the server has no certificate; what is special in a password is written in % codes`,
  );
}

/** Why there was no answer, and what to look at; whoever waits tries again. */
function unanswered(calls: Rpc, cause: unknown): Fault {
  const { address } = calls;
  if (isNoLeader(cause)) return new Fault('event-store-no-leader', calls.noLeader(), 5, { cause });
  const why = cause instanceof Error ? cause.message : String(cause);
  const look = /ServerName to an IP address/.test(why)
    ? 'over TLS name it by the name of its host, as its certificate does, and not by an IP address'
    : 'is it running there, has it a certificate where the url does not say tls=false, and is it of the authority that tlsCAFile names?';
  return new Fault(
    'event-store-unanswered',
    `the event store at ${address} does not answer (${why.trim()}): ${look}`,
    5,
    { cause },
  );
}

/**
 * Connects, and sees that the server is one that the log can be kept on; otherwise fails with a
 * sentence that names the address, and never the credentials; a `Fault` with a time to try again
 * where that may help.
 */
export async function connect(url: string, patience: number, names: Names): Promise<EventStoreConnection> {
  const address = addressOf(url);
  const unknown = unknownIn(url);
  if (unknown !== null)
    throw new Error(
      `the address of the event store (${address}) has an option that is not heeded, ${unknown.includes('@') ? 'or a ? in its password, which is written %3F' : unknown}: leave it out`,
    );
  if (SEVERAL_HOSTS.test(withoutUser(url)))
    throw new Error(
      `the address of the event store (${address}) names several hosts behind esdb+discover://, of which the client would use the first alone: write esdb:// for several hosts`,
    );
  let client: EventStoreDBClient;
  try {
    client = EventStoreDBClient.connectionString(withDiscovery(url));
  } catch (error) {
    throw unreadable(address, error);
  }
  const inside = client as unknown as Inside;
  // One call an append: where the client would send many over one, an error of that one rejects the
  // appends of every client in the process, and answers that still come end the process.
  inside.supports = () => Promise.resolve(false);
  // The client calls this without waiting for it: where no node leads it fails, and an unhandled
  // rejection ends the process. Whoever called meets the error itself.
  const handle = inside.handleError;
  inside.handleError = (...of) => handle(...of).catch(() => undefined);
  const calls = new Rpc(address, patience);
  // A node of a cluster that is silent is left at once, and not only after keep-alives: the others
  // say who leads.
  if (isCluster(url))
    calls.onSilence = () => {
      const silent = Object.assign(new Error('silent'), { code: UNAVAILABLE, details: 'silent' });
      const leave = async (): Promise<void> =>
        inside.handleError(await inside.getGRPCClient(StreamsClient, 'left'), silent);
      void leave().catch(() => undefined);
    };
  const resolve = inside.resolveUri;
  inside.resolveUri = async () => {
    const search: LeaderSearch = { answered: 0 };
    try {
      const uri = await leaderSearch.run(search, resolve);
      calls.foundLeader();
      return uri;
    } catch (error) {
      // The client says the same of nodes that know of no leader and of hosts that are not there.
      const why = search.answered > 0 ? new NoLeader() : new Error('none of its hosts answers', { cause: error });
      calls.foundNoLeader(why);
      throw why;
    }
  };
  const link: EventStoreConnection = {
    client,
    calls,
    names,
    positions: new ServerPositions(),
    every: { requiresLeader: true, deadline: patience + FAR },
  };
  let version: string;
  try {
    ({ serverVersion: version } = await calls.once(() => inside.capabilities));
  } catch (error) {
    await disconnect(link);
    throw unanswered(calls, error);
  }
  if (isTooOld(version)) {
    await disconnect(link);
    throw new Error(
      `the event store at ${address} is of version ${version}: Entente needs EventStoreDB ${OLDEST.join('.')} or newer; upgrade the server`,
    );
  }
  return link;
}

function isTooOld(version: string): boolean {
  const [major = NaN, minor = NaN] = version.split('.').map(Number);
  const [oldest, since] = OLDEST;
  return !(major > oldest || (major === oldest && minor >= since));
}

/** Ends every stream of the connection, and the connection. */
export async function disconnect({ client, calls }: EventStoreConnection): Promise<void> {
  await calls.once(() => client.dispose()).catch(() => undefined);
  const channel = await calls.once(() => (client as unknown as Inside).getChannel()).catch(() => null);
  channel?.close();
}
