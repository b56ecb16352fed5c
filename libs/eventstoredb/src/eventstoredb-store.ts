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
 * The number of this process's latest appends that its subscription may not have delivered yet when
 * it appends again. This many appends hold fewer events than `LogReader` looks back.
 */
const MAX_UNSEEN_APPENDS = 64;

/** Attempts of an append at 'any' or 'exists' while other writers append to the stream. */
const MAX_ATTEMPTS = 50;

/** How to connect. */
export interface EventStoreDbOptions {
  /**
   * The client's connection string: `esdb://user:password@host:2113`, with each host of a cluster,
   * or `esdb+discover://` with the one DNS name of all of them.
   */
  readonly url: string;
  /**
   * The name of the log on a server with several logs, in kebab-case. Without it, the server has
   * one log.
   */
  readonly log?: string;
  /** Converts an event to the newest version of its type. */
  readonly upcast?: (event: RecordedEvent) => RecordedEvent;
  /** The call timeout in milliseconds. Each call is tried at least four times. */
  readonly answerTimeout?: number;
  /** Called each time the subscription resumes after an interruption. */
  readonly onReconnect?: () => void;
  /**
   * Called after each append that took effect: the number of appends and of events, and how long it
   * took, in `ms`.
   */
  readonly onCommitted?: (appends: number, events: number, ms: number) => void;
  /** Called with the fault of each event that the subscription cannot read. */
  readonly onDamage?: (fault: DamagedLog) => void;
  /**
   * Whether to open a log with truncated or deleted streams. A reader with `onDamage` can then read
   * the other streams. By default, `connect` rejects.
   */
  readonly evenIfDamaged?: boolean;
  /** The maximum number of pending events. Further appends reject with `Overloaded`. */
  readonly maxWaiting?: number;
}

/**
 * The log on EventStoreDB 22.6 or newer. Positions are the server's commit positions, with gaps.
 * The leader answers reads and appends. An append without an answer is sent again. It takes effect
 * once, because it names an exact revision and the ids of its events.
 *
 * `recordedAt` is the server's clock, or the highest time that this process had seen in the log,
 * whichever is later. If the server's clock is set back, `recordedAt` stays the same until the
 * clock has passed it again. Concurrent appends at that moment may be stored with times in another
 * order than their positions. `readLog` returns times that never decrease.
 */
export class EventStoreDbStore extends EventStore {
  private readonly running = new Set<Promise<unknown>>();
  private pendingEvents = 0;
  /**
   * The positions of the last appends of this process. The subscription must have reached the first
   * of them before the next append sets `recordedAt`.
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
    // This check uses the reader directly, because the store may refuse reads by then.
    this.continuity = new LogContinuity(this, reader, identity, subscription.position, connection.calls.timeoutMs);
    subscription.onAdvance((position) => this.continuity.saw(position));
  }

  /**
   * Connects, without retries. If the server does not answer or is too old, rejects with an error
   * that names the remedy, and the address without credentials.
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
      // The order matters: the subscription notices damage that happens after the search.
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
   * For 'any' and 'exists', appends at the current revision, and retries if another writer was
   * first. The server's own modes are not used: they recognise a repeated append only for a limited
   * time.
   */
  private async appendOrRetry(stream: string, expected: Expected, events: readonly NewEvent[]): Promise<Appended> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      const open = expected === 'any' || expected === 'exists';
      const last = open ? await this.reader.revisionOf(stream) : expected === 'none' ? -1 : expected;
      if (expected === 'exists' && last < 0) return { ok: false, actual: -1 };
      if (last < -1) return { ok: false, actual: await this.reader.revisionOf(stream) };
      const startedAt = performance.now();
      const answer = await this.writer.append(stream, last, async () => {
        // If this wait ends too early, readers still get times in order.
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
   * Checks, after an interruption, that the node is still the leader. A decision that appends
   * nothing relies on a read, so that read must be current. A user without the right to write makes
   * no decisions and skips the check.
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

  /** The position that the subscription must have reached before an append. */
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

  /**
   * Appends events of one stream in one call. If the server refuses the size, appends them in two
   * halves.
   */
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
   * Waits until no event can be recorded at or before the instant any more, unless the instant is
   * in the future. The same question then always has the same answer. A user without the right to
   * write gets the current answer.
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
    // A restored log may have lost the event of a mark.
    const isThere = mark !== null && (await reader.hasEventAt(mark.position));
    return reader.positionAt(instant, isThere ? mark : null);
  }

  /** The faults of the truncated or deleted streams that are known. */
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
   * Begins an era after the log was restored or moved. `since` is the last position that the new
   * era shares with the previous one; by default the end of the log. A process that has the log
   * open must reopen it to use the new era.
   */
  async beginEra(since?: bigint): Promise<void> {
    this.open();
    await beginEra(this.connection, since ?? (await this.subscription.head()));
  }

  /**
   * Calls the listener soon after new events of any writer, with the last position. Feeds read the
   * log then.
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
