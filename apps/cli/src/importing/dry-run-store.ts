import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Appended,
  type DecidingStore,
  type EventLog,
  type Expected,
  LogTakenBack,
  type NewEvent,
  type StreamRange,
} from '@entente/engine';
import type { RecordedEvent } from '@entente/kernel';
import { LRUCache } from 'lru-cache';

/** Bytes before a text in the file: its length. */
const LENGTH = 4;
/** Events in a batch that is read from the file. */
const BATCH = 100;
/** Streams of the log of which the revision is kept. */
const MAX_REVISIONS = 200_000;
/** Events of the log that were read for their number, and are read again next. */
const MAX_EVENTS = 2_000;

/** What would be recorded on a stream. */
interface Added {
  /** The revision of the log. */
  readonly base: number;
  /** Where each event is in the file. */
  readonly places: number[];
}

/**
 * A log as it is up to a position, and the events that would come after it: they are in a temporary
 * file, which `close` removes. In memory it has of each stream that would change its name, and of
 * each event of it a number.
 */
export class DryRunStore implements DecidingStore {
  private readonly added = new Map<string, Added>();
  private readonly revisions = new LRUCache<string, number>({ max: MAX_REVISIONS });
  private readonly pages = new LRUCache<string, readonly RecordedEvent[]>({
    maxSize: MAX_EVENTS,
    sizeCalculation: (events) => events.length + 1,
  });
  private readonly folder = mkdtempSync(join(tmpdir(), 'entente-dry-run-'));
  private readonly file = openSync(join(this.folder, 'events'), 'wx+', 0o600);
  private end = 0;
  private position: bigint;
  /** The streams that have grown since the mark, and the number of events that each had added. */
  private readonly marked = new Map<string, number>();

  constructor(
    private readonly log: Pick<EventLog, 'readStream'>,
    private readonly upTo: bigint,
  ) {
    this.position = upTo;
  }

  /** {@link takeBack} takes back what comes from here on. */
  mark(): void {
    this.marked.clear();
  }

  /** Takes back what was appended since the mark: whether there was anything. */
  takeBack(): boolean {
    for (const [stream, places] of this.marked)
      if (places === 0) this.added.delete(stream);
      else this.added.get(stream)?.places.splice(places);
    return this.marked.size > 0;
  }

  /** Whether a stream has other events than in the log. */
  hasChanged(stream: string): boolean {
    return this.added.has(stream);
  }

  /** The revision of a stream in the log; -1 if it is not there. */
  async baseRevisionOf(stream: string): Promise<number> {
    const known = this.added.get(stream)?.base ?? this.revisions.get(stream);
    if (known !== undefined) return known;
    const events: RecordedEvent[] = [];
    let revision = -1;
    for await (const batch of this.inLog(stream, 0)) {
      revision = batch.at(-1)?.revision ?? revision;
      if (events.length < MAX_EVENTS) events.push(...batch);
    }
    if (events.length === revision + 1) this.pages.set(stream, events);
    this.revisions.set(stream, revision);
    return revision;
  }

  async revisionOf(stream: string): Promise<number> {
    const base = await this.baseRevisionOf(stream);
    return base + (this.added.get(stream)?.places.length ?? 0);
  }

  async *readStream(stream: string, { from = 0 }: StreamRange = {}): AsyncGenerator<readonly RecordedEvent[], void> {
    const base = await this.baseRevisionOf(stream);
    if (from <= base) {
      const page = this.pages.get(stream);
      if (page === undefined) yield* this.inLog(stream, from);
      else yield page.filter((event) => event.revision >= from);
    }
    const places = this.added.get(stream)?.places ?? [];
    for (let n = Math.max(0, from - base - 1); n < places.length; n += BATCH)
      yield places.slice(n, n + BATCH).map((place) => this.eventAt(place));
  }

  /** The events that a stream has in the log, from a revision on. */
  private async *inLog(stream: string, from: number): AsyncGenerator<readonly RecordedEvent[], void> {
    for await (const batch of this.log.readStream(stream, { from })) {
      const events = batch.filter(({ position }) => position <= this.upTo);
      yield events;
      if (events.length < batch.length) return;
    }
  }

  async append(stream: string, expected: Expected, events: readonly NewEvent[]): Promise<Appended> {
    const actual = await this.revisionOf(stream);
    if (expected !== (actual < 0 ? 'none' : actual)) return { ok: false, actual };
    const added = this.added.get(stream) ?? { base: actual, places: [] };
    this.added.set(stream, added);
    if (!this.marked.has(stream)) this.marked.set(stream, added.places.length);
    const recordedAt = new Date().toISOString();
    events.forEach((event, i) => {
      this.position += 1n;
      const metadata = { ...event.metadata, recordedAt };
      const at = { stream, revision: actual + 1 + i, position: String(this.position) };
      added.places.push(this.write(JSON.stringify({ ...event, ...at, metadata })));
    });
    return { ok: true, revision: actual + events.length, position: this.position };
  }

  /** Appends a text to the file, after its length: its place. */
  private write(text: string): number {
    const place = this.end;
    const bytes = Buffer.from(`\0\0\0\0${text}`);
    bytes.writeUInt32LE(bytes.length - LENGTH);
    writeSync(this.file, bytes, 0, bytes.length, place);
    this.end += bytes.length;
    return place;
  }

  private eventAt(place: number): RecordedEvent {
    const length = Buffer.alloc(LENGTH);
    readSync(this.file, length, 0, LENGTH, place);
    const bytes = Buffer.alloc(length.readUInt32LE());
    readSync(this.file, bytes, 0, bytes.length, place + LENGTH);
    const event = JSON.parse(bytes.toString()) as Omit<RecordedEvent, 'position'> & { readonly position: string };
    return { ...event, position: BigInt(event.position) };
  }

  outage(): string | null {
    return null;
  }

  checkNotTakenBack(): void {
    // What was read of the log stays as it was read.
  }

  setTakenBack(evidence: string): LogTakenBack {
    return new LogTakenBack(evidence);
  }

  close(): void {
    closeSync(this.file);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
