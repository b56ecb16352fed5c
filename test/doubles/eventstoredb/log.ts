/** An event as the stand-in keeps it. */
export interface Stored {
  readonly stream: string;
  /** {@link TOMBSTONE} for the event that ends a tombstoned stream. */
  readonly revision: number;
  readonly id: string;
  readonly type: string;
  readonly contentType: string;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
  /** When it was written, by the server's clock, in ticks of 100 nanoseconds. */
  readonly created: bigint;
  readonly position: bigint;
  /** The position of an old client's transaction; the position itself in every other case. */
  readonly prepare: bigint;
}

/** An event to be written. */
export type Proposed = Pick<Stored, 'id' | 'type' | 'contentType' | 'data' | 'metadata'>;

/** The version that a write expects: a number, or one of the server's own words. */
export type ExpectedVersion = number | 'any' | 'no-stream' | 'stream-exists';

/**
 * What the server makes of a write, by its own names. `current` is the last event number, -1 if
 * there is no stream; `softDeleted`: the write brings a deleted stream back.
 */
export type CommitCheck =
  | { readonly decision: 'Ok'; readonly current: number; readonly softDeleted: boolean }
  | { readonly decision: 'WrongExpectedVersion' | 'CorruptedIdempotency'; readonly current: number }
  | { readonly decision: 'Deleted' }
  | { readonly decision: 'Idempotent'; readonly current: number; readonly last: Stored };

/** The part of a stream's `$metadata` that limits which events are readable. */
interface StreamMetadata {
  readonly $maxCount?: number;
  /** In seconds. */
  readonly $maxAge?: number;
  /** The first revision that readers get; {@link LARGEST} once the stream was deleted. */
  readonly $tb?: number;
}

/**
 * The revision of a tombstone. The server returns 2^63-1 for it; {@link revisionOnWire} converts
 * it.
 */
export const TOMBSTONE = Number.MAX_SAFE_INTEGER;
const LARGEST = 2n ** 63n - 1n;
const TICKS_PER_SECOND = 10_000_000n;
/** Bytes by which the log grows with a write of no events. */
const EMPTY_WRITE = 40n;

/**
 * The number of ids of committed events that the server remembers (IndexWriter.cs,
 * `_committedEvents`; there bounded by bytes).
 */
const REMEMBERED_IDS = 10_000;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export const revisionOnWire = ({ revision }: Stored): string => String(revision === TOMBSTONE ? LARGEST : revision);

/** The stream in which the metadata of a stream is kept. */
export const metastreamOf = (stream: string): string => `$$${stream}`;

/**
 * The log of a server in memory: positions with gaps, system events in between, the server's own
 * check of each write, and streams that an administrator cuts, deletes or tombstones.
 */
export class DoubleLog {
  /**
   * Receives the records of one write before any reader gets them; if it fails, the write fails.
   */
  keep: (written: readonly Stored[]) => void = () => undefined;
  readonly records: Stored[] = [];
  private readonly streams = new Map<string, Stored[]>();
  /** The first revision that is left of a stream. */
  private readonly scavenged = new Map<string, number>();
  private committed = new Map<string, Stored>();
  private readonly growing = new Set<() => void>();
  private end = 0n;
  /** The end of the log at the last scavenge. */
  private scavengedUpTo = 0n;
  private serial = 0;

  constructor(private readonly clock: () => number) {}

  /** Every event ever written to a stream, also those that readers do not get any more. */
  of(stream: string): readonly Stored[] {
    return this.streams.get(stream) ?? [];
  }

  /** The events of a stream that readers get, by its metadata. */
  visible(stream: string): readonly Stored[] {
    const all = this.of(stream);
    const { $maxCount, $maxAge, $tb = 0 } = this.metadataOf(stream);
    const left = this.scavenged.get(stream) ?? 0;
    const from = Math.max($tb, left, $maxCount === undefined ? 0 : all.length - $maxCount);
    const since = $maxAge === undefined ? 0n : this.now() - BigInt(Math.round($maxAge)) * TICKS_PER_SECOND;
    if (from <= 0 && since <= 0n) return all;
    return all.filter(({ revision, created }) => revision >= from && created >= since);
  }

  isTombstoned(stream: string): boolean {
    return this.of(stream).at(-1)?.revision === TOMBSTONE;
  }

  /** Whether it was deleted; an append brings it back. */
  isSoftDeleted(stream: string): boolean {
    return this.metadataOf(stream).$tb === Number(LARGEST);
  }

