/** An event as the double keeps it. */
export interface Stored {
  readonly stream: string;
  readonly revision: number;
  readonly id: string;
  readonly type: string;
  readonly contentType: string;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
  /** When it was written, by the server's clock, in ticks of 100 nanoseconds. */
  readonly created: bigint;
  readonly position: bigint;
  /** Where the transaction of an old client stands; the position itself in every other case. */
  readonly prepare: bigint;
}

/** An event that somebody wants to write. */
export type Proposed = Pick<Stored, 'id' | 'type' | 'contentType' | 'data' | 'metadata'>;

/** The version that a write expects: a number, or one of the server's own words. */
export type ExpectedVersion = number | 'any' | 'no-stream' | 'stream-exists';

/** What the server makes of a write, by its own names. `current` is the last event number, -1 where there is no stream. */
export type CommitCheck =
  | { readonly decision: 'Ok' | 'WrongExpectedVersion' | 'CorruptedIdempotency'; readonly current: number }
  | { readonly decision: 'Idempotent'; readonly current: number; readonly last: Stored };

/** As many ids of committed events the server has at hand (src/EventStore.Core/Services/Storage/ReaderIndex/IndexWriter.cs, `_committedEvents`; there bounded by bytes). */
const COMMITTED_AT_HAND = 10_000;

/** The log of a server in memory: positions with gaps, system events in between, and the server's own check of each write. */
export class DoubleLog {
  /** Is given what one write puts into the log, before anybody is told of it; where it fails, so does the write. */
  keep: (written: readonly Stored[]) => void = () => undefined;
  readonly records: Stored[] = [];
  private readonly streams = new Map<string, Stored[]>();
  private readonly committed = new Map<string, Stored>();
  private readonly growing = new Set<() => void>();
  private end = 0n;

  constructor(private readonly clock: () => number) {}

  of(stream: string): readonly Stored[] {
    return this.streams.get(stream) ?? [];
  }

  /** Whether a record begins there: a read may begin nowhere else (InvalidReadException in src/EventStore.Core/Services/Storage/StorageReaderWorker.cs). */
  begins(position: bigint): boolean {
    const i = this.indexOf(position);
    return position === 0n || position >= this.end || this.records[i]?.position === position;
  }

  /** The first record at or behind a position. */
  indexOf(position: bigint): number {
    let [low, high] = [0, this.records.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.records[middle] as Stored).position < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /**
   * Follows CheckCommit in src/EventStore.Core/Services/Storage/ReaderIndex/IndexWriter.cs. Its oddities: 'any' and 'stream-exists' know a repeat only while the ids are at
   * hand, wherever in the stream it stands, and refuse what repeats in part; a number, or no stream, compares event by event from the expected version on, and takes the beginning of
   * what stands there for the whole.
   */
  check(stream: string, expected: ExpectedVersion, ids: readonly string[]): CommitCheck {
    const there = this.of(stream);
    const current = there.length - 1;
    if (expected === 'stream-exists' && current < 0) return { decision: 'WrongExpectedVersion', current };
    if (expected === 'any' || expected === 'stream-exists') {
      let last: Stored | undefined;
      for (const id of ids) {
        const known = this.committed.get(id);
        if (known === undefined || known.stream !== stream)
          return { decision: last === undefined ? 'Ok' : 'CorruptedIdempotency', current };
        last = known;
      }
      return last === undefined ? { decision: 'Ok', current } : { decision: 'Idempotent', current, last };
    }
    const version = expected === 'no-stream' ? -1 : expected;
    if (version > current) return { decision: 'WrongExpectedVersion', current };
    if (version === current) return { decision: 'Ok', current };
    for (const [i, id] of ids.entries())
      if (there[version + 1 + i]?.id !== id)
        return { decision: i === 0 ? 'WrongExpectedVersion' : 'CorruptedIdempotency', current };
    return { decision: 'Idempotent', current, last: there[version + ids.length] as Stored };
  }

  /** Writes behind all that is there. Now and then the server writes something of its own. */
  write(stream: string, events: readonly Proposed[], apart = 0n): Stored {
    const from = this.records.length;
    if (from % 7 === 0) this.note();
    let last: Stored | undefined;
    for (const event of events) last = this.put(stream, event, apart);
    this.keep(this.records.slice(from));
    for (const grown of this.growing) grown();
    return last as Stored;
  }

  /** Takes back what was kept of an earlier log, in its order. */
  restore(stored: Stored): void {
    this.end = stored.position + sizeOf(stored);
    const there = this.streams.get(stored.stream);
    if (there === undefined) this.streams.set(stored.stream, [stored]);
    else there.push(stored);
    this.records.push(stored);
    this.committed.set(stored.id, stored);
    // By where it stands in the log: a map that is looked for its oldest key walks over all that it has lost.
    const oldest = this.records.at(-COMMITTED_AT_HAND - 1);
    if (oldest !== undefined && this.committed.get(oldest.id) === oldest) this.committed.delete(oldest.id);
  }

  /** Calls back after each write, until the function that it gives is called. */
  onGrowth(grown: () => void): () => void {
    this.growing.add(grown);
    return () => void this.growing.delete(grown);
  }

  /** A system event, as `$stats` and `$metadata` events stand between all others in a real log. */
  private note(): void {
    const text = new TextEncoder().encode('{}');
    const id = `99999999-0000-4000-8000-${String(this.records.length).padStart(12, '0')}`;
    const event = { id, type: '$statsCollected', contentType: 'application/json', data: text, metadata: text };
    this.put('$stats-127.0.0.1:2113', event, 0n);
  }

  private put(stream: string, event: Proposed, apart: bigint): Stored {
    const stored: Stored = {
      ...event,
      stream,
      revision: this.of(stream).length,
      created: BigInt(this.clock()) * 10_000n,
      position: this.end + apart,
      prepare: this.end,
    };
    this.restore(stored);
    return stored;
  }
}

const sizeOf = ({ stream, data, metadata }: Stored): bigint =>
  BigInt(70 + stream.length + data.length + metadata.length);
