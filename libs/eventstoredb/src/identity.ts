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

/** Whose log it is, and where it went on after it was restored or moved. */
export interface Identity {
  readonly id: string;
  readonly eras: readonly Era[];
  /** Where the server has its first word: all that is the log's stands behind it. */
  readonly position: bigint;
}

/**
 * What the stream says: first `LogBegun`, then an `EraBegun` for each era. The names are the
 * storage format and stay for ever.
 */
interface IdentityData {
  readonly log?: string;
  readonly era?: string;
  /** The last position that the era has in common with what was before, as a decimal string. */
  readonly since?: string;
}

/** What the stream says in one place, and where on the server that stands. */
interface IdentityEvent extends IdentityData {
  readonly position: bigint;
}

/** The log's identity: whoever comes first gives it. */
export async function identityOf(link: EventStoreConnection): Promise<Identity> {
  const there = await said(link);
  if (there.length > 0) return identityIn(there);
  await write(link, NO_STREAM, 'LogBegun', { log: randomUUID() });
  return identityIn(await said(link));
}

/**
 * Begins an era: what was recorded behind `since` elsewhere is not in this log. Answers its name.
 */
export async function beginEra(link: EventStoreConnection, since: bigint): Promise<string> {
  const era = randomBytes(4).toString('hex');
  for (;;) {
    const last = BigInt((await said(link)).length - 1);
    if (await write(link, last, 'EraBegun', { era, since: String(since) })) return era;
  }
}

function identityIn([first, ...later]: readonly IdentityEvent[]): Identity {
  return {
    id: first?.log ?? '',
    position: first?.position ?? 0n,
    eras: later.flatMap(({ era, since }) => (era === undefined ? [] : [{ id: era, since: BigInt(since ?? 0) }])),
  };
}

async function said({ client, calls, names, every }: EventStoreConnection): Promise<readonly IdentityEvent[]> {
  try {
    return await calls.ask('say whose log it is', () =>
      calls.once(async () => {
        const found: IdentityEvent[] = [];
        const options = { ...every, fromRevision: START, direction: FORWARDS } as const;
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

/** False where another was first. */
async function write(
  link: EventStoreConnection,
  expectedRevision: AppendExpectedRevision,
  type: string,
  data: IdentityData,
): Promise<boolean> {
  const { client, calls, names, every } = link;
  const event = jsonEvent({ id: randomUUID(), type, data: { ...data } });
  const options = { ...every, expectedRevision } as const;
  try {
    await calls.ask('write whose log it is', () =>
      calls.once(() => client.appendToStream(names.identity, event, options)),
    );
    return true;
  } catch (error) {
    if (error instanceof WrongExpectedVersionError) return false;
    throw error;
  }
}