  /**
   * Whether a record begins there: a read may begin nowhere else within the log
   * (InvalidReadException in StorageReaderWorker.cs), except in what was scavenged, where it begins
   * with the next record (TFChunkReadSideScavenged in TFChunkReadSide.cs).
   */
  begins(commit: bigint, prepare: bigint): boolean {
    if (commit === 0n) return prepare === 0n;
    if (commit < this.scavengedUpTo) return true;
    const record = this.records[this.indexOf(commit)];
    return record?.position === commit && record.prepare === prepare;
  }

  /** Whether a position lies behind all that was written. */
  isBeyond(position: bigint): boolean {
    return position >= this.end;
  }

  /** The index of the first record at or behind a position. */
  indexOf(position: bigint): number {
    let low = 0;
    let high = this.records.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.records[middle] as Stored).position < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /**
   * Follows CheckCommit in IndexWriter.cs. Its oddities: 'any' and 'stream-exists' know a repeat
   * only while its ids are remembered, wherever in the stream it is, and refuse what repeats in
   * part; a number, or no stream, compares event by event from the expected version on, and takes
   * the beginning of what is there for the whole.
   */
  check(stream: string, expected: ExpectedVersion, ids: readonly string[]): CommitCheck {
    if (this.isTombstoned(stream)) return { decision: 'Deleted' };
    const there = this.of(stream);
    const current = there.length - 1;
    const softDeleted = this.isSoftDeleted(stream);
    if (expected === 'stream-exists' && (current < 0 || softDeleted))
      return { decision: 'WrongExpectedVersion', current };
    if (expected === 'any' || expected === 'stream-exists') {
      let last: Stored | undefined;
      for (const id of ids) {
        const known = this.committed.get(id);
        if (known === undefined || known.stream !== stream)
          return last === undefined
            ? { decision: 'Ok', current, softDeleted }
            : { decision: 'CorruptedIdempotency', current };
        last = known;
      }
      return last === undefined ? { decision: 'Ok', current, softDeleted } : { decision: 'Idempotent', current, last };
    }
    const version = expected === 'no-stream' ? -1 : expected;
    if (version > current) return { decision: 'WrongExpectedVersion', current };
    if (version === current || ids.length === 0) return { decision: 'Ok', current, softDeleted };
    for (const [i, id] of ids.entries()) {
      if (there[version + 1 + i]?.id === id) continue;
      if (i > 0) return { decision: 'CorruptedIdempotency', current };
      return expected === 'no-stream' && softDeleted
        ? { decision: 'Ok', current, softDeleted }
        : { decision: 'WrongExpectedVersion', current };
    }
    return { decision: 'Idempotent', current, last: there[version + ids.length] as Stored };
  }

  /**
   * Writes behind all that is there; now and then the server writes something of its own first.
   * Gives the last event; null if there was none to write, which moves the end of the log all the
   * same.
   */
  write(
    stream: string,
    events: readonly Proposed[],
    { apart = 0n, at = this.clock() }: { readonly apart?: bigint; readonly at?: number } = {},
  ): Stored | null {
    const from = this.records.length;
    if (from % 7 === 0) this.put('$stats-127.0.0.1:2113', this.ownEvent('$statsCollected', '{}'), 0n, at);
    let last: Stored | null = null;
    for (const event of events) last = this.put(stream, event, apart, at);
    if (last === null) this.end += EMPTY_WRITE;
    this.publish(from);
    return last;
  }

  /** The position in the answer to a write of no events. */
  emptyPosition(): bigint {
    return this.end - EMPTY_WRITE;
  }

  /**
   * Deletes a stream: readers get nothing of it until an append brings it back. Returns the
   * position of the metadata event.
   */
  delete(stream: string): bigint {
    return this.cut(stream, LARGEST);
  }

  /**
   * Brings a deleted stream back, from a revision on (`SoftUndeleteStream` in
   * StorageWriterService.cs).
   */
  undelete(stream: string, revision: number): void {
    this.cut(stream, BigInt(revision));
  }

  /** Deletes a stream permanently. Returns the position of its tombstone. */
  tombstone(stream: string): bigint {
    const from = this.records.length;
    const event = this.ownEvent('$streamDeleted', '');
    const { position } = this.put(stream, event, 0n, this.clock(), TOMBSTONE);
    this.publish(from);
    return position;
  }

