import {
  type AllStreamResolvedEvent,
  type AllStreamSubscription,
  type Position,
  START,
  excludeSystemEvents,
} from '@eventstore/db-client';
import { Backoff, endsWithin, pause } from '@entente/async';
import { isCut, isNoEventThere } from './rpc.js';
import type { EventStoreConnection } from './connection.js';
import type { LogReader } from './log-reader.js';
import { drain } from './filtered-read.js';

/** Pauses before it subscribes again, in milliseconds. */
const FIRST_BACKOFF_MS = 100;
const MAX_BACKOFF_MS = 3000;
/** Milliseconds to wait for the subscription before the log is read instead. */
const WAIT_FOR_SUBSCRIPTION_MS = 250;

/**
 * Follows the end of the log by a subscription. It wakes all callers of `reached`, and knows the
 * highest time of recording.
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
   * The last position of all that the server holds that it has seen: it subscribes again from
   * there.
   */
  private through = 0n;
  private latest = '';

  constructor(
    private readonly connection: EventStoreConnection,
    private readonly reader: LogReader,
    private readonly onReconnect: () => void = () => undefined,
  ) {}

  /** Starts at the current end of the log. */
  async start(): Promise<void> {
    const { through, last } = await this.reader.end();
    this.through = through;
    if (last !== undefined) this.advance(last.position, last.metadata.recordedAt);
    this.running = this.run();
  }

  /** The position of the last event of the log that it has seen; 0 before the first. */
  get position(): bigint {
    return this.at;
  }

  /** The highest time of recording up to its position; empty before the first event. */
  get recordedAt(): string {
    return this.latest;
  }

  /** The last position of the log, read from the server. */
  async head(): Promise<bigint> {
    const { last } = await this.reader.end(this.through);
    return last?.position ?? this.at;
  }

  /**
   * Resolves when it has seen the log up to a position. If the subscription is late, it reads up to
   * there; if the subscription has been silent, it subscribes again.
   */
  async reached(position: bigint): Promise<void> {
    if (this.at >= position) return;
    const { cutSubscription, through } = this;
    const { promise: arrival, resolve: reached } = Promise.withResolvers<void>();
    const waiter = { position, reached };
    this.waiting.add(waiter);
    await endsWithin(arrival, WAIT_FOR_SUBSCRIPTION_MS);
    this.waiting.delete(waiter);
    if (this.at >= position) return;
    // A read that was already running may have started too early.
    for (let attempt = 0; attempt < 2 && this.at < position; attempt += 1) await this.readShared();
    if (this.through === through) cutSubscription();
  }

  /** All waiting callers share one read. */
  private readShared(): Promise<void> {
    return (this.currentRead ??= this.catchUp().finally(() => (this.currentRead = null)));
  }

  /** Reads what it has not seen yet. */
  async catchUp(): Promise<void> {
    for await (const events of this.reader.readLog(this.at))
      for (const { position, metadata } of events) this.advance(position, metadata.recordedAt);
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

  private advance(position: bigint, recordedAt: string): void {
    if (position <= this.at) return;
    this.at = position;
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
    const timer = setInterval(() => void this.look(), this.connection.calls.timeoutMs).unref();
    signal.addEventListener('abort', () => clearInterval(timer));
    const backoff = new Backoff({ firstMs: FIRST_BACKOFF_MS, maxMs: MAX_BACKOFF_MS });
    while (!signal.aborted) {
      const previous = this.through;
      const end = await this.subscribeOnce();
      if (this.through > previous) backoff.reset();
      // A subscription that the server cut continues from its position: that is no outage.
      if (isCut(end) && this.through > previous) continue;
      // A subscription cannot start at a position without an event, however often it is tried.
      if (isNoEventThere(end) && this.through === previous) this.through = this.reader.knownBefore(previous);
      await pause(backoff.next(), signal);
      if (!signal.aborted) this.onReconnect();
    }
  }

  /**
   * A subscription that has gone silent reports nothing, so it looks at the end of the log at
   * intervals.
   */
  private async look(): Promise<void> {
    if (this.isLooking) return;
    this.isLooking = true;
    await this.head()
      .then((head) => this.reached(head))
      .catch(() => undefined);
    this.isLooking = false;
  }

  /** Runs one subscription until it ends; returns the error that ended it, or null. */
  private async subscribeOnce(): Promise<unknown> {
    const { client, calls, positions, callOptions } = this.connection;
    const fromPosition = this.through === 0n ? START : positions.at(this.through);
    // Nothing here may throw: the client would not catch it.
    const checkpointReached = (from: AllStreamSubscription, position: Position): void => {
      drain(from);
      this.through = positions.remember(position);
    };
    const filter = excludeSystemEvents({ checkpointReached });
    const subscription = client.subscribeToAll({ ...callOptions, fromPosition, filter });
    const end = await new Promise<unknown>((resolve) => {
      this.cutSubscription = () => resolve(null);
      subscription.on('data', ({ event }: AllStreamResolvedEvent) => {
        try {
          for (const { position, metadata } of this.reader.ownEvents(event))
            this.advance(position, metadata.recordedAt);
        } catch {
          // An event that cannot be read is an error for its readers.
        }
        if (event !== undefined) this.through = positions.remember(event.position);
      });
      subscription.on('error', resolve);
      subscription.on('end', () => resolve(null));
    });
    await calls.once(() => subscription.unsubscribe()).catch(() => undefined);
    return end;
  }
}
