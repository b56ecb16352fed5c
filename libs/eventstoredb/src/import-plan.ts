import type { RecordedEvent } from '@entente/kernel';
import type { LogReader } from './log-reader.js';

/** Number of streams to read at once. */
const MAX_CONCURRENT_READS = 32;

/**
 * The maximum bytes of one append by a server's default settings; some versions count metadata,
 * too.
 */
const MAX_RUN_BYTES = 1_048_576;
/** The maximum bytes that an event has on the server besides data and metadata. */
const EVENT_OVERHEAD_BYTES = 200;

/**
 * The positions of events that are there already, and the runs to write: each of one stream, in the
 * given order, and small enough for one append unless a single event is larger.
 */
export interface ImportPlan {
  readonly existing: readonly bigint[];
  readonly runs: readonly (readonly RecordedEvent[])[];
}

/**
 * Plans an import, so that an interrupted import continues: events that are there already, with the
 * same ids and revisions, are the beginning of what is given. Fails before it writes anything if
 * one of the others is not the next of its stream, or was recorded before the last event here.
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

/** The bytes that an event takes in an append. */
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
