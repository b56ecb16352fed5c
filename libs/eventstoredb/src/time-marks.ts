import { randomUUID } from 'node:crypto';
import { AccessDeniedError } from '@eventstore/db-client';
import { pause } from '@entente/async';
import { Fault } from '@entente/engine';
import type { BatchAppends } from './batch-appends.js';
import type { EventStoreConnection } from './connection.js';
import type { ServerEvent } from './messages.js';

/**
 * The number of events of the log between two time marks. A query for an instant reads at most this
 * many events, and the marks.
 */
const MARK_EVERY = 250;
/** The number of time marks per read. */
const MARKS_OF_A_PAGE = 32;
/** The minimum pause between two marks, in milliseconds. */
const MIN_PAUSE_MS = 5;
/** The name is the storage format and never changes. */
const MARK_TYPE = 'TimeMarked';

const encoder = new TextEncoder();

/** A time mark: the position of an event of the log, and the highest times up to there. */
export interface TimeMark {
  readonly position: bigint;
  /** The highest `recordedAt` of the events up to there. */
  readonly recordedAt: string;
  /**
   * The highest time of the events and marks up to there. Only imported events can have an earlier
   * time after it.
   */
  readonly latest: string;
}

/**
 * The time marks of a log, in a separate stream. They serve two purposes:
 *
 * - A query for an instant is answered only when no event can be recorded before the instant any
 *   more. A later event, or a mark that was appended after the instant, proves that. A leader
 *   without followers delays writes, and they appear in the log later with their first time.
 * - The position of an instant is found by binary search over the marks, without reading the log: a
 *   stream can be read at any revision.
 */
export class TimeMarks {
  private sinceMark = 0;
  private marking: Promise<string> | null = null;
  /** Whether this process writes marks. Processes that only read do not. */
  private writes = false;

  constructor(
    private readonly connection: EventStoreConnection,
    private readonly batches: BatchAppends,
  ) {}

  /** Notes that this process appends to the log. It writes time marks from now on. */
  setWriting(): void {
    this.writes = true;
  }

  /** Counts an event of the log. Writes a mark after each {@link MARK_EVERY} events. */
  saw(mark: TimeMark): void {
    this.sinceMark += 1;
    if (this.sinceMark < MARK_EVERY || !this.writes) return;
    this.sinceMark = 0;
    // If this append fails, a later query for an instant reads more events.
    void this.append(mark).catch(() => undefined);
  }

  /** Notes that a mark was written by any process. */
  sawMark(): void {
    this.sinceMark = 0;
  }

  /**
   * Appends marks until the server's clock has passed the instant. Concurrent callers share a mark.
   * `latest` is the last known event. Throws the fault `instant-not-over` if the instant does not
   * pass within the call timeout. Rejects if the user may not write.
   */
  async settle(instant: string, latest: TimeMark): Promise<void> {
    const giveUpAt = performance.now() + this.connection.calls.timeoutMs;
    for (;;) {
      // A running append of a mark may have been written before the instant.
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
      // If the remaining marks fit one page, they are read together.
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

  /**
   * Appends a mark, which only the current leader acknowledges. Concurrent callers share a mark.
   * Resolves to the time at which the server wrote it.
   */
  mark(latest: TimeMark): Promise<string> {
    return (this.marking ??= this.timed(latest).finally(() => (this.marking = null)));
  }

  /** Appends a mark, and reads it. Returns the time at which the server wrote it. */
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

  /** The time at which the server wrote the last mark; empty if there is none. */
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

/** Whether an append failed because the user may only read. */
export const isReader = (error: unknown): boolean => error instanceof Fault && error.cause instanceof AccessDeniedError;

/** The mark in an event. An invalid event of another program becomes a mark before all others. */
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
