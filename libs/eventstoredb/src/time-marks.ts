import { randomUUID } from 'node:crypto';
import { AccessDeniedError } from '@eventstore/db-client';
import { pause } from '@entente/async';
import { Fault } from '@entente/engine';
import type { BatchAppends } from './batch-appends.js';
import type { EventStoreConnection } from './connection.js';
import type { ServerEvent } from './messages.js';

/**
 * The number of the log's events after which its position and time are marked: a question about an
 * instant reads that many events at most, besides the marks.
 */
const MARK_EVERY = 250;
/** The marks that are read at once. */
const MARKS_OF_A_PAGE = 32;
/** Milliseconds between two marks, at least. */
const MIN_PAUSE_MS = 5;
/** The name is the storage format and stays for ever. */
const MARK_TYPE = 'TimeMarked';

const encoder = new TextEncoder();

/** A time mark: the position of an event of the log, and the highest time recorded up to there. */
export interface TimeMark {
  readonly position: bigint;
  /** Of its events. */
  readonly recordedAt: string;
  /** Of its events and marks: nothing after it was recorded earlier. An import may be. */
  readonly latest: string;
}

/**
 * Time marks of a log, in a stream beside it. They serve two purposes:
 *
 * - A question about an instant is answered once nothing can be recorded before it any more: a
 *   later event is there, or a mark that was appended after the instant. A leader without followers
 *   holds writes back, which come into the log later with their first time.
 * - A stream is read at any revision at once, so the position of an instant is found by halving,
 *   and not by reading the log.
 */
export class TimeMarks {
  private sinceMark = 0;
  private marking: Promise<string> | null = null;
  /** Whether this process writes: a reader leaves the marks to those who do. */
  private writes = false;

  constructor(
    private readonly connection: EventStoreConnection,
    private readonly batches: BatchAppends,
  ) {}

  /** This process writes to the log, and marks its times from now on. */
  setWriting(): void {
    this.writes = true;
  }

  /** Counts an event of the log that was seen; writes a mark now and then. */
  saw(mark: TimeMark): void {
    this.sinceMark += 1;
    if (this.sinceMark < MARK_EVERY || !this.writes) return;
    this.sinceMark = 0;
    // Without a mark, a later question about an instant reads more of the log.
    void this.append(mark).catch(() => undefined);
  }

  /** Another process wrote a mark. */
  sawMark(): void {
    this.sinceMark = 0;
  }

  /**
   * Appends a mark, and waits until the server's clock has passed the instant. All callers share a
   * mark. `latest` is the last event that is known. Fails if the instant does not pass in time, or
   * if the user may not write.
   */
  async settle(instant: string, latest: TimeMark): Promise<void> {
    const giveUpAt = performance.now() + this.connection.calls.timeoutMs;
    for (;;) {
      // A mark that is under way may have been written before the instant.
      const running = this.marking;
      let created = running === null ? '' : await running.catch(() => '');
      if (created <= instant) created = await this.mark(latest);
      if (created > instant) return;
      const ahead = Date.parse(instant) - Date.parse(created) + 1;
      if (performance.now() + ahead > giveUpAt)
        throw new Fault(
          'instant-not-over',
          `${instant} is not over by the clock of the event store, which shows ${created}: ask for an earlier instant, or again later`,
          Math.ceil(ahead / 1000),
        );
      await pause(Math.max(ahead, MIN_PAUSE_MS));
    }
  }

  /** The last mark at or before an instant; null if there is none. */
  async lastBefore(instant: string): Promise<TimeMark | null> {
    let found: TimeMark | null = null;
    let low = 0;
    let high = await this.lastRevision();
    while (low <= high) {
      // What is left is read at once when it is a page.
      const isPage = high - low < MARKS_OF_A_PAGE;
      const from = isPage ? low : Math.floor((low + high) / 2);
      const marks = await this.marksFrom(from, isPage ? MARKS_OF_A_PAGE : 1);
      if (isPage) return marks.findLast(({ position, recordedAt }) => position > 0n && recordedAt <= instant) ?? found;
      const [before] = marks.filter(({ recordedAt }) => recordedAt <= instant);
      if (before === undefined) high = from - 1;
      else {
        found = before;
        low = Math.max(from, before.revision) + 1;
      }
    }
    return found;
  }

  /** Appends a mark, which only the leader of the moment acknowledges. All callers share one. */
  mark(latest: TimeMark): Promise<string> {
    return (this.marking ??= this.timed(latest).finally(() => (this.marking = null)));
  }

  /** Appends a mark; returns when the server wrote it. */
  private async timed(latest: TimeMark): Promise<string> {
    const { calls, names, streams } = this.connection;
    const asked = { stream: names.times, from: await this.append(latest), count: 1 };
    const page = await calls.ask('read the time', () =>
      calls.run('once', (onPiece) => streams.readStream(asked, onPiece)),
    );
    return page?.events[0]?.created ?? '';
  }

  /** Appends a mark; returns its revision. */
  private async append({ position, recordedAt, latest }: TimeMark): Promise<number> {
    const { calls, names } = this.connection;
    const data = encoder.encode(JSON.stringify({ position: String(position), recordedAt, latest }));
    const event = { id: randomUUID(), type: MARK_TYPE, data, metadata: encoder.encode('{}') };
    const { revision } = await calls.ask('mark the time', () =>
      calls.run('once', () => this.batches.append(names.times, 'any', [event])),
    );
    this.sinceMark = 0;
    return revision;
  }

  /** When the server wrote the last mark; empty if there is none. */
  async lastCreated(): Promise<string> {
    return (await this.last())?.created ?? '';
  }

  private async lastRevision(): Promise<number> {
    return Number((await this.last())?.revision ?? -1);
  }

  private async last(): Promise<ServerEvent | undefined> {
    const { calls, names, streams } = this.connection;
    const asked = { stream: names.times, from: undefined, count: 1, backwards: true };
    const page = await calls.ask('read the time marks', () =>
      calls.run('once', (onPiece) => streams.readStream(asked, onPiece)),
    );
    return page?.events[0];
  }

  /** The marks from a revision on, at most `count`. */
  private async marksFrom(from: number, count: number): Promise<readonly (TimeMark & { readonly revision: number })[]> {
    const { calls, names, streams } = this.connection;
    const asked = { stream: names.times, from, count };
    const page = await calls.ask('read the time marks', () =>
      calls.run('once', (onPiece) => streams.readStream(asked, onPiece)),
    );
    return (page?.events ?? []).map(markIn);
  }
}

/** Whether the user may read the log and not write to it. */
export const isReader = (error: unknown): boolean => error instanceof Fault && error.cause instanceof AccessDeniedError;

/** The mark in an event. One that another program wrote there is before all others. */
function markIn({ data, revision }: ServerEvent): TimeMark & { readonly revision: number } {
  const none = { position: 0n, recordedAt: '', latest: '', revision: Number(revision) };
  try {
    const {
      position,
      recordedAt,
      latest = recordedAt,
    } = JSON.parse(Buffer.from(data).toString()) as Record<string, unknown>;
    if (typeof position !== 'string' || typeof recordedAt !== 'string' || typeof latest !== 'string') return none;
    return { ...none, position: BigInt(position), recordedAt, latest };
  } catch {
    return none;
  }
}
