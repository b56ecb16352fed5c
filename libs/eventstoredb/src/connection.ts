import { EventStoreDBClient } from '@eventstore/db-client';
import { StreamsClient } from '@eventstore/db-client/generated/streams_grpc_pb.js';
import { messageOf } from '@entente/async';
import { Fault } from '@entente/engine';
import { type LeaderSearch, leaderSearch } from './client-patches.js';
import { NoLeader, Rpc, isNoLeader } from './rpc.js';
import { StreamCalls } from './stream-calls.js';
import type { Names } from './stream-names.js';

/** The oldest server that returns the position of each event of a stream. */
const OLDEST_VERSION = [22, 6] as const;

/** The gRPC code after which the client drops a connection. */
const UNAVAILABLE_CODE = 14;

/**
 * Milliseconds that the client's deadlines have beyond the call timeout. Some deadlines are
 * instants, and the server's clock may be a minute off.
 */
const DEADLINE_MARGIN_MS = 120_000;

/** Members that the client has and does not export. */
interface ClientInternals {
  readonly capabilities: Promise<{ readonly serverVersion: string }>;
  supports: () => Promise<boolean>;
  handleError: (...of: readonly unknown[]) => Promise<void>;
  /** Finds the node to connect to: the leader of a cluster. */
  resolveUri: () => Promise<string>;
  getChannel(): Promise<{ close(): void }>;
  getGRPCClient: (of: typeof StreamsClient, name: string) => Promise<unknown>;
}

/** A connection to a server or a cluster, and the objects that all its users share. */
export interface EventStoreConnection {
  readonly client: EventStoreDBClient;
  readonly calls: Rpc;
  readonly names: Names;
  readonly streams: StreamCalls;
  /** Options of every call: the leader must answer, before a deadline. */
  readonly callOptions: { readonly requiresLeader: true; readonly deadline: number };
}

