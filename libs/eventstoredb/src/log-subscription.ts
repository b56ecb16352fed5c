import { Backoff, endsWithin, pause } from '@entente/async';
import { isCut, isNoEventThere } from './rpc.js';
import type { EventStoreConnection } from './connection.js';
import type { LogReader, OnDamage } from './log-reader.js';
import type { TimeMark, TimeMarks } from './time-marks.js';
import type { ServerEvent, ServerPosition } from './messages.js';
import type { ReadFrom, ServerPage } from './stream-calls.js';

/** The first and the longest pause before it subscribes again, in milliseconds. */
const FIRST_BACKOFF_MS = 100;
const MAX_BACKOFF_MS = 3000;
/** Milliseconds to wait for the subscription before the log is read directly. */
const WAIT_FOR_SUBSCRIPTION_MS = 250;

/**
 * Follows the end of the log by a subscription with a server-side filter. Resolves all calls of
 * `reached`, and keeps the highest `recordedAt`.
 */
export class LogSubscription {
  private readonly listeners = new Set<(position: bigint) => void>();
  private readonly waiting = new Set<{ readonly position: bigint; readonly reached: () => void }>();
  private readonly stopped = new AbortController();
  private cutSubscription = (): void => undefined;
  private notified = true;
  private isLooking = false;
  private currentRead: Promise<void> | null = null;
  private running: Promise<void> = Promise.resolve();
  private at = 0n;
  /**
   * The position, among all events of the server, up to which it has seen everything. It subscribes
   * again from there.
   */
  private through: ServerPosition;
  /** The last position that a subscription reported. */
  private reported = 0n;
  private latest = '';
  private recorded = '';

  constructor(
    private readonly connection: EventStoreConnection,
    private readonly reader: LogReader,
    beginsAt: bigint,
    private readonly marks: TimeMarks,
    private readonly onReconnect: () => void = () => undefined,
    private readonly onDamage: OnDamage = () => undefined,
  ) {
    this.through = { commit: beginsAt, prepare: beginsAt };
  }

  /** Finds the current end of the log, from which the subscription starts. */
  async findEnd(): Promise<void> {
    const last = await this.reader.last(this.onDamage);
    if (last !== null) {
      this.through = { commit: last.position, prepare: last.position };
      this.advance(last.position, last.metadata.recordedAt);
    }
    // This process's appends are not recorded before the last time mark of another process.
    const marked = await this.marks.lastCreated();
    if (marked > this.latest) this.latest = marked;
  }

  /** Starts the subscription. */
  start(): void {
    this.running = this.run();
  }

  /** The position of the last event of the log that it has seen; 0 before the first event. */
  get position(): bigint {
    return this.at;
  }

  /**
   * How far it has seen the log, and the times up to there. The times are empty before the first
   * event.
   */
  get seen(): TimeMark {
    return { position: this.at, recordedAt: this.recorded, latest: this.latest };
  }

  /**
   * The highest `recordedAt` of the events and time marks so far. No later event is recorded before
   * it.
   */
  get recordedAt(): string {
    return this.latest;
  }

  /**
   * The last position of the log, read from the server. The read starts where the subscription has
   * arrived, so the server does not search earlier events of other programs again.
   */
  async head(): Promise<bigint> {
    await this.look();
    return this.at;
  }

  /**
   * Resolves when it has seen the log up to a position. If the subscription is late, it reads up to
   * the position directly. If the subscription has been silent meanwhile, it subscribes again.
   * Rejects if the read fails.
   */
  async reached(position: bigint): Promise<void> {
    if (this.at >= position) return;
    const { cutSubscription, reported } = this;
    const { promise: arrival, resolve: reached } = Promise.withResolvers<void>();
    const waiter = { position, reached };
    this.waiting.add(waiter);
    await endsWithin(arrival, WAIT_FOR_SUBSCRIPTION_MS);
    this.waiting.delete(waiter);
    if (this.at >= position) return;
    // A read that was already running may have started too early.
    for (let attempt = 0; attempt < 2 && this.at < position; attempt += 1) await this.readShared(position);
    if (this.reported === reported) cutSubscription();
  }

  /** All waiting callers share one read. */
  private readShared(position: bigint): Promise<void> {
    return (this.currentRead ??= this.look(position).finally(() => (this.currentRead = null)));
  }

  /**
   * Reads the events that it has not seen yet: to the end of the log, or at least up to a position.
   */
  async look(position?: bigint): Promise<void> {
    for (;;) {
      const { events, last } = await this.news();
      for (const event of events) this.see(event);
      if (last || (position !== undefined && this.at >= position)) return;
    }
  }

