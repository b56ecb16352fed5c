import { endsWithin } from '@entente/async';
import {
  type Appended,
  type DamagedLog,
  Overloaded,
  ShuttingDown,
  Contention,
  type Era,
  EventStore,
  type Expected,
  type LogRange,
  type NewEvent,
  type StreamRange,
  TooLarge,
} from '@entente/engine';
import type { RecordedEvent } from '@entente/kernel';
import { bytesOf, planImport } from './import-plan.js';
import { LogContinuity } from './log-continuity.js';
import { LogSubscription } from './log-subscription.js';
import { type Identity, beginEra, identityOf } from './identity.js';
import { type EventStoreConnection, connect, disconnect } from './connection.js';
import { DamagedStreams, findDamage } from './damaged-streams.js';
import { LogReader } from './log-reader.js';
import { EventStoreDbLogWriter } from './log-writer.js';
import { BatchAppends } from './batch-appends.js';
import { TimeMarks, isReader } from './time-marks.js';
import { Names } from './stream-names.js';
import { toServer } from './event-mapping.js';

/**
 * Number of appends of this process that it may not have seen in the log yet, when it appends: some
 * writers have no more events in such appends than the reader looks back.
 */
const MAX_UNSEEN_APPENDS = 64;

/** Attempts of an append without an exact revision while others append to the stream. */
const MAX_ATTEMPTS = 50;

/** How to connect. */
export interface EventStoreDbOptions {
  /**
   * The client's connection string: `esdb://user:password@host:2113`, with each host of a cluster,
   * or `esdb+discover://` with the one DNS name of all of them.
   */
  readonly url: string;
  /** The log on a server with several logs, in kebab-case; by default the only one. */
  readonly log?: string;
  /** Converts old versions of events to the newest. */
  readonly upcast?: (event: RecordedEvent) => RecordedEvent;
  /** Milliseconds in which the server must answer; each call is tried four times. */
  readonly answerTimeout?: number;
  /** Called each time that it follows the log again after an interruption. */
  readonly onReconnect?: () => void;
  /**
   * Called after each append that took effect: the number of appends and of events, and how long it
   * took, in `ms`.
   */
  readonly onCommitted?: (appends: number, events: number, ms: number) => void;
  /** Called with each event of the log that cannot be read, as far as it follows the log. */
  readonly onDamage?: (fault: DamagedLog) => void;
  /**
   * Whether to open a log of which streams were cut or deleted: a reader with `onDamage` then reads
   * the rest. Otherwise the log is not opened.
   */
  readonly evenIfDamaged?: boolean;
  /** The number of events that may wait; above it an append is `Overloaded`. */
  readonly maxWaiting?: number;
}

/**
 * The log on EventStoreDB, 22.6 or newer. Positions are the server's commit positions, with gaps.
 * The leader answers reads and appends. An append without an answer is sent again: at an exact
 * revision, and with ids that belong to it, it takes effect once.
 *
 * `recordedAt` is the server's clock, or the highest time that this process had seen in the log,
 * whichever is later. If the server's clock is set back, `recordedAt` stays the same until the
 * clock has passed it again. Appends that run at the same time, in that very moment, may be stored
 * with times in another order than their positions; `readLog` returns them in order.
 */
export class EventStoreDbStore extends EventStore {
  private readonly running = new Set<Promise<unknown>>();
  private pendingEvents = 0;
  /**
   * The positions of the last appends here, by their answers: the log must have been seen up to the
   * first of them before another append sets `recordedAt`.
   */
  private readonly appended: bigint[] = [];
  private closed = false;
  private readonly continuity: LogContinuity;

  readonly id: string;
  override readonly eras: readonly Era[];

  private constructor(
    identity: Identity,
    private readonly connection: EventStoreConnection,
    private readonly reader: LogReader,
    private readonly writer: EventStoreDbLogWriter,
    private readonly subscription: LogSubscription,
    private readonly batches: BatchAppends,
    private readonly marks: TimeMarks,
    private readonly maxWaiting: number,
    private readonly onCommitted: NonNullable<EventStoreDbOptions['onCommitted']>,
  ) {
    super();
    this.id = identity.id;
    this.eras = identity.eras;
    // Reads that find out about the log itself, whatever this store refuses by then.
    this.continuity = new LogContinuity(this, reader, identity, subscription.position, connection.calls.timeoutMs);
    subscription.onAdvance((position) => this.continuity.saw(position));
  }

