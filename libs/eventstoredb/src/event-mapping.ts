import { DamagedLog, LARGEST_POSITION, type NewEvent } from '@entente/engine';
import type { ProposedMetadata, RecordedEvent } from '@entente/kernel';
import type { ProposedEvent } from './messages.js';
import type { ServerEvent } from './messages.js';

/**
 * The part of an event's metadata that is added on the server. The names are the storage format and
 * never change.
 */
interface ServerMetadata {
  /** The version of the event's type. */
  readonly version: number;
  /**
   * The highest `recordedAt` that the writer had seen. The event's own `recordedAt` is not lower,
   * whatever the server's clock shows.
   */
  readonly notBefore?: string;
  /** For an imported event: when its original log recorded it. */
  readonly recordedAt?: string;
}

type MetadataOnServer = ProposedMetadata & { readonly entente?: Partial<ServerMetadata> };

const encoder = new TextEncoder();

/** Converts an event for the server. Throws if its data cannot be written as JSON. */
export function toServer(
  { id, type, version, data, metadata }: NewEvent,
  recorded: Omit<ServerMetadata, 'version'>,
): ProposedEvent {
  const text: string | undefined = JSON.stringify(data);
  if (text === undefined) throw new Error(`the data of ${type} is no JSON`);
  const entente: ServerMetadata = { version, ...recorded };
  return {
    id,
    type,
    data: encoder.encode(text),
    metadata: encoder.encode(JSON.stringify({ ...metadata, entente })),
  };
}

/** Converts an event of the server; `stream` is the name that the deployment uses. */
export function fromServer(event: ServerEvent, stream: string): RecordedEvent {
  const { entente, ...circumstance } = (jsonIn(event.metadata) ?? {}) as MetadataOnServer;
  const data = jsonIn(event.data);
  if (data === undefined) throw foreign(event, stream);
  return {
    id: event.id,
    stream,
    revision: Number(event.revision),
    position: positionOf(event, stream),
    type: event.type,
    version: versionIn(entente, event, stream),
    data,
    metadata: { ...circumstance, recordedAt: recordedAtOf(event, entente) },
  };
}

/** The position of an event, and when it was recorded. Its data are not parsed. */
export function positionAndTimeOf(
  event: ServerEvent,
  stream: string,
): { readonly position: bigint; readonly recordedAt: string } {
  const { entente } = (jsonIn(event.metadata) ?? {}) as MetadataOnServer;
  versionIn(entente, event, stream);
  return { position: positionOf(event, stream), recordedAt: recordedAtOf(event, entente) };
}

function versionIn(entente: Partial<ServerMetadata> | undefined, event: ServerEvent, stream: string): number {
  const version = entente?.version;
  if (version === undefined || !Number.isInteger(version)) throw foreign(event, stream);
  return version;
}

const recordedAtOf = ({ created }: ServerEvent, entente: Partial<ServerMetadata> | undefined): string =>
  entente?.recordedAt ?? later(created, entente?.notBefore);

const foreign = (event: ServerEvent, stream: string): DamagedLog =>
  new DamagedLog(
    'foreign-event',
    stream,
    `${stream}: revision ${event.revision} at position ${event.commit} was written by another program; its stream is the log's own: give that program another stream, and restore the server from a backup of before`,
  );

/** The value of a JSON text; undefined if the text is not valid JSON. */
function jsonIn(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString());
  } catch {
    return undefined;
  }
}

/**
 * The commit position. An event of an old client's transaction has a different prepare position,
 * and no read could start at it. Entente never writes transactions.
 */
function positionOf({ commit, prepare, revision }: ServerEvent, stream: string): bigint {
  const at = `${stream}: revision ${revision}`;
  if (commit > LARGEST_POSITION)
    throw new DamagedLog('no-position', stream, `${at} comes without its position: the server is older than 22.6`);
  if (commit !== prepare)
    throw new DamagedLog(
      'transaction',
      stream,
      `${at} was written by a transaction of an old client (${prepare}, ${commit}): such a log cannot be read`,
    );
  return commit;
}

const later = (created: string, notBefore = ''): string => (created > notBefore ? created : notBefore);
