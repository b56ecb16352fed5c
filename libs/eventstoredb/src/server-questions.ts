import { randomUUID } from 'node:crypto';
import { EventStoreDBClient } from '@eventstore/db-client';
import { GossipClient } from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import type { ClusterInfo } from '@eventstore/db-client/generated/gossip_pb.js';
// Imported as a whole CommonJS module: Node.js does not find every named export in it.
import shared from '@eventstore/db-client/generated/shared_pb.js';
import {
  BACKWARDS,
  END,
  MaxAppendSizeExceededError,
  NO_STREAM,
  VNodeState,
  WrongExpectedVersionError,
  jsonEvent,
} from '@eventstore/db-client';
import { type BoundedQuestions, DamagedLog, type ServiceAnswer, compareClocks } from '@entente/engine';
import type { RecordedEvent } from '@entente/kernel';
import type { EventStoreConnection } from './connection.js';
import { DamagedStreams, findDamage } from './damaged-streams.js';
import { fromServer } from './event-mapping.js';
import type { CallAnswers, ClusterMember, LogState, NodeAnswer, TailCounts } from './event-store-answers.js';
import { type Identity, existingIdentity } from './identity.js';
import type { ServerEvent } from './messages.js';
import type { Names } from './stream-names.js';

/**
 * The largest append of the apps, in bytes: the server's limit, less a margin for what the server
 * counts.
 */
const LARGEST_APPEND_BYTES = 1_048_576 - 1024;

/** The number of newest events that are read, of the server and of the log. */
const TAIL_EVENTS = 1000;
/**
 * The timeout of one question in milliseconds. It is longer than the retries of a call, so that
 * their error is reported.
 */
const CALL_MS = 4500;

/**
 * A revision that no stream has. The server checks the size of such an append, and then refuses it.
 */
const NO_SUCH_REVISION = 2n ** 40n;

const { LEADER, FOLLOWER } = VNodeState;

/** Members that the client has and does not export. */
interface NodeClient {
  readonly capabilities: Promise<{ readonly serverVersion: string }>;
  getChannel(): Promise<{ close(): void }>;
}

