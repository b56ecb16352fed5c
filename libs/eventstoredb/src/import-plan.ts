import type { RecordedEvent } from '@entente/kernel';
import type { LogReader } from './log-reader.js';

/** The number of streams that are read concurrently. */
const MAX_CONCURRENT_READS = 32;

/**
 * The maximum size of one append in bytes, by a server's default settings. Some versions also count
 * metadata.
 */
const MAX_RUN_BYTES = 1_048_576;
/** The maximum size of an event on the server in bytes, without data and metadata. */
const EVENT_OVERHEAD_BYTES = 200;

/**
 * The positions of events that are stored already, and the runs to append. A run holds events of
 * one stream in the given order. It fits one append, unless a single event is larger.
 */
export interface ImportPlan {
  readonly existing: readonly bigint[];
  readonly runs: readonly (readonly RecordedEvent[])[];
}

/**
 * Plans an import, so that an interrupted import continues. The first events may be stored already,
 * with the same ids and revisions. Rejects before anything is written if another event is not the
 * next of its stream, or was recorded before the last event of the log.
 */
export async function planImport(
  events: readonly RecordedEvent[],
  reader: LogReader,
  latest: string,
): Promise<ImportPlan> {
  const revisions = await revisionsOf(events, reader);
  const existing: bigint[] = [];
  for (const event of events) {
    if (event.revision > (revisions.get(event.stream) ?? -1)) break;
    const stored = await storedAt(event, reader);
    if (stored?.id !== event.id) break;
    existing.push(stored.position);
  }
  const runs: RecordedEvent[][] = [];
  let left = 0;
  let last = latest;
  for (const event of events.slice(existing.length)) {
    const { stream, revision, metadata } = event;
    const next = (revisions.get(stream) ?? -1) + 1;
    if (revision !== next) throw new Error(`${stream}: revision ${revision} is not the next one, ${next}`);
    if (metadata.recordedAt < last) throw new Error(`${stream}: recorded at ${metadata.recordedAt}, before ${last}`);
    last = metadata.recordedAt;
    revisions.set(stream, revision);
    const bytes = bytesOf(event);
    if (runs.at(-1)?.[0]?.stream === stream && bytes <= left) runs.at(-1)?.push(event);
    else {
      runs.push([event]);
      left = MAX_RUN_BYTES;
    }
    left -= bytes;
  }
  return { existing, runs };
}

/** The size of an event in an append, in bytes. */
export const bytesOf = ({ data, metadata }: RecordedEvent): number =>
  Buffer.byteLength(JSON.stringify(data)) + Buffer.byteLength(JSON.stringify(metadata)) + EVENT_OVERHEAD_BYTES;

async function revisionsOf(events: readonly RecordedEvent[], reader: LogReader): Promise<Map<string, number>> {
  const streams = [...new Set(events.map(({ stream }) => stream))];
  const revisions = new Map<string, number>();
  while (streams.length > 0) {
    const readRevision = async (stream: string) => void revisions.set(stream, await reader.revisionOf(stream));
    await Promise.all(streams.splice(0, MAX_CONCURRENT_READS).map(readRevision));
  }
  return revisions;
}

/** The stored event at the same stream and revision. */
async function storedAt({ stream, revision }: RecordedEvent, reader: LogReader): Promise<RecordedEvent | undefined> {
  for await (const [event] of reader.readStream(stream, { from: revision, limit: 1 })) return event;
  return undefined;
}