  /** Removes the events of a stream before a revision for ever, as a scavenge does. */
  scavenge(stream: string, before: number): void {
    const kept = (record: Stored): boolean => record.stream !== stream || record.revision >= before;
    this.records.splice(0, this.records.length, ...this.records.filter(kept));
    this.scavenged.set(stream, before);
    this.scavengedUpTo = this.end;
  }

  /**
   * Takes back what was kept of an earlier log, in its order; its ids are not remembered, as after
   * a server's restart.
   */
  restore(stored: Stored): void {
    this.end = stored.position + sizeOf(stored);
    const there = this.streams.get(stored.stream);
    if (there === undefined) this.streams.set(stored.stream, [stored]);
    else there.push(stored);
    this.records.push(stored);
  }

  /**
   * Puts an older copy in the place of the log: what was written after its first records is gone,
   * and the server knows no ids, as after a restart.
   */
  takeBack(records: number): void {
    this.withdraw(records);
    this.forgetIds();
  }

  /** A server that starts again knows no ids of 'any' and 'stream-exists' any more. */
  forgetIds(): void {
    this.committed = new Map();
  }

  /** Calls back after each write, until the returned function is called. */
  onGrowth(grown: () => void): () => void {
    this.growing.add(grown);
    return () => void this.growing.delete(grown);
  }

  private metadataOf(stream: string): StreamMetadata {
    const last = this.streams.get(metastreamOf(stream))?.at(-1);
    if (last === undefined) return {};
    try {
      const metadata: unknown = JSON.parse(decoder.decode(last.data));
      if (metadata === null || typeof metadata !== 'object') return {};
      // What is no whole number is passed over.
      const isSound = ([name, value]: [string, unknown]): boolean =>
        !['$maxCount', '$maxAge', '$tb'].includes(name) || (Number.isInteger(value) && Number(value) >= 0);
      return Object.fromEntries(Object.entries(metadata).filter(isSound));
    } catch {
      return {};
    }
  }

  /** Sets the first revision that readers get; the other metadata are unchanged. */
  private cut(stream: string, before: bigint): bigint {
    const text = JSON.stringify({ ...this.metadataOf(stream), $tb: '\u0000' }).replace('"\\u0000"', String(before));
    const from = this.records.length;
    const { position } = this.put(metastreamOf(stream), this.ownEvent('$metadata', text), 0n, this.clock());
    this.publish(from);
    return position;
  }

  private publish(from: number): void {
    try {
      this.keep(this.records.slice(from));
    } catch (error) {
      this.withdraw(from);
      throw error;
    }
    for (const grown of this.growing) grown();
  }

  /**
   * An event of the server's own, as `$stats` and `$metadata` events stand between all others in a
   * real log.
   */
  private ownEvent(type: string, text: string): Proposed {
    const id = `99999999-0000-4000-8000-${String(this.records.length * 1000 + (this.serial += 1)).padStart(12, '0')}`;
    return { id, type, contentType: 'application/json', data: encoder.encode(text), metadata: new Uint8Array() };
  }

  private put(stream: string, event: Proposed, apart: bigint, at: number, revision?: number): Stored {
    const stored: Stored = {
      ...event,
      stream,
      revision: revision ?? this.of(stream).length,
      created: BigInt(at) * 10_000n,
      position: this.end + apart,
      prepare: this.end,
    };
    this.restore(stored);
    this.remember(stored);
    return stored;
  }

  private remember(stored: Stored): void {
    this.committed.set(stored.id, stored);
    // By its place in the log: a map that is searched for its oldest key walks over all that it has
    // lost.
    const oldest = this.records.at(-REMEMBERED_IDS - 1);
    if (oldest !== undefined && this.committed.get(oldest.id) === oldest) this.committed.delete(oldest.id);
  }

  /** Takes back what could not be kept. */
  private withdraw(from: number): void {
    const [first] = this.records.slice(from, from + 1);
    for (const stored of this.records.splice(from).reverse()) {
      this.streams.get(stored.stream)?.pop();
      if (this.streams.get(stored.stream)?.length === 0) this.streams.delete(stored.stream);
      this.committed.delete(stored.id);
    }
    if (first !== undefined) this.end = first.prepare;
  }

  private now(): bigint {
    return BigInt(this.clock()) * 10_000n;
  }
}

const sizeOf = ({ stream, data, metadata }: Stored): bigint =>
  BigInt(70 + stream.length + data.length + metadata.length);
