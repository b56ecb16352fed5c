import { EventStoreDBClient } from '@eventstore/db-client';
import { Fault } from '@entente/engine';
import { Calls } from './calls.js';
import type { Names } from './names.js';

/** The oldest server that tells the position of each event of a stream. */
const OLDEST = [22, 6] as const;

/** Deadlines that the client sends lie so far behind our own, in milliseconds: some are instants, and the server's clock may be a minute off. */
const FAR = 120_000;

/** What the client has and does not show. */
interface Inside {
  readonly capabilities: Promise<{ readonly serverVersion: string }>;
  supports: () => Promise<boolean>;
  getChannel(): Promise<{ close(): void }>;
}

/** A connection to a server, or to a cluster, and what all that use it share. */
export interface Link {
  readonly client: EventStoreDBClient;
  readonly calls: Calls;
  readonly names: Names;
  /** What every call says: the leader must answer, and when it is too late. */
  readonly every: { readonly requiresLeader: true; readonly deadline: number };
}

/** Where a url leads, without user and password. */
export function addressOf(url: string): string {
  const behind = url.slice(url.lastIndexOf('@') + 1).replace(/^[a-z+]+:\/\//, '');
  return behind.replace(/[?/].*$/s, '') || 'no address';
}

/** What the client knows of a connection string, as it compares names. Of anything else it prints the whole string, password and all. */
const OPTIONS = [
  ...['tls', 'tlscafile', 'usercertfile', 'userkeyfile', 'connectionname', 'nodepreference', 'defaultdeadline'],
  ...['maxdiscoverattempts', 'discoveryinterval', 'gossiptimeout', 'keepaliveinterval', 'keepalivetimeout'],
  'throwonappendfailure',
];

/** The first option of a url that the client does not know, or knows and does not heed; null where there is none. */
function unknownIn(url: string): string | null {
  const [, options = ''] = url.split('?');
  const names = options.split('&').map((option) => option.replace(/=.*$/s, ''));
  return names.find((name) => name !== '' && !OPTIONS.includes(name.toLowerCase().replaceAll(/[_-]/g, ''))) ?? null;
}

/** What is wrong where the client does not begin with a url. What it says of how that is written would show it. */
function unreadable(address: string, error: unknown): Error {
  const { connectionString, message } = error as Partial<Error> & { connectionString?: string };
  return new Error(
    connectionString === undefined
      ? `the address of the event store (${address}) does not serve: ${message}; see the files of certificates that it names`
      : `the address of the event store (${address}) cannot be read: it is written esdb://user:password@host:2113, or esdb+discover:// for a cluster, with ?tls=false where the server has no certificate; what is special in a password is written in % codes`,
  );
}

/** Why there was no answer, and what to look at; whoever waits tries again. */
function unanswered(address: string, cause: unknown): Fault {
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

/** Connects, and sees that the server is one that the log can be kept on; otherwise fails with a sentence that names the address, and never the credentials; a `Fault` with a time to try again where that may help. */
export async function connect(url: string, patience: number, names: Names): Promise<Link> {
  const address = addressOf(url);
  const unknown = unknownIn(url);
  if (unknown !== null)
    throw new Error(
      `the address of the event store (${address}) has an option that is not heeded, ${unknown}: leave it out`,
    );
  let client: EventStoreDBClient;
  try {
    client = EventStoreDBClient.connectionString(url);
  } catch (error) {
    throw unreadable(address, error);
  }
  const inside = client as unknown as Inside;
  // One call an append: where the client would send many over one, an error of that one rejects the appends of every client in the process, and answers that still come end the process.
  inside.supports = () => Promise.resolve(false);
  const calls = new Calls(address, patience);
  const link: Link = { client, calls, names, every: { requiresLeader: true, deadline: patience + FAR } };
  let version: string;
  try {
    ({ serverVersion: version } = await calls.once(() => inside.capabilities));
  } catch (error) {
    await disconnect(link);
    throw unanswered(address, error);
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
export async function disconnect({ client, calls }: Link): Promise<void> {
  await calls.once(() => client.dispose()).catch(() => undefined);
  const channel = await calls.once(() => (client as unknown as Inside).getChannel()).catch(() => null);
  channel?.close();
}
