import { type EventData, type RecordedEvent as OnServer, jsonEvent } from '@eventstore/db-client';
import { Fault, type NewEvent } from '@entente/engine';
import type { ProposedMetadata, RecordedEvent } from '@entente/kernel';

/**
 * An event's metadata on the server, besides what every event has. The names are the storage format
 * and stay for ever.
 */
interface ServerMetadata {
  /** The version of the event's type. */
  readonly version: number;
  /**
   * The highest time of recording that the writer had seen. The event's own is not lower, whatever
   * the server's clock shows.
   */
  readonly notBefore?: string;
  /** For an event of another log: when that recorded it. */
  readonly recordedAt?: string;
}

type MetadataOnServer = ProposedMetadata & { readonly entente?: ServerMetadata };

const MAX_POSITION = 2n ** 63n - 1n;

/**
 * Converts an event for the server. Fails here, and not within the client, if its data is not JSON.
 */
export function toServer(
  { id, type, version, data, metadata }: NewEvent,
  recorded: Omit<ServerMetadata, 'version'>,
): EventData {
  if (JSON.stringify(data) === undefined) throw new Error(`the data of ${type} is no JSON`);
  const serverMetadata: ServerMetadata = { version, ...recorded };
  return jsonEvent({
    id,
    type,
    data: data as Record<string, unknown>,
    metadata: { ...metadata, entente: serverMetadata },
  });
}

/** Converts an event of the server; `stream` is the name that the deployment uses. */
export function fromServer(event: OnServer, stream: string): RecordedEvent {
  const { entente, ...circumstance } = (event.metadata ?? {}) as unknown as MetadataOnServer;
  if (entente === undefined)
    throw new Fault(
      'foreign-event',
      `${stream}: revision ${event.revision} was written by another program; its stream is the log's own`,
    );
  return {
    id: event.id,
    stream,
    revision: Number(event.revision),
    position: positionOf(event, stream),
    type: event.type,
    version: entente.version,
    data: event.data,
    metadata: { ...circumstance, recordedAt: entente.recordedAt ?? later(event.created, entente.notBefore) },
  };
}

/**
 * The commit position. An event of an old client's transaction has another prepare position, and a
 * read could not start at it; Entente never writes one.
 */
function positionOf({ position, revision }: OnServer, stream: string): bigint {
  const at = `${stream}: revision ${revision}`;
  if (position === undefined || position.commit > MAX_POSITION)
    throw new Fault('no-position', `${at} comes without its position: the server is older than 22.6`);
  if (position.commit !== position.prepare)
    throw new Fault(
      'transaction',
      `${at} was written by a transaction of an old client (${position.prepare}, ${position.commit}): such a log cannot be read`,
    );
  return position.commit;
}

function later(created: Date, notBefore = ''): string {
  const stamp = created.toISOString();
  return stamp > notBefore ? stamp : notBefore;
}
