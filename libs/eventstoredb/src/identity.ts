import { randomBytes, randomUUID } from 'node:crypto';
import type { Era } from '@entente/engine';
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

/** The id of a log, and its eras. */
export interface Identity {
  readonly id: string;
  readonly eras: readonly Era[];
  /** The position of its first event on the server: all events of the log are after it. */
  readonly position: bigint;
}

/**
 * The data of an event in the identity stream: first `LogBegun`, then an `EraBegun` for each era.
 * The names are the storage format and stay for ever.
 */
interface IdentityData {
  readonly log?: string;
  readonly era?: string;
  /** The last position that the era shares with the one before, as a decimal string. */
  readonly since?: string;
}

/** An event of the identity stream, with its position on the server. */
interface IdentityEvent extends IdentityData {
  readonly position: bigint;
}

/** The log's identity; the first process that asks creates it. */
export async function identityOf(connection: EventStoreConnection): Promise<Identity> {
  const existing = await readIdentityStream(connection);
  if (existing.length > 0) return identityIn(existing);
  await write(connection, NO_STREAM, 'LogBegun', { log: randomUUID() });
  return identityIn(await readIdentityStream(connection));
}

/** Begins an era: what another copy recorded after `since` is not in this log. Returns its id. */
export async function beginEra(connection: EventStoreConnection, since: bigint): Promise<string> {
  const era = randomBytes(4).toString('hex');
  for (;;) {
    const last = BigInt((await readIdentityStream(connection)).length - 1);
    if (await write(connection, last, 'EraBegun', { era, since: String(since) })) return era;
  }
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
    return await calls.ask('return the identity of the log', () =>
      calls.once(async () => {
        const found: IdentityEvent[] = [];
        const options = { ...callOptions, fromRevision: START, direction: FORWARDS } as const;
        for await (const { event } of client.readStream(names.identity, options))
          if (event !== undefined) found.push({ ...(event.data as object), position: event.position?.commit ?? 0n });
        return found;
      }),
    );
  } catch (error) {
    if (error instanceof StreamNotFoundError) return [];
    throw error;
  }
}

/** Returns false if another process was first. */
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
    await calls.ask('store the identity of the log', () =>
      calls.once(() => client.appendToStream(names.identity, event, options)),
    );
    return true;
  } catch (error) {
    if (error instanceof WrongExpectedVersionError) return false;
    throw error;
  }
}
