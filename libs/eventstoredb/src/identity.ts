import { randomBytes, randomUUID } from 'node:crypto';
import { type Era, Fault } from '@entente/engine';
import {
  type AppendExpectedRevision,
  FORWARDS,
  NO_STREAM,
  START,
  StreamNotFoundError,
  WrongExpectedVersionError,
  jsonEvent,
} from '@eventstore/db-client';
import type { EventStoreConnection } from './connection.js';
import { faultInMetadata, streamCut } from './damaged-streams.js';

/** The id of a log, and its eras. */
export interface Identity {
  readonly id: string;
  readonly eras: readonly Era[];
  /** The server's position of the first identity event. All events of the log come after it. */
  readonly position: bigint;
}

/**
 * The data of an event in the identity stream: first `LogBegun`, then an `EraBegun` for each era.
 * The names are the storage format and never change.
 */
interface IdentityData {
  readonly log?: string;
  readonly era?: string;
  /** The last position that the era shares with the previous era, as a decimal string. */
  readonly since?: string;
}

/** An event of the identity stream, with its position and revision. */
interface IdentityEvent extends IdentityData {
  readonly position: bigint;
  readonly revision: bigint;
}

/**
 * The identity of the log. The first process creates it. Rejects if the server has lost a log's
 * identity, or has streams of other programs with names of the log's form.
 */
export async function identityOf(connection: EventStoreConnection): Promise<Identity> {
  const existing = await existingIdentity(connection);
  if (existing !== null) return existing;
  await write(connection, NO_STREAM, 'LogBegun', { log: randomUUID() });
  return identityIn(await readIdentityStream(connection));
}

/** The identity of the existing log; null if the server has none and a log may begin. */
export async function existingIdentity(connection: EventStoreConnection): Promise<Identity | null> {
  const existing = await readIdentityStream(connection);
  const { identity } = connection.names;
  const fault = await faultInMetadata(connection, identity);
  if (fault !== null) throw fault;
  if (existing.length > 0 && existing[0]?.revision !== 0n)
    throw streamCut(identity, `it begins at revision ${existing[0]?.revision}`);
  if (existing.length > 0) return identityIn(existing);
  await refuseStreamsOfOthers(connection);
  return null;
}

/**
 * Begins an era: events that another copy recorded after `since` are not in this log. Returns the
 * id of the era.
 */
export async function beginEra(connection: EventStoreConnection, since: bigint): Promise<string> {
  const era = randomBytes(4).toString('hex');
  for (;;) {
    const last = BigInt((await readIdentityStream(connection)).length - 1);
    if (await write(connection, last, 'EraBegun', { era, since: String(since) })) return era;
  }
}

/**
 * A log without a name owns every stream whose name has the form `<kind>/<id>`. So no such stream
 * may exist before the log begins.
 */
async function refuseStreamsOfOthers({ calls, streams, names }: EventStoreConnection): Promise<void> {
  const page = await calls.ask('search for streams of others', () =>
    calls.run('search', (onPiece) =>
      streams.readAll({ from: 'start', count: 1, filter: names.streamsFilter() }, onPiece),
    ),
  );
  const [other] = page.events;
  if (other === undefined) return;
  throw new Fault(
    'foreign-event',
    `the event store at ${calls.address} has the stream ${other.stream} and no log; give the log a name (ESDB_LOG), so that its streams are kept apart, or restore the stream ${names.identity} if it held one`,
  );
}

function identityIn([first, ...later]: readonly IdentityEvent[]): Identity {
  return {
    id: first?.log ?? '',
    position: first?.position ?? 0n,
    eras: later.flatMap(({ era, since }) => (era === undefined ? [] : [{ id: era, since: BigInt(since ?? 0) }])),
  };
}

async function readIdentityStream({
  client,
  calls,
  names,
  callOptions,
}: EventStoreConnection): Promise<readonly IdentityEvent[]> {
  try {
    return await calls.ask(`read ${names.identity}`, () =>
      calls.once(async () => {
        const found: IdentityEvent[] = [];
        const options = { ...callOptions, fromRevision: START, direction: FORWARDS } as const;
        for await (const { event } of client.readStream(names.identity, options))
          if (event !== undefined) {
            const { data, position, revision } = event;
            found.push({ ...(data as object), position: position?.commit ?? 0n, revision });
          }
        return found;
      }),
    );
  } catch (error) {
    if (error instanceof StreamNotFoundError) return [];
    throw error;
  }
}

/** Returns false if another process appended first. */
async function write(
  connection: EventStoreConnection,
  expectedRevision: AppendExpectedRevision,
  type: string,
  data: IdentityData,
): Promise<boolean> {
  const { client, calls, names, callOptions } = connection;
  const event = jsonEvent({ id: randomUUID(), type, data: { ...data } });
  const options = { ...callOptions, expectedRevision } as const;
  try {
    await calls.ask(`write ${names.identity}`, () =>
      calls.once(() => client.appendToStream(names.identity, event, options)),
    );
    return true;
  } catch (error) {
    if (error instanceof WrongExpectedVersionError) return false;
    throw error;
  }
}
