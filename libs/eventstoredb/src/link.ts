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

/** Connects, and sees that the server is one that the log can be kept on; otherwise fails with a sentence that names the address, and never the credentials. */
export async function connect(url: string, patience: number, names: Names): Promise<Link> {
  const address = addressOf(url);
  let client: EventStoreDBClient;
  try {
    client = EventStoreDBClient.connectionString(url);
  } catch {
    throw new Error(
      `the address of the event store (${address}) cannot be read: it is written esdb://user:password@host:2113, or esdb+discover:// for a cluster, with ?tls=false where the server has no certificate`,
    );
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
    const why = error instanceof Error ? error.message : String(error);
    throw new Fault(
      'event-store-away',
      `the event store at ${address} does not answer (${why}): is it running there, and has it a certificate where the url does not say tls=false?`,
      5,
      { cause: error },
    );
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
