import {
  type Appended,
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
import { bytesOf, planned } from './import-plan.js';
import { LogSubscription } from './log-subscription.js';
import { type Identity, beginEra, identityOf } from './identity.js';
import { type EventStoreConnection, connect, disconnect } from './connection.js';
import { LogReader } from './log-reader.js';
import { EventStoreDbLogWriter } from './log-writer.js';
import { Names } from './stream-names.js';
import { toServer } from './event-mapping.js';

/** How often an append whose revision is not given is tried where others append to the stream. */
const MAX_LOOPS = 50;

/** How the store is reached. */
export interface EventStoreDbOptions {
  /**
   * The client's own connection string: `esdb://user:password@host:2113`, with each of a cluster's
   * hosts, or `esdb+discover://` with the one DNS name of all of them.
   */
  readonly url: string;
  /** Which of several logs on the server, by a name in kebab-case; the only one, unless told. */
  readonly log?: string;
  /** Reads old versions of events as the newest. */
  readonly upcast?: (event: RecordedEvent) => RecordedEvent;
  /** How long the server may take for an answer, in milliseconds; each call is tried four times. */
  readonly patience?: number;
  /** Is told each time that the log is followed anew after that had ended. */
  readonly reconnected?: () => void;
  /**
   * Is told of each append that took effect: how many appends, how many events they were, and how
   * long it took, in milliseconds.
   */
  readonly onCommitted?: (appends: number, events: number, ms: number) => void;
  /** Events that may wait; beyond them an append is `Overloaded`. */
  readonly maxWaiting?: number;
}

/**
 * The log on EventStoreDB, 22.6 or newer. Positions are the server's commit positions, with gaps.
 * Reads and appends go to the leader. An append without an answer is sent again: at an exact
 * revision, and with ids that belong to it, it takes effect once.
 *
 * `recordedAt` is the server's clock, or the highest time that this process had seen in the log,
 * whichever is later. Where the server's clock is set back, it stays as it is until the clock has
 * come that far again; only what is under way in that very moment, beside each other, may be
 * stamped in another order than it is written in.
 */
export class EventStoreDbStore extends EventStore {
  private readonly underWay = new Set<Promise<unknown>>();
  private events = 0;
  /** The last position that was answered here: what is stamped next has seen it. */
  private answered = 0n;
  private closed = false;

  readonly id: string;
  override readonly eras: readonly Era[];

  private constructor(
    identity: Identity,
    private readonly link: EventStoreConnection,
    private readonly reader: LogReader,
    private readonly writer: EventStoreDbLogWriter,
    private readonly follower: LogSubscription,
    private readonly maxWaiting: number,
    private readonly onCommitted: NonNullable<EventStoreDbOptions['onCommitted']>,
  ) {
    super();
    this.id = identity.id;
    this.eras = identity.eras;
  }

  /**
   * Connects, once: where the server does not answer, or is too old, it fails with a sentence that
   * says what to do and names the address without credentials.
   */
  static async connect(options: EventStoreDbOptions): Promise<EventStoreDbStore> {
    const { url, log, upcast, reconnected, patience = 5000, maxWaiting = 10_000 } = options;
    const { onCommitted = () => undefined } = options;
    const link = await connect(url, patience, new Names(log));
    try {
      const identity = await identityOf(link);
      const reader = new LogReader(link, identity.position, upcast);
      const follower = new LogSubscription(link, reader, reconnected);
      await follower.start();
      return new EventStoreDbStore(
        identity,
        link,
        reader,
        new EventStoreDbLogWriter(link, reader),
        follower,
        maxWaiting,
        onCommitted,
      );
    } catch (error) {
      await disconnect(link);
      throw error;
    }
  }

  append(stream: string, expected: Expected, events: readonly NewEvent[]): Promise<Appended> {
    if (this.closed) return Promise.reject(new ShuttingDown());
    if (events.length === 0) return Promise.reject(new Error('an append needs at least one event'));
    if (this.events + events.length > this.maxWaiting && this.events > 0)
      return Promise.reject(new Overloaded(this.underWay.size));
    this.events += events.length;
    return this.drained(this.appended(stream, expected, events).finally(() => (this.events -= events.length)));
  }

  /**
   * 'any' and 'exists' are appended at the revision that is there, and again where it moved: the
   * server's own words for them know a repeat by its ids for a while, which is neither what they
   * promise here nor enough to send an append twice.
   */
  private async appended(stream: string, expected: Expected, events: readonly NewEvent[]): Promise<Appended> {
    for (let turn = 0; turn < MAX_LOOPS; turn += 1) {
      const open = expected === 'any' || expected === 'exists';
      const last = open ? await this.reader.revisionOf(stream) : expected === 'none' ? -1 : expected;
      if (expected === 'exists' && last < 0) return { ok: false, actual: -1 };
      if (last < -1) return { ok: false, actual: await this.reader.revisionOf(stream) };
      const begun = performance.now();
      const answer = await this.writer.append(stream, last, async () => {
        await this.follower.reached(this.answered);
        return events.map((event) => toServer(event, { notBefore: this.follower.recordedAt }));
      });
      if (answer.ok && answer.position > this.answered) this.answered = answer.position;
      if (answer.ok) this.onCommitted(1, events.length, performance.now() - begun);
      if (answer.ok || !open) return answer;
    }
    throw new Contention(stream, MAX_LOOPS);
  }

  importEvents(events: readonly RecordedEvent[]): Promise<readonly bigint[]> {
    return this.closed ? Promise.reject(new ShuttingDown()) : this.drained(this.adopted(events));
  }

  private async adopted(events: readonly RecordedEvent[]): Promise<readonly bigint[]> {
    await this.follower.catchUp();
    const { there, runs } = await planned(events, this.reader, this.follower.recordedAt);
    const positions = [...there];
    for (const run of runs) positions.push(...(await this.adoptRun(run)));
    return positions;
  }

  /**
   * Events of one stream in one append; in two, each of one half, if the server takes less at once.
   */
  private async adoptRun(run: readonly RecordedEvent[]): Promise<readonly bigint[]> {
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
      return [...(await this.adoptRun(run.slice(0, half))), ...(await this.adoptRun(run.slice(half)))];
    }
    if (!answer.ok)
      throw new Error(
        `${stream}: revision ${revision} is not the next one, ${answer.actual + 1}: another appends to it`,
      );
    this.answered = answer.position;
    if (run.length === 1) return [answer.position];
    const positions: bigint[] = [];
    for await (const taken of this.reader.readStream(stream, { from: revision, limit: run.length }))
      positions.push(...taken.map(({ position }) => position));
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

  async revisionOf(stream: string): Promise<number> {
    return this.open().revisionOf(stream);
  }

  async head(): Promise<bigint> {
    this.open();
    return this.follower.head();
  }

  async positionAt(instant: string): Promise<bigint> {
    return this.open().positionAt(instant);
  }

  override outage(): string | null {
    return this.link.calls.outage();
  }

  waiting(): number {
    return this.underWay.size;
  }

  /**
   * Begins an era, once the log was restored or moved: `since` is the last position that it has in
   * common with what was before; its end, unless given. Whoever has the log open names the new era
   * when it is opened again.
   */
  async beginEra(since?: bigint): Promise<void> {
    this.open();
    await beginEra(this.link, since ?? (await this.follower.head()));
  }

  /**
   * Calls back soon after new events were seen in the log, whoever wrote them, with the last
   * position; feeds read then.
   */
  onCommit(listener: (position: bigint) => void): () => void {
    return this.follower.onAdvance(listener);
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await Promise.allSettled(this.underWay);
    await this.follower.stop();
    await disconnect(this.link);
  }

  private open(): LogReader {
    if (this.closed) throw new ShuttingDown();
    return this.reader;
  }

  private drained<T>(work: Promise<T>): Promise<T> {
    this.underWay.add(work);
    const over = (): void => void this.underWay.delete(work);
    work.then(over, over);
    return work;
  }
}