  private async news(): Promise<ServerPage> {
    for (;;)
      try {
        return await this.reader.news(this.through);
      } catch (error) {
        if (!isNoEventThere(error) || this.through.commit === 0n) throw error;
        this.fallBack(this.through.commit);
      }
  }

  /** No event begins at this position. It continues from the last known event before it. */
  private fallBack(position: bigint): void {
    const known = this.at < position && this.at > 0n ? this.at : this.reader.knownBefore(position);
    this.through = { commit: known, prepare: known };
  }

  /** Calls the listener soon after new events, with the last position. */
  onAdvance(listener: (position: bigint) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async stop(): Promise<void> {
    this.stopped.abort();
    this.cutSubscription();
    await this.running;
  }

  /**
   * Notes an event, unless it was noted before: a read and the subscription may both deliver it.
   */
  private see(event: ServerEvent): void {
    if (event.commit <= this.through.commit) return;
    this.through = { commit: event.commit, prepare: event.prepare };
    if (event.stream === this.connection.names.times) {
      this.marks.sawMark();
      if (event.created > this.latest) this.latest = event.created;
      this.reader.followed = { at: this.at, through: this.through, latest: this.latest };
      return;
    }
    // An event that cannot be read is reported here, and is an error for those who read it.
    const own = this.reader.ownPositionAndTime(event, (fault) => {
      this.onDamage(fault);
      this.advance(event.commit, this.recorded);
    });
    if (own === null) return;
    const isOfOtherLog = own.recordedAt < event.created;
    this.advance(own.position, isOfOtherLog || own.recordedAt > this.latest ? own.recordedAt : this.latest);
    this.marks.saw(this.seen);
  }

  private advance(position: bigint, recordedAt: string): void {
    if (position <= this.at) return;
    this.at = position;
    if (recordedAt > this.recorded) this.recorded = recordedAt;
    if (recordedAt > this.latest) this.latest = recordedAt;
    for (const waiter of this.waiting) if (waiter.position <= position) waiter.reached();
    if (!this.notified) return;
    this.notified = false;
    setImmediate(() => {
      this.notified = true;
      for (const listener of this.listeners) listener(this.at);
    });
  }

  private async run(): Promise<void> {
    const { signal } = this.stopped;
    const timer = setInterval(() => void this.watch(), this.connection.calls.timeoutMs).unref();
    signal.addEventListener('abort', () => clearInterval(timer));
    const backoff = new Backoff({ firstMs: FIRST_BACKOFF_MS, maxMs: MAX_BACKOFF_MS });
    while (!signal.aborted) {
      const previous = this.through.commit;
      const end = await this.subscribeOnce();
      if (this.through.commit > previous) backoff.reset();
      // If the server dropped a slow subscription, it continues from its position without a pause.
      if (isCut(end) && this.through.commit > previous) continue;
      // A subscription cannot start at a position without an event, so a retry there would never
      // work.
      if (isNoEventThere(end) && this.through.commit === previous) this.fallBack(previous);
      await pause(backoff.next(), signal);
      if (!signal.aborted) this.onReconnect();
    }
  }

  /** Reads the end of the log at intervals, because a silent subscription reports no error. */
  private async watch(): Promise<void> {
    if (this.isLooking) return;
    this.isLooking = true;
    const { at, cutSubscription, reported } = this;
    const looked = await this.look().then(
      () => true,
      () => false,
    );
    // The subscription may deliver the same events a little later.
    if (looked && this.at > at) {
      await pause(WAIT_FOR_SUBSCRIPTION_MS, this.stopped.signal);
      if (this.reported === reported) cutSubscription();
    }
    this.isLooking = false;
  }

  /** Runs one subscription until it ends; returns the error that ended it, or null. */
  private async subscribeOnce(): Promise<unknown> {
    const { streams, names } = this.connection;
    const { promise, resolve } = Promise.withResolvers<unknown>();
    const from: ReadFrom = this.through.commit === 0n ? 'start' : this.through;
    const end = streams.follow(from, names.ownFilter(), {
      onEvent: (event) => {
        this.reported = event.commit;
        this.see(event);
      },
      onCheckpoint: (position) => {
        this.reported = position.commit;
        if (position.commit > this.through.commit) {
          this.through = position;
          this.reader.followed = { at: this.at, through: position, latest: this.latest };
        }
      },
      onEnd: resolve,
    });
    this.cutSubscription = end;
    return promise;
  }
}
