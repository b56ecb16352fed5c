import type { RecordedEvent } from '@entente/kernel';
import type { LogReader } from './log-reader.js';

/** As many streams are looked at at once. */
const AT_ONCE = 32;

/**
 * The bytes of one append that a server takes unless its settings say otherwise; some versions
 * count metadata, too.
 */
const MAX_RUN_BYTES = 1_048_576;
/** What the server's copy of an event has beside data and metadata, in bytes, at most. */
const EVENT_OVERHEAD_BYTES = 200;

/**
 * What of the events is there already, and what is to be written: runs of one stream each, in the
 * order given, each small enough for one append unless a single event is larger.
 */
export interface ImportPlan {
  readonly there: readonly bigint[];
  readonly runs: readonly (readonly RecordedEvent[])[];
}

/**
 * Looks what must be written of events of another log, so that a call that was broken off goes on
 * where it ended: what is there already, with the same ids at the same places, is the beginning of
 * what is given. Fails, before anything is written, where one of the others is not the next of its
 * stream, or was recorded before the last that is here.
 */
export async function planned(
  events: readonly RecordedEvent[],
  reader: LogReader,
  latest: string,
): Promise<ImportPlan> {
  const revisions = await revisionsOf(events, reader);
  const there: bigint[] = [];
  for (const event of events) {
    if (event.revision > (revisions.get(event.stream) ?? -1)) break;
    const same = await atPlaceOf(event, reader);
    if (same?.id !== event.id) break;
    there.push(same.position);
  }
  const runs: RecordedEvent[][] = [];
  let room = 0;
  let last = latest;
  for (const event of events.slice(there.length)) {
    const { stream, revision, metadata } = event;
    const next = (revisions.get(stream) ?? -1) + 1;
    if (revision !== next) throw new Error(`${stream}: revision ${revision} is not the next one, ${next}`);
    if (metadata.recordedAt < last) throw new Error(`${stream}: recorded at ${metadata.recordedAt}, before ${last}`);
    last = metadata.recordedAt;
    revisions.set(stream, revision);
    const bytes = bytesOf(event);
    if (runs.at(-1)?.[0]?.stream === stream && bytes <= room) runs.at(-1)?.push(event);
    else {
      runs.push([event]);
      room = MAX_RUN_BYTES;
    }
    room -= bytes;
  }
  return { there, runs };
}

/** The bytes that an event takes in an append. */
export const bytesOf = ({ data, metadata }: RecordedEvent): number =>
  Buffer.byteLength(JSON.stringify(data)) + Buffer.byteLength(JSON.stringify(metadata)) + EVENT_OVERHEAD_BYTES;

async function revisionsOf(events: readonly RecordedEvent[], reader: LogReader): Promise<Map<string, number>> {
  const streams = [...new Set(events.map(({ stream }) => stream))];
  const revisions = new Map<string, number>();
  while (streams.length > 0) {
    const look = async (stream: string) => void revisions.set(stream, await reader.revisionOf(stream));
    await Promise.all(streams.splice(0, AT_ONCE).map(look));
  }
  return revisions;
}

/** The event that is at the same place already. */
async function atPlaceOf({ stream, revision }: RecordedEvent, reader: LogReader): Promise<RecordedEvent | undefined> {
  for await (const [event] of reader.readStream(stream, { from: revision, limit: 1 })) return event;
  return undefined;
}
