import { type EventData, type RecordedEvent as OnServer, jsonEvent } from '@eventstore/db-client';
import { Fault, type NewEvent } from '@entente/engine';
import type { ProposedMetadata, RecordedEvent } from '@entente/kernel';

/**
 * What stands in an event's metadata on the server beside what is known before. The names are the
 * storage format and stay for ever.
 */
interface ServerMetadata {
  /** The version of the event's type. */
  readonly version: number;
  /**
   * The highest time of recording that the writer had seen: the event's own is no lower, whatever
   * the server's clock says.
   */
  readonly notBefore?: string;
  /** Of an event that another log has recorded: when. */
  readonly recordedAt?: string;
}

type MetadataOnServer = ProposedMetadata & { readonly entente?: ServerMetadata };

const MAX_POSITION = 2n ** 63n - 1n;

/**
 * An event on its way to the server. Fails here, and not within the client, where its data is no
 * JSON.
 */
export function toServer(
  { id, type, version, data, metadata }: NewEvent,
  when: Omit<ServerMetadata, 'version'>,
): EventData {
  if (JSON.stringify(data) === undefined) throw new Error(`the data of ${type} is no JSON`);
  const kept: ServerMetadata = { version, ...when };
  return jsonEvent({ id, type, data: data as Record<string, unknown>, metadata: { ...metadata, entente: kept } });
}

/** An event as the server gives it, in its stream as the deployment names it. */
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
 * The commit position. An event of an old client's transaction has another one than it was prepared
 * at, and could not be read from: none is ever written here.
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