  /**
   * Connects, once. If the server does not answer or is too old, it fails with an error that names
   * the remedy, and the address without credentials.
   */
  static async connect(options: EventStoreDbOptions): Promise<EventStoreDbStore> {
    const { url, log, upcast, onReconnect, answerTimeout = 5000, maxWaiting = 10_000 } = options;
    const { onCommitted = () => undefined, onDamage = () => undefined, evenIfDamaged = false } = options;
    const connection = await connect(url, answerTimeout, new Names(log));
    try {
      const identity = await identityOf(connection);
      const damaged = new DamagedStreams(connection.names);
      const reader = new LogReader(connection, identity.position, damaged, upcast);
      const batches = new BatchAppends(connection.streams);
      const marks = new TimeMarks(connection, batches);
      let store: EventStoreDbStore | null = null;
      const reconnected = (): void => {
        void store?.continuity.look();
        onReconnect?.();
      };
      const subscription = new LogSubscription(connection, reader, identity.position, marks, reconnected, onDamage);
      // In this order: damage that comes later is seen by the subscription.
      await subscription.findEnd();
      await findDamage(connection, identity.position, damaged);
      const [fault] = damaged.faults();
      if (fault !== undefined && !evenIfDamaged) throw fault;
      subscription.start();
      store = new EventStoreDbStore(
        identity,
        connection,
        reader,
        new EventStoreDbLogWriter(connection, reader, batches),
        subscription,
        batches,
        marks,
        maxWaiting,
        onCommitted,
      );
      return store;
    } catch (error) {
      await disconnect(connection);
      throw error;
    }
  }

  append(stream: string, expected: Expected, events: readonly NewEvent[]): Promise<Appended> {
    if (this.closed) return Promise.reject(new ShuttingDown());
    const lost = this.takenBack();
    if (lost !== null) return Promise.reject(lost);
    if (events.length === 0) return Promise.reject(new Error('an append needs at least one event'));
    if (this.pendingEvents + events.length > this.maxWaiting && this.pendingEvents > 0)
      return Promise.reject(new Overloaded(this.running.size));
    this.pendingEvents += events.length;
    this.marks.setWriting();
    return this.track(
      this.appendOrRetry(stream, expected, events).finally(() => (this.pendingEvents -= events.length)),
    );
  }

