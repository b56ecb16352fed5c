import {
  type Appended,
  EventStore,
  type Expected,
  type LogRange,
  type NewEvent,
  type StreamRange,
} from '@entente/engine';
import type { RecordedEvent } from '@entente/kernel';
import { LRUCache } from 'lru-cache';

/** Events that wait for their import at most. */
const MAX_WAITING = 2_000;
/** Streams of which the revision is kept. */
const MAX_REVISIONS = 200_000;

/** Bits of the filter of streams: a power of two, 8 MB. */
const FILTER_BITS = 2 ** 26;

/**
 * Which streams surely have no events, in memory that does not grow: of a few others, too, it must
 * be asked.
 */
class StreamFilter {
  private readonly bits = new Uint8Array(FILTER_BITS / 8);

  add(stream: string): void {
    const bit = bitOf(stream);
    this.bits[bit >> 3] = (this.bits[bit >> 3] ?? 0) | (1 << (bit & 7));
  }

  mayHave(stream: string): boolean {
    const bit = bitOf(stream);
    return ((this.bits[bit >> 3] ?? 0) & (1 << (bit & 7))) !== 0;
  }
}

/** FNV-1a, folded to the bits of the filter. */
function bitOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let n = 0; n < text.length; n += 1) hash = Math.imul(hash ^ text.charCodeAt(n), 0x01000193);
  return (hash ^ (hash >>> 26)) & (FILTER_BITS - 1);
}

/** The generated history has as many events as were asked for. */
export class HistoryComplete extends Error {}

/**
 * A store that records what is decided at the times of a simulated clock, and imports it into
 * another store in large batches: it is on the disk after `flush` only. It takes at most `limit`
 * events: an append beyond that is a {@link HistoryComplete}. The store must be empty at first.
 */
export class HistoryStore extends EventStore {
  private waitingEvents: RecordedEvent[] = [];
  private readonly waitingStreams = new Set<string>();
  private readonly revisions = new LRUCache<string, number>({ max: MAX_REVISIONS });
  private readonly filter = new StreamFilter();
  private recordedEvents = 0;
  private openedStreams = 0;

  constructor(
    private readonly store: EventStore,
    private readonly limit: number,
    private readonly now: () => string,
    private readonly onRecorded: (event: RecordedEvent) => void,
  ) {
    super();
  }

  get id(): string {
    return this.store.id;
  }

  /** The number of events so far, and of the streams that they opened. */
  get events(): number {
    return this.recordedEvents;
  }
  get streams(): number {
    return this.openedStreams;
  }

  async append(stream: string, expected: Expected, events: readonly NewEvent[]): Promise<Appended> {
    const actual = await this.revisionOf(stream);
    if (expected !== (actual < 0 ? 'none' : actual)) return { ok: false, actual };
    if (this.recordedEvents + events.length > this.limit) throw new HistoryComplete('all events are recorded');
    const recordedAt = this.now();
    let revision = actual;
    for (const event of events) {
      revision += 1;
      this.recordedEvents += 1;
      const position = BigInt(this.recordedEvents);
      const recorded = { ...event, stream, revision, position, metadata: { ...event.metadata, recordedAt } };
      this.waitingEvents.push(recorded);
      this.onRecorded(recorded);
    }
    if (actual < 0) {
      this.openedStreams += 1;
      this.filter.add(stream);
    }
    this.revisions.set(stream, revision);
    this.waitingStreams.add(stream);
    if (this.waitingEvents.length >= MAX_WAITING) await this.flush();
    return { ok: true, revision, position: BigInt(this.recordedEvents) };
  }

  /** Imports what waits: it is on the disk afterwards. */
  async flush(): Promise<void> {
    const events = this.waitingEvents;
    this.waitingEvents = [];
    this.waitingStreams.clear();
    if (events.length > 0) await this.store.importEvents(events);
  }

  async revisionOf(stream: string): Promise<number> {
    const known = this.revisions.get(stream);
    if (known !== undefined) return known;
    if (!this.filter.mayHave(stream)) return -1;
    const revision = await this.store.revisionOf(stream);
    this.revisions.set(stream, revision);
    return revision;
  }

  async *readStream(stream: string, range?: StreamRange): AsyncGenerator<readonly RecordedEvent[], void> {
    if ((await this.revisionOf(stream)) < 0) return;
    if (this.waitingStreams.has(stream)) await this.flush();
    yield* this.store.readStream(stream, range);
  }

  async *readLog(after: bigint, range?: LogRange): AsyncGenerator<readonly RecordedEvent[], void> {
    await this.flush();
    yield* this.store.readLog(after, range);
  }

  async importEvents(events: readonly RecordedEvent[]): Promise<readonly bigint[]> {
    await this.flush();
    return this.store.importEvents(events);
  }

  async eventAt(position: bigint): Promise<RecordedEvent | null> {
    await this.flush();
    return this.store.eventAt(position);
  }

  async positionAt(instant: string): Promise<bigint> {
    await this.flush();
    return this.store.positionAt(instant);
  }

  head(): Promise<bigint> {
    return Promise.resolve(BigInt(this.recordedEvents));
  }

  waiting(): number {
    return 0;
  }

  async close(): Promise<void> {
    await this.flush();
    await this.store.close();
  }
}
