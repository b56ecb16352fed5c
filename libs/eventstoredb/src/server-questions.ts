import { randomUUID } from 'node:crypto';
import { EventStoreDBClient } from '@eventstore/db-client';
import { GossipClient } from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import type { ClusterInfo } from '@eventstore/db-client/generated/gossip_pb.js';
// Of these CommonJS modules plain Node.js does not find every name.
import shared from '@eventstore/db-client/generated/shared_pb.js';
import {
  BACKWARDS,
  END,
  FORWARDS,
  MaxAppendSizeExceededError,
  START,
  StreamNotFoundError,
  VNodeState,
  WrongExpectedVersionError,
  jsonEvent,
} from '@eventstore/db-client';
import { type BoundedQuestions, type ServiceAnswer, compareClocks } from '@entente/engine';
import type { EventStoreConnection } from './connection.js';
import type { CallAnswers, ClusterMember, FoundLog, NodeAnswer, TailCounts } from './event-store-answers.js';

/** The most that the apps send in one append: the server's own limit, less what it may count. */
const LARGEST_APPEND_BYTES = 1_048_576 - 1024;

/** Bounds of the look at the server's newest events. */
const TAIL_EVENTS = 1000;
const TAIL_MS = 1500;

/** A revision that no stream has: an append there is refused after its size was looked at. */
const NO_SUCH_REVISION = 2n ** 40n;

const { LEADER, FOLLOWER } = VNodeState;

/** Members that the client has and does not export. */
interface NodeClient {
  readonly capabilities: Promise<{ readonly serverVersion: string }>;
  getChannel(): Promise<{ close(): void }>;
}

/** A connection string for one of its hosts alone. */
const onlyHost = (url: string, host: string, port: number): string =>
  url.replace(/^esdb(?:\+discover)?:\/\/((?:[^@/?#]*@)?)[^@/?#]+/i, `esdb://$1${host}:${port}`);

/** Asks one host for its version, and for the nodes that it knows. */
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

/** Makes the calls that the apps make, on a scratch stream with the prefix of the log. */
export async function askCalls(
  { client, names, callOptions }: EventStoreConnection,
  questions: BoundedQuestions,
): Promise<CallAnswers> {
  const stream = names.onServer(`entente-check-${randomUUID()}`);
  const event = (text: string) => jsonEvent({ type: 'EntenteChecked', data: { text } });
  // First of all, since the scratch stream would be the newest.
  const tail = await questions.ask(() => tailCounts({ client, names, callOptions }));
  const log = await questions.ask(() => foundLog({ client, names, callOptions }));
  const append = await questions.ask(async () => {
    const askedAt = Date.now();
    await client.appendToStream(stream, event('a check before the first start'), {
      ...callOptions,
      expectedRevision: 'no_stream',
    });
    const answeredAt = Date.now();
    const options = { ...callOptions, fromRevision: END, direction: BACKWARDS, maxCount: 1 } as const;
    const written: Date[] = [];
    // To its end: a reading that is left is waited for when the connection is closed.
    for await (const { event: one } of client.readStream(stream, options)) if (one) written.push(one.created);
    const [created] = written;
    if (created === undefined) throw new Error('the event that was just written is not there');
    return compareClocks(created.getTime(), askedAt, answeredAt);
  });
  const unasked = <T>(): ServiceAnswer<T> => ({ ok: false, error: append.ok ? new Error('not asked') : append.error });
  if (!append.ok) return { append, tail, log, appendLimit: unasked(), metadata: unasked(), removal: unasked() };
  const appendLimit = await questions.ask(async () => {
    try {
      const options = { ...callOptions, expectedRevision: NO_SUCH_REVISION } as const;
      await client.appendToStream(stream, event('x'.repeat(LARGEST_APPEND_BYTES - '{"text":""}'.length)), options);
    } catch (error) {
      if (error instanceof MaxAppendSizeExceededError) return error.maxAppendSize;
      // Its size was taken; the revision is wrong on purpose, so that it is not written.
      if (!(error instanceof WrongExpectedVersionError)) throw error;
    }
    return null;
  });
  const metadata = await questions.ask(async () => {
    await client.getStreamMetadata(stream, callOptions);
    return null;
  });
  const removal = await questions.ask(async () => {
    await client.deleteStream(stream, callOptions);
    return null;
  });
  return { append, appendLimit, metadata, removal, tail, log };
}

type CallParts = Pick<EventStoreConnection, 'client' | 'names' | 'callOptions'>;

/** Counts the newest events, until there are enough or the time is over. */
async function tailCounts({ client, names, callOptions }: CallParts): Promise<TailCounts> {
  const counts = { events: 0, own: 0, system: 0, foreign: 0 };
  let ownPosition: bigint | null = null;
  let mistakable: string | null = null;
  const until = performance.now() + TAIL_MS;
  const options = { ...callOptions, direction: BACKWARDS, fromPosition: END, maxCount: TAIL_EVENTS } as const;
  let whole = true;
  const ownPrefix = names.onServer('');
  for await (const { event } of client.readAll(options)) {
    if (event === undefined) continue;
    counts.events += 1;
    const isOwnStream = names.toStream(event.streamId) !== null;
    const isMarked = (event.metadata as { readonly entente?: unknown } | undefined)?.entente !== undefined;
    if (isOwnStream && isMarked) {
      counts.own += 1;
      ownPosition ??= event.position.commit;
    } else if (event.streamId.startsWith('$')) counts.system += 1;
    else if (event.streamId.startsWith(`${ownPrefix}entente-`)) counts.own += 1;
    else {
      counts.foreign += 1;
      if (isOwnStream) mistakable ??= event.streamId;
    }
    whole = performance.now() < until;
    if (!whole) break;
  }
  return { ...counts, whole: whole && counts.events < TAIL_EVENTS, ownPosition, mistakable };
}

/** Reads the identity stream, and creates nothing. */
async function foundLog({ client, names, callOptions }: CallParts): Promise<FoundLog | null> {
  const options = { ...callOptions, fromRevision: START, direction: FORWARDS } as const;
  const found: FoundLog[] = [];
  const eras: string[] = [];
  try {
    for await (const { event } of client.readStream(names.identity, options)) {
      if (event === undefined) continue;
      const { log = '', era } = event.data as { readonly log?: string; readonly era?: string };
      if (found.length === 0) found.push({ id: log, eras, position: event.position?.commit ?? 0n });
      if (era !== undefined) eras.push(era);
    }
  } catch (error) {
    if (!(error instanceof StreamNotFoundError)) throw error;
  }
  return found[0] ?? null;
}