  /**
   * For 'any' and 'exists' it appends at the current revision, and again if that has moved. The
   * server's own modes recognise a repeat by its ids for a limited time only: that is neither what
   * these modes promise here nor enough to send an append twice.
   */
  private async appendOrRetry(stream: string, expected: Expected, events: readonly NewEvent[]): Promise<Appended> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      const open = expected === 'any' || expected === 'exists';
      const last = open ? await this.reader.revisionOf(stream) : expected === 'none' ? -1 : expected;
      if (expected === 'exists' && last < 0) return { ok: false, actual: -1 };
      if (last < -1) return { ok: false, actual: await this.reader.revisionOf(stream) };
      const startedAt = performance.now();
      const answer = await this.writer.append(stream, last, async () => {
        // Without it, the time that readers get is still in order.
        const needed = this.seenBefore();
        if (this.subscription.position < needed) {
          const reached = this.subscription.reached(needed).catch(() => undefined);
          await endsWithin(reached, this.connection.calls.timeoutMs);
        }
        return events.map((event) => toServer(event, { notBefore: this.subscription.recordedAt }));
      });
      if (answer.ok) this.noteAppended(answer.position);
      if (answer.ok) this.onCommitted(1, events.length, performance.now() - startedAt);
      if (answer.ok || !open) return answer;
    }
    throw new Contention(stream, MAX_ATTEMPTS);
  }

  /**
   * After an interruption: makes sure that the node is the leader, since what is not appended rests
   * on a read. A user who may only read decides nothing.
   */
  private async confirmLeader(): Promise<void> {
    await this.marks.mark(this.subscription.seen).catch((error: unknown) => {
      if (!isReader(error)) throw error;
    });
  }

  private noteAppended(position: bigint): void {
    this.appended.push(position);
    if (this.appended.length > MAX_UNSEEN_APPENDS) this.appended.shift();
  }

  /** The position up to which the log must have been seen before an append. */
  private seenBefore(): bigint {
    return this.appended.length < MAX_UNSEEN_APPENDS ? 0n : (this.appended[0] ?? 0n);
  }

  importEvents(events: readonly RecordedEvent[]): Promise<readonly bigint[]> {
    const lost = this.takenBack();
    if (lost !== null) return Promise.reject(lost);
    return this.closed ? Promise.reject(new ShuttingDown()) : this.track(this.importPlanned(events));
  }

  private async importPlanned(events: readonly RecordedEvent[]): Promise<readonly bigint[]> {
    this.marks.setWriting();
    await this.subscription.look();
    const { existing, runs } = await planImport(events, this.reader, this.subscription.seen.recordedAt);
    const positions = [...existing];
    for (const run of runs) positions.push(...(await this.appendRun(run)));
    return positions;
  }

  /** Appends events of one stream at once; in two halves if the server accepts less at once. */
  private async appendRun(run: readonly RecordedEvent[]): Promise<readonly bigint[]> {
    const [first] = run;
    if (first === undefined) return [];
    const { stream, revision } = first;
    let answer: Appended;
    try {
      answer = await this.writer.append(stream, revision - 1, () =>
        Promise.resolve(run.map((event) => toServer(event, { recordedAt: event.metadata.recordedAt }))),
      );
    } catch (error) {
      if (!(error instanceof TooLarge)) throw error;
      if (run.length === 1)
        throw new TooLarge(
          `${stream}: the event at revision ${revision} is of ${bytesOf(first)} bytes: ${error.message}`,
          error,
        );
      const half = Math.ceil(run.length / 2);
      return [...(await this.appendRun(run.slice(0, half))), ...(await this.appendRun(run.slice(half)))];
    }
    if (!answer.ok)
      throw new Error(
        `${stream}: revision ${revision} is not the next one, ${answer.actual + 1}: another process appends to it`,
      );
    this.noteAppended(answer.position);
    if (run.length === 1) return [answer.position];
    const positions: bigint[] = [];
    for await (const batch of this.reader.readStream(stream, { from: revision, limit: run.length }))
      positions.push(...batch.map(({ position }) => position));
    return positions;
  }

  async *readStream(stream: string, range?: StreamRange): AsyncIterable<readonly RecordedEvent[]> {
    yield* this.open().readStream(stream, range);
  }

  async *readLog(after: bigint, range?: LogRange): AsyncIterable<readonly RecordedEvent[]> {
    yield* this.open().readLog(after, range);
  }

  async eventAt(position: bigint): Promise<RecordedEvent | null> {
    return this.open().eventAt(position);
  }

  override async lacks(position: bigint, id?: string): Promise<boolean> {
    return this.open().lacks(position, id);
  }

  async revisionOf(stream: string): Promise<number> {
    const reader = this.open();
    if (this.connection.calls.isUnsteady()) await this.confirmLeader();
    return reader.revisionOf(stream);
  }

  async head(): Promise<bigint> {
    this.open();
    return this.subscription.head();
  }

  /**
   * Waits until nothing can be recorded at or before the instant any more, unless that is in the
   * future: the same question then has the same answer for ever. A user who may only read gets what
   * is there.
   */
  async positionAt(instant: string): Promise<bigint> {
    const reader = this.open();
    const { marks } = this;
    await this.subscription.look();
    if (this.subscription.recordedAt <= instant && Date.parse(instant) <= Date.now()) {
      await marks.settle(instant, this.subscription.seen).catch((error: unknown) => {
        if (!isReader(error)) throw error;
      });
      await this.subscription.look();
    }
    const mark = await marks.lastBefore(instant);
    // A log that was restored may have lost the event of a mark.
    const isThere = mark !== null && (await reader.hasEventAt(mark.position));
    return reader.positionAt(instant, isThere ? mark : null);
  }

  /** The faults of the streams that were cut or deleted, as far as they are known. */
  override damages(): readonly DamagedLog[] {
    return this.reader.damaged.faults();
  }

  override outage(): string | null {
    return this.connection.calls.outage();
  }

  waiting(): number {
    return this.running.size;
  }

  /**
   * Begins an era after the log was restored or moved. `since` is the last position that it shares
   * with the one before; by default its end. A process that has the log open uses the new era after
   * it has opened it again.
   */
  async beginEra(since?: bigint): Promise<void> {
    this.open();
    await beginEra(this.connection, since ?? (await this.subscription.head()));
  }

  /**
   * Calls the listener soon after new events of any writer, with the last position; feeds then
   * read.
   */
  onCommit(listener: (position: bigint) => void): () => void {
    return this.subscription.onAdvance(listener);
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await Promise.allSettled(this.running);
    await this.continuity.stop();
    await this.subscription.stop();
    this.batches.close();
    await disconnect(this.connection);
  }

  private open(): LogReader {
    if (this.closed) throw new ShuttingDown();
    this.checkNotTakenBack();
    return this.reader;
  }

  private track<T>(work: Promise<T>): Promise<T> {
    this.running.add(work);
    const onEnd = (): void => void this.running.delete(work);
    work.then(onEnd, onEnd);
    return work;
  }
}
