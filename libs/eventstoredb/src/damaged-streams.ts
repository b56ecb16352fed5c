import { DamagedLog } from '@entente/engine';
import type { Names } from './stream-names.js';
import type { EventStoreConnection } from './connection.js';
import type { ServerEvent } from './messages.js';
import type { ReadFrom, ServerFilter, ServerPage } from './stream-calls.js';

/** Events per read. */
const PAGE_SIZE = 2000;

/** The `$tb` of a stream that was deleted and may be appended to again. */
const DELETED_BEFORE = 2n ** 63n - 1n;
/** The type of the event that ends a stream for ever. */
const TOMBSTONE_TYPE = '$streamDeleted';
const METADATA_TYPE = '$metadata';
const METADATA_PREFIX = '$$';

/** A stream that is not whole, and why. */
interface Damage {
  readonly position: bigint;
  /** Null: its newest metadata cut nothing. */
  readonly cause: string | null;
}

/** The fault of a stream of which a part was removed. */
export const streamCut = (stream: string, cause: string): DamagedLog =>
  new DamagedLog(
    'stream-deleted',
    stream,
    `the stream ${stream} is not whole: ${cause}; an administrator of the event store removes that setting again, which helps if the server was not scavenged since, or restores the server from a backup`,
  );

/**
 * The log's streams of which an administrator of the server removed events: by a limit in the
 * stream's metadata (`$maxCount`, `$maxAge`, `$tb`), or by deleting it. The server shows each as an
 * event in its log.
 */
export class DamagedStreams {
  private readonly damaged = new Map<string, Damage>();

  constructor(private readonly names: Names) {}

  /**
   * Notes what an event of the server does to a stream of the log. Returns false if the event is
   * one of a stream itself.
   */
  note({ stream, type, data, commit }: ServerEvent): boolean {
    if (type === TOMBSTONE_TYPE) {
      this.set(stream, commit, 'it was deleted for ever');
      return true;
    }
    if (!stream.startsWith(METADATA_PREFIX)) return false;
    if (type === METADATA_TYPE) this.set(stream.slice(METADATA_PREFIX.length), commit, causeIn(data));
    return true;
  }

  /**
   * The fault if a stream is not whole, or the one of the log's identity; null if both are.
   * `stream` is the deployment's name.
   */
  faultOf(stream: string): DamagedLog | null {
    const cause = this.damaged.get(this.names.onServer(stream))?.cause ?? null;
    return cause === null ? this.faultOfIdentity() : streamCut(stream, cause);
  }

  private faultOfIdentity(): DamagedLog | null {
    const { identity } = this.names;
    const cause = this.damaged.get(identity)?.cause ?? null;
    return cause === null ? null : streamCut(identity, cause);
  }

  /** The fault of the first damaged stream of some kinds, or of any kind; null if all are whole. */
  faultOfKinds(kinds?: readonly string[]): DamagedLog | null {
    return this.faults(kinds)[0] ?? null;
  }

  /** The fault of each damaged stream, and of the log's identity, which concerns all kinds. */
  faults(kinds?: readonly string[]): DamagedLog[] {
    const ofIdentity = this.faultOfIdentity();
    const ofStreams = [...this.damaged].flatMap(([onServer, { cause }]) => {
      const name = this.names.toStream(onServer);
      if (cause === null || name === null || (kinds !== undefined && !kinds.includes(name.kind))) return [];
      return [streamCut(name.stream, cause)];
    });
    return ofIdentity === null ? ofStreams : [ofIdentity, ...ofStreams];
  }

  private set(onServer: string, position: bigint, cause: string | null): void {
    if (this.names.toStream(onServer) === null && onServer !== this.names.identity) return;
    if (position <= (this.damaged.get(onServer)?.position ?? -1n)) return;
    this.damaged.set(onServer, { position, cause });
  }
}

/** How a stream's metadata cuts it; null if it does not. */
function causeIn(data: Uint8Array): string | null {
  const text = Buffer.from(data).toString();
  let metadata: unknown;
  try {
    metadata = JSON.parse(text);
  } catch {
    return null;
  }
  if (metadata === null || typeof metadata !== 'object') return null;
  const before = /"\$tb"\s*:\s*(\d+)/.exec(text)?.[1];
  if (before !== undefined && BigInt(before) === DELETED_BEFORE) return 'it was deleted on the server';
  if (before !== undefined && BigInt(before) > 0n) return `its metadata on the server has $tb ${before}`;
  const limits = metadata as { readonly $maxCount?: unknown; readonly $maxAge?: unknown };
  for (const limit of ['$maxCount', '$maxAge'] as const)
    if (Number.isInteger(limits[limit])) return `its metadata on the server has ${limit} ${String(limits[limit])}`;
  return null;
}

/** Why a stream is not whole, by its metadata on the server; null if they do not cut it. */
export async function causeInMetadata(
  { calls, streams }: EventStoreConnection,
  onServer: string,
): Promise<string | null> {
  const asked = { stream: `${METADATA_PREFIX}${onServer}`, from: undefined, count: 1, backwards: true };
  const page = await calls.ask('read the metadata of a stream', () =>
    calls.run('once', (onPiece) => streams.readStream(asked, onPiece)),
  );
  const [last] = page?.events ?? [];
  return last === undefined ? null : causeIn(last.data);
}

/**
 * Notes the streams of the log that an administrator cut or deleted: the server searches for these
 * events from where the log begins.
 */
export async function findDamage(
  connection: EventStoreConnection,
  beginsAt: bigint,
  damaged: DamagedStreams,
): Promise<void> {
  const note = (event: ServerEvent): void => void damaged.note(event);
  const tombstones = { typePattern: `^\\${TOMBSTONE_TYPE}$` };
  await Promise.all([
    search(connection, beginsAt, connection.names.damageFilter(), note),
    search(connection, beginsAt, tombstones, note),
  ]);
}

async function search(
  { calls, streams }: EventStoreConnection,
  beginsAt: bigint,
  filter: ServerFilter,
  onEvent: (event: ServerEvent) => void,
): Promise<void> {
  for (let from: ReadFrom = { commit: beginsAt, prepare: beginsAt }; ;) {
    const asked = { from, count: PAGE_SIZE, filter };
    const page: ServerPage = await calls.ask('search for damage', () =>
      calls.run('search', (onPiece) => streams.readAll(asked, onPiece)),
    );
    for (const event of page.events) onEvent(event);
    const latest = page.events.at(-1);
    if (page.last || latest === undefined) return;
    from = latest;
  }
}