/** The connection string with a single host. */
const onlyHost = (url: string, host: string, port: number): string =>
  url.replace(/^esdb(?:\+discover)?:\/\/((?:[^@/?#]*@)?)[^@/?#]+/i, `esdb://$1${host}:${port}`);

/** Asks one host for its version, and for the cluster members that it knows. */
export async function askNode(
  url: string,
  { host, port }: { readonly host: string; readonly port: number },
  questions: BoundedQuestions,
): Promise<NodeAnswer> {
  const client = EventStoreDBClient.connectionString(onlyHost(url, host, port)) as unknown as NodeClient;
  try {
    const version = await questions.ask(async () => (await client.capabilities).serverVersion);
    if (!version.ok) return { host, port, version, members: version };
    return { host, port, version, members: await questions.ask(async () => membersOf(await gossipOf(client))) };
  } finally {
    void client.getChannel().then(
      (channel) => channel.close(),
      () => undefined,
    );
  }
}

async function gossipOf(client: NodeClient): Promise<ClusterInfo> {
  const channelOverride = await client.getChannel();
  // The address and the credentials are those of the channel.
  const gossip = new GossipClient(null as never, null as never, { channelOverride } as never);
  return new Promise((resolve, reject) => {
    gossip.read(new shared.Empty(), (error, info) => (error === null ? resolve(info) : reject(error)));
  });
}

const membersOf = (info: ClusterInfo): readonly ClusterMember[] =>
  info.getMembersList().map((member) => {
    const state = member.getState();
    return {
      host: member.getHttpEndPoint()?.getAddress() ?? '',
      port: member.getHttpEndPoint()?.getPort() ?? 0,
      state: state === LEADER ? 'leader' : state === FOLLOWER ? 'follower' : 'other',
      alive: member.getIsAlive(),
    };
  });

/**
 * Makes the calls of the apps on a scratch stream with the log's prefix, and the checks of a start.
 */
export async function askCalls(connection: EventStoreConnection, questions: BoundedQuestions): Promise<CallAnswers> {
  const { client, calls, names, callOptions } = connection;
  const stream = names.onServer(`entente-check-${randomUUID()}`);
  const event = (text: string) => jsonEvent({ id: randomUUID(), type: 'EntenteChecked', data: { text } });
  /** Asks as the apps do: with retries if the node is not the leader, or is not ready. */
  const ask = <T>(what: string, call: () => Promise<T>) =>
    questions.ask(() => calls.ask(what, () => calls.once(call)), CALL_MS);
  // This question comes first, because the event of the scratch stream would be the newest.
  const tail = await questions.ask(() => tailCounts(connection), CALL_MS);
  const scratch = event('a check before the first start');
  const append = await ask(`append to ${stream}`, async () => {
    const askedAt = Date.now();
    await client.appendToStream(stream, scratch, { ...callOptions, expectedRevision: NO_STREAM });
    const answeredAt = Date.now();
    const options = { ...callOptions, fromRevision: END, direction: BACKWARDS, maxCount: 1 } as const;
    const written: Date[] = [];
    // Read to the end: closing the connection waits for an unfinished read.
    for await (const { event: one } of client.readStream(stream, options)) if (one) written.push(one.created);
    const [created] = written;
    if (created === undefined) throw new Error('the event that was just written is not there');
    return compareClocks(created.getTime(), askedAt, answeredAt);
  });
  const afterAppend = async <T>(asked: () => Promise<ServiceAnswer<T>>): Promise<ServiceAnswer<T>> =>
    append.ok ? asked() : append;
  const large = event('x'.repeat(LARGEST_APPEND_BYTES - '{"text":""}'.length));
  const appendLimit = await afterAppend(() =>
    ask('append almost 1 MiB', async () => {
      try {
        await client.appendToStream(stream, large, { ...callOptions, expectedRevision: NO_SUCH_REVISION });
      } catch (error) {
        if (error instanceof MaxAppendSizeExceededError) return error.maxAppendSize;
        // The size was accepted. The revision is wrong on purpose, so that nothing is written.
        if (!(error instanceof WrongExpectedVersionError)) throw error;
      }
      return null;
    }),
  );
  const metadata = await afterAppend(() =>
    ask(`read the metadata of ${stream}`, () => client.getStreamMetadata(stream, callOptions).then(() => null)),
  );
  const removal = await afterAppend(() =>
    ask(`delete ${stream}`, () => client.deleteStream(stream, callOptions).then(() => null)),
  );
  // These questions search the server, so they get all of the remaining time.
  const log = await questions.ask(() => existingIdentity(connection), Infinity);
  const identity = log.ok ? log.value : null;
  const state = identity === null ? null : await questions.ask(() => stateOf(connection, identity), Infinity);
  return { append, appendLimit, metadata, removal, tail, log, state };
}

/** Counts the newest events of the server. */
async function tailCounts({ calls, streams, names }: EventStoreConnection): Promise<TailCounts> {
  const counts = { own: 0, system: 0, foreign: 0 };
  const asked = { from: 'end', count: TAIL_EVENTS, filter: { streamPattern: '.' }, backwards: true } as const;
  const { events, last } = await calls.ask('read $all', () =>
    calls.run('once', (onPiece) => streams.readAll(asked, onPiece)),
  );
  const ownPrefix = names.onServer('entente-');
  for (const event of events)
    if (event.stream.startsWith('$')) counts.system += 1;
    else if (event.stream.startsWith(ownPrefix) || ownIn(event, names, () => undefined) !== null) counts.own += 1;
    else counts.foreign += 1;
  return { ...counts, events: events.length, whole: last };
}

/** What a start checks in an existing log, and whether its newest events can be read. */
async function stateOf(connection: EventStoreConnection, { position }: Identity): Promise<LogState> {
  const { calls, streams, names } = connection;
  const damaged = new DamagedStreams(names);
  const asked = { from: 'end', count: TAIL_EVENTS, filter: names.streamsFilter(), backwards: true } as const;
  await findDamage(connection, position, damaged);
  const { events } = await calls.ask('read the log', () =>
    calls.run('search', (onPiece) => streams.readAll(asked, onPiece)),
  );
  let newest: bigint | null = null;
  const unreadable = new Map<string, DamagedLog>();
  for (const event of events) {
    if (event.commit <= position || damaged.note(event)) continue;
    const own = ownIn(event, names, (fault) => unreadable.set(fault.stream, fault));
    newest ??= own?.position ?? null;
  }
  return { newest, faults: [...damaged.faults(), ...unreadable.values()] };
}

/** The event if it belongs to the log; else null. Calls `onDamage` if it cannot be read. */
function ownIn(event: ServerEvent, names: Names, onDamage: (fault: DamagedLog) => void): RecordedEvent | null {
  const name = names.toStream(event.stream);
  if (name === null) return null;
  try {
    return fromServer(event, name.stream);
  } catch (error) {
    if (!(error instanceof DamagedLog)) throw error;
    onDamage(error);
    return null;
  }
}