/** The address in a URL, without user and password. */
export function addressOf(url: string): string {
  const hostsAndPath = url.slice(url.lastIndexOf('@') + 1).replace(/^[a-z+]+:\/\//, '');
  return hostsAndPath.replace(/[?/].*$/s, '') || 'no address';
}

/** The URL without user and password. Both may contain any character. */
const withoutUser = (url: string): string => url.replace(/^([a-z+]+:\/\/)[^/?#]*@/i, '$1');

/**
 * The options that the client knows, in the form in which it compares them. If a URL has another
 * option, the client prints the whole connection string, with the password.
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
 * Defaults for the client's search for the leader: seconds until a node without an answer is
 * skipped, and rounds over all nodes. The client's own defaults are five seconds and ten rounds.
 * They take longer than any election.
 */
const DISCOVERY = { gossipTimeout: '1', maxDiscoverAttempts: '2' } as const;

/**
 * Matches a URL with several hosts and `esdb+discover://`. The client would use only the first
 * host.
 */
const SEVERAL_HOSTS = /^esdb\+discover:\/\/[^/?#]*,/i;

/** Whether the client searches for the leader by gossip. */
const isCluster = (url: string): boolean =>
  /^esdb\+discover:/i.test(url) || /^esdb:\/\/[^/?#]*,/i.test(withoutUser(url));

/** The URL with {@link DISCOVERY} for each option that it does not have. */
function withDiscovery(url: string): string {
  const [, options = ''] = url.split('?');
  const present = options.split('&').map((option) => plainName(option));
  const missing = Object.entries(DISCOVERY)
    .filter(([name]) => !present.includes(name.toLowerCase()))
    .map(([name, value]) => `${name}=${value}`);
  if (missing.length === 0) return url;
  const rest = options === '' ? [] : [options];
  return `${url.replace(/\?.*$/s, '')}?${[...rest, ...missing].join('&')}`;
}

/** The name of an option in the form in which the client compares names. */
const plainName = (option: string): string => option.replace(/=.*$/s, '').toLowerCase().replaceAll(/[_-]/g, '');

/** The first option of a URL that the client does not know or ignores; null if there is none. */
function unknownOption(url: string): string | null {
  const [, options = ''] = url.split('?');
  const names = options.split('&').map((option) => option.replace(/=.*$/s, ''));
  return names.find((name) => name !== '' && !OPTIONS.includes(plainName(name))) ?? null;
}

/**
 * The error for a URL that the client rejects. The client's own message would show the password.
 */
function invalidUrl(address: string, error: unknown): Error {
  const { connectionString, message } = error as Partial<Error> & { connectionString?: string };
  return new Error(
    connectionString === undefined
      ? `the address of the event store (${address}) cannot be used: ${message}; check the certificate files that it names`
      : `the address of the event store (${address}) cannot be read: it is written esdb://user:password@host:2113, for a cluster with each of its hosts (esdb://user:password@a:2113,b:2113,c:2113), or esdb+discover:// with the one DNS name of all of them, with ?tls=false if the server has no certificate; special characters of a password are written in % codes`,
  );
}

/**
 * The fault for a connection without an answer: the reason and what to check. It has a retry time.
 */
function unanswered(calls: Rpc, cause: unknown): Fault {
  const { address } = calls;
  if (isNoLeader(cause)) return new Fault('event-store-no-leader', calls.noLeader(), 5, { cause });
  const reason = messageOf(cause);
  const byAddress =
    calls.onSilence === null
      ? 'over TLS use the host name that its certificate has, and not an IP address'
      : "a node advertises an IP address: set the server's option AdvertiseHostToClientAs to the host name that its certificate has";
  const advice = /ServerName to an IP address/.test(reason)
    ? byAddress
    : 'check that it runs there, that it has a certificate unless the URL has tls=false, and that the authority in tlsCAFile issued the certificate';
  return new Fault(
    'event-store-unanswered',
    `the event store at ${address} does not answer (${reason.trim()}): ${advice}`,
    5,
    { cause },
  );
}

/**
 * Connects, and checks that the server can hold the log. Rejects with an error that names the
 * address and never the credentials. If a retry may help, the error is a `Fault` with a retry time.
 */
export async function connect(url: string, timeoutMs: number, names: Names): Promise<EventStoreConnection> {
  const address = addressOf(url);
  const unknown = unknownOption(url);
  if (unknown !== null)
    throw new Error(
      `the address of the event store (${address}) has an unknown or unsupported option, ${unknown.includes('@') ? 'or a ? in its password, to be written %3F' : unknown}: leave it out`,
    );
  if (SEVERAL_HOSTS.test(withoutUser(url)))
    throw new Error(
      `the address of the event store (${address}) names several hosts with esdb+discover://, and the client would use only the first: write esdb:// for several hosts`,
    );
  let client: EventStoreDBClient;
  try {
    client = EventStoreDBClient.connectionString(withDiscovery(url));
  } catch (error) {
    throw invalidUrl(address, error);
  }
  const internals = client as unknown as ClientInternals;
  // The client itself sends one call per append. With many appends over one call, an error of that
  // call would reject the appends of every client in the process. A later answer would end the
  // process.
  internals.supports = () => Promise.resolve(false);
  // The client does not await this promise. It rejects if there is no leader, and an unhandled
  // rejection ends the process. The caller gets the error in another way.
  const handleError = internals.handleError;
  internals.handleError = (...of) => handleError(...of).catch(() => undefined);
  const calls = new Rpc(address, timeoutMs);
  // Leave a silent node of a cluster at once, without waiting for keep-alives: the other nodes know
  // the leader.
  if (isCluster(url))
    calls.onSilence = () => {
      const silent = Object.assign(new Error('silent'), { code: UNAVAILABLE_CODE, details: 'silent' });
      const leaveNode = async (): Promise<void> =>
        internals.handleError(await internals.getGRPCClient(StreamsClient, 'left'), silent);
      void leaveNode().catch(() => undefined);
    };
  const resolve = internals.resolveUri;
  internals.resolveUri = async () => {
    const search: LeaderSearch = { answered: 0, failure: null };
    calls.searchesLeader();
    try {
      const uri = await leaderSearch.run(search, resolve);
      calls.foundLeader();
      return uri;
    } catch (error) {
      // The client reports the same error if no node has a leader and if no host answers.
      const reason = search.answered > 0 ? new NoLeader() : noHost(search.failure ?? error);
      calls.foundNoLeader(reason);
      throw reason;
    }
  };
  const connection: EventStoreConnection = {
    client,
    calls,
    names,
    streams: new StreamCalls(client),
    callOptions: { requiresLeader: true, deadline: timeoutMs + DEADLINE_MARGIN_MS },
  };
  const smallRead = { stream: names.identity, from: 0, count: 1 };
  calls.probe = () => calls.run('once', (onPiece) => connection.streams.readStream(smallRead, onPiece));
  let version: string;
  try {
    ({ serverVersion: version } = await calls.once(() => internals.capabilities));
  } catch (error) {
    await disconnect(connection);
    throw unanswered(calls, error);
  }
  if (isTooOld(version)) {
    await disconnect(connection);
    throw new Error(
      `the event store at ${address} is of version ${version}: Entente needs EventStoreDB ${OLDEST_VERSION.join('.')} or newer; upgrade the server`,
    );
  }
  return connection;
}

/** The error if no host of a URL answered, with the reason of one of them. */
const noHost = (cause: unknown): Error => new Error(`none of its hosts answers: ${messageOf(cause)}`, { cause });

function isTooOld(version: string): boolean {
  const [major = NaN, minor = NaN] = version.split('.').map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_VERSION;
  return !(major > oldestMajor || (major === oldestMajor && minor >= oldestMinor));
}

/** Ends every call of the connection, and closes it. Never rejects. */
export async function disconnect({ client, calls, streams }: EventStoreConnection): Promise<void> {
  streams.close();
  await calls.once(() => client.dispose()).catch(() => undefined);
  const channel = await calls.once(() => (client as unknown as ClientInternals).getChannel()).catch(() => null);
  channel?.close();
}
