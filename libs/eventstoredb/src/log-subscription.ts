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
/** So long it is waited for the subscription, in milliseconds, before the log is read instead. */
const SOON = 250;

/**
 * Follows the log's end by a subscription of its own: who waits is woken by it, and it knows the
 * highest time of recording.
 */
export class LogSubscription {
  private readonly listeners = new Set<(position: bigint) => void>();
  private readonly waiting = new Set<{ readonly position: bigint; readonly reached: () => void }>();
  private readonly stopped = new AbortController();
  private cut = (): void => undefined;
  private told = true;
  private looking = false;
  private reading: Promise<void> | null = null;
  private running: Promise<void> = Promise.resolve();
  private at = 0n;
  /** How far it has come in all that the server holds: there it subscribes again. */
  private through = 0n;
  private latest = '';

  constructor(
    private readonly link: EventStoreConnection,
    private readonly reader: LogReader,
    private readonly reconnected: () => void = () => undefined,
  ) {}

  /** Begins at the end of the log as it is. */
  async start(): Promise<void> {
    const { through, last } = await this.reader.end();
    this.through = through;
    if (last !== undefined) this.take(last.position, last.metadata.recordedAt);
    this.running = this.run();
  }

  /** The highest time of recording of all up to where it is; empty where there is nothing. */
  get recordedAt(): string {
    return this.latest;
  }

  /** The last position of the log, from the server itself. */
  async head(): Promise<bigint> {
    const { last } = await this.reader.end(this.through);
    return last?.position ?? this.at;
  }

  /**
   * Resolves when it has seen the log up to a position; where the subscription is late, it reads
   * there by itself, and where that says nothing at all, it subscribes anew.
   */
  async reached(position: bigint): Promise<void> {
    if (this.at >= position) return;
    const { cut, through } = this;
    const { promise: comes, resolve: reached } = Promise.withResolvers<void>();
    const waiter = { position, reached };
    this.waiting.add(waiter);
    await endsWithin(comes, SOON);
    this.waiting.delete(waiter);
    if (this.at >= position) return;
    // A reading that was under way may have begun too early.
    for (let turn = 0; turn < 2 && this.at < position; turn += 1) await this.readOn();
    if (this.through === through) cut();
  }

  /** All who wait share one reading. */
  private readOn(): Promise<void> {
    return (this.reading ??= this.catchUp().finally(() => (this.reading = null)));
  }

  /** Reads what it has not seen yet. */
  async catchUp(): Promise<void> {
    for await (const events of this.reader.readLog(this.at))
      for (const { position, metadata } of events) this.take(position, metadata.recordedAt);
  }

  /** Calls back soon after new events were seen, with the last position. */
  onAdvance(listener: (position: bigint) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async stop(): Promise<void> {
    this.stopped.abort();
    this.cut();
    await this.running;
  }

  private take(position: bigint, recordedAt: string): void {
    if (position <= this.at) return;
    this.at = position;
    if (recordedAt > this.latest) this.latest = recordedAt;
    for (const one of this.waiting) if (one.position <= position) one.reached();
    if (!this.told) return;
    this.told = false;
    setImmediate(() => {
      this.told = true;
      for (const listener of this.listeners) listener(this.at);
    });
  }

  private async run(): Promise<void> {
    const { signal } = this.stopped;
    const beat = setInterval(() => void this.look(), this.link.calls.patience).unref();
    signal.addEventListener('abort', () => clearInterval(beat));
    const backoff = new Backoff({ firstMs: FIRST_BACKOFF_MS, maxMs: MAX_BACKOFF_MS });
    while (!signal.aborted) {
      const before = this.through;
      const end = await this.subscribed();
      if (this.through > before) backoff.reset();
      // A subscription that was cut goes on where it was: that is no outage.
      if (isCut(end) && this.through > before) continue;
      // Nobody can subscribe where no event begins, however often.
      if (isNoEventThere(end) && this.through === before) this.through = this.reader.knownBefore(before);
      await pause(backoff.next(), signal);
      if (!signal.aborted) this.reconnected();
    }
  }

  /**
   * A subscription that has gone silent says nothing of it: every now and then the log's own end is
   * looked at.
   */
  private async look(): Promise<void> {
    if (this.looking) return;
    this.looking = true;
    await this.head()
      .then((head) => this.reached(head))
      .catch(() => undefined);
    this.looking = false;
  }

  /** One subscription, until it ends; gives the error by which it did, or null. */
  private async subscribed(): Promise<unknown> {
    const { client, calls, positions, every } = this.link;
    const fromPosition = this.through === 0n ? START : positions.at(this.through);
    // Nothing here may throw: the client would not catch it.
    const checkpointReached = (from: AllStreamSubscription, position: Position): void => {
      drain(from);
      this.through = positions.reached(position);
    };
    const filter = excludeSystemEvents({ checkpointReached });
    const subscription = client.subscribeToAll({ ...every, fromPosition, filter });
    const end = await new Promise<unknown>((resolve) => {
      this.cut = () => resolve(null);
      subscription.on('data', ({ event }: AllStreamResolvedEvent) => {
        try {
          for (const { position, metadata } of this.reader.own(event)) this.take(position, metadata.recordedAt);
        } catch {
          // What cannot be read is told to whoever reads it.
        }
        if (event !== undefined) this.through = positions.reached(event.position);
      });
      subscription.on('error', resolve);
      subscription.on('end', () => resolve(null));
    });
    await calls.once(() => subscription.unsubscribe()).catch(() => undefined);
    return end;
  }
}
