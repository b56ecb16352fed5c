import { DamagedLog } from '@entente/engine';
import type { Names } from './stream-names.js';
import type { EventStoreConnection } from './connection.js';
import type { ServerEvent } from './messages.js';
import type { ReadFrom, ServerFilter, ServerPage } from './stream-calls.js';

/** Events per read. */
const PAGE_SIZE = 2000;

/** The `$tb` of a soft-deleted stream: 2^63 - 1, as `JSON.parse` reads it. */
const DELETED_BEFORE = 2 ** 63;
/** The type of the event that tombstones a stream. */
const TOMBSTONE_TYPE = '$streamDeleted';
const METADATA_TYPE = '$metadata';
const METADATA_PREFIX = '$$';

/** Why a stream is incomplete: a setting that can be removed, or a permanent deletion. */
interface Cut {
  readonly cause: string;
  readonly isSetting: boolean;
}

/** A stream that an administrator changed. */
interface Damage {
  readonly position: bigint;
  /** Null if the newest metadata removes no events. */
  readonly cut: Cut | null;
}

const RESTORE = 'restore the server from a backup';

/** The fault for a stream that has lost events. */
export const streamCut = (stream: string, cause: string, isSetting = false): DamagedLog =>
  new DamagedLog(
    'stream-deleted',
    stream,
    `the stream ${stream} is not whole: ${cause}; ${isSetting ? `remove that setting on the server, which helps if it was not scavenged since, or ${RESTORE}` : RESTORE}`,
  );

/**
 * The streams of the log from which an administrator removed events: by a limit in the stream's
 * metadata (`$maxCount`, `$maxAge`, `$tb`), or by deletion. The server records each change as an
 * event.
 */
export class DamagedStreams {
  private readonly damaged = new Map<string, Damage>();

  constructor(private readonly names: Names) {}

  /**
   * Notes the damage that an event of the server reports. Returns false if it is an ordinary event
   * of a stream.
   */
  note({ stream, type, data, commit }: ServerEvent): boolean {
    if (type === TOMBSTONE_TYPE) {
      this.set(stream, commit, { cause: 'it was deleted for ever', isSetting: false });
      return true;
    }
    if (!stream.startsWith(METADATA_PREFIX)) return false;
    if (type === METADATA_TYPE) this.set(stream.slice(METADATA_PREFIX.length), commit, cutIn(data));
    return true;
  }

  /**
   * The fault if a stream, or the identity stream of the log, is incomplete; null if both are
   * complete. `stream` is the deployment's name.
   */
  faultOf(stream: string): DamagedLog | null {
    return this.faultAt(this.names.onServer(stream), stream) ?? this.faultOfIdentity();
  }

  private faultOfIdentity(): DamagedLog | null {
    return this.faultAt(this.names.identity, this.names.identity);
  }

  private faultAt(onServer: string, stream: string): DamagedLog | null {
    const cut = this.damaged.get(onServer)?.cut ?? null;
    return cut === null ? null : streamCut(stream, cut.cause, cut.isSetting);
  }

  /**
   * The fault of the first damaged stream of the given kinds, or of any kind; null if there is
   * none.
   */
  faultOfKinds(kinds?: readonly string[]): DamagedLog | null {
    return this.faults(kinds)[0] ?? null;
  }

  /**
   * The fault of each damaged stream of the given kinds, and of the identity stream. The latter
   * concerns all kinds.
   */
  faults(kinds?: readonly string[]): DamagedLog[] {
    const ofIdentity = this.faultOfIdentity();
    const ofStreams = [...this.damaged.keys()].flatMap((onServer) => {
      const name = this.names.toStream(onServer);
      if (name === null || (kinds !== undefined && !kinds.includes(name.kind))) return [];
      return this.faultAt(onServer, name.stream) ?? [];
    });
    return ofIdentity === null ? ofStreams : [ofIdentity, ...ofStreams];
  }

  private set(onServer: string, position: bigint, cut: Cut | null): void {
    if (this.names.toStream(onServer) === null && onServer !== this.names.identity) return;
    if (position <= (this.damaged.get(onServer)?.position ?? -1n)) return;
    this.damaged.set(onServer, { position, cut });
  }
}

/** How the metadata of a stream removes events; null if it does not. */
function cutIn(data: Uint8Array): Cut | null {
  let metadata: unknown;
  try {
    metadata = JSON.parse(Buffer.from(data).toString());
  } catch {
    return null;
  }
  if (metadata === null || typeof metadata !== 'object') return null;
  const limits = metadata as { readonly $tb?: unknown; readonly $maxCount?: unknown; readonly $maxAge?: unknown };
  if (limits.$tb === DELETED_BEFORE) return { cause: 'it was deleted on the server, by $tb', isSetting: true };
  const found = (['$tb', '$maxCount', '$maxAge'] as const).find(
    (limit) => Number.isInteger(limits[limit]) && (limit !== '$tb' || Number(limits[limit]) > 0),
  );
  if (found === undefined) return null;
  return { cause: `its metadata on the server has ${found} ${String(limits[found])}`, isSetting: true };
}

/** The fault if the metadata of a stream on the server removes events; else null. */
export async function faultInMetadata(
  { calls, streams }: EventStoreConnection,
  onServer: string,
): Promise<DamagedLog | null> {
  const asked = { stream: `${METADATA_PREFIX}${onServer}`, from: undefined, count: 1, backwards: true };
  const page = await calls.ask(`read the metadata of ${onServer}`, () =>
    calls.run('once', (onPiece) => streams.readStream(asked, onPiece)),
  );
  const [last] = page?.events ?? [];
  const cut = last === undefined ? null : cutIn(last.data);
  return cut === null ? null : streamCut(onServer, cut.cause, cut.isSetting);
}

/**
 * Finds the streams of the log that an administrator truncated or deleted. The server searches for
 * these events from the beginning of the log.
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
