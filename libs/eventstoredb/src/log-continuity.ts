import { Fault, type EventLog, confirmTakenBack } from '@entente/engine';
import { Backoff, endsWithin, pause } from '@entente/async';
import type { Identity } from './identity.js';
import type { LogReader } from './log-reader.js';

/**
 * The first and the longest pause between attempts while the server does not answer, in
 * milliseconds.
 */
const FIRST_PAUSE_MS = 50;
const MAX_PAUSE_MS = 1000;

/**
 * Checks whether the server still has the last event that this process has seen: at intervals, and
 * as soon as the server answers after an interruption. If it does not, an older copy has replaced
 * the log. An event that an administrator removed is a different fault.
 */
export class LogContinuity {
  /**
   * An event that the log is known to have. Before the first check it is the event that began the
   * log, without its id.
   */
  private known: { readonly position: bigint; readonly id?: string };
  private newest: bigint;
  private looking: Promise<void> | null = null;
  private readonly stopped = new AbortController();
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly log: EventLog,
    private readonly reader: Pick<LogReader, 'eventAt' | 'lacks'>,
    identity: Pick<Identity, 'position'>,
    newest: bigint,
    private readonly everyMs: number,
  ) {
    this.known = { position: identity.position };
    this.newest = newest;
    this.timer = setInterval(() => void this.look(), everyMs).unref();
  }

  /** Notes that this process has seen the event at a position. */
  saw(position: bigint): void {
    if (position > this.newest) this.newest = position;
  }

  /** Checks now, and retries until the server answers. Never rejects. */
  look(): Promise<void> {
    return (this.looking ??= this.lookUntilAnswered().finally(() => (this.looking = null)));
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.stopped.abort();
    // A server that does not answer must not delay the shutdown.
    if (this.looking !== null) await endsWithin(this.looking, this.everyMs);
  }

  private async lookUntilAnswered(): Promise<void> {
    const { signal } = this.stopped;
    const backoff = new Backoff({ firstMs: FIRST_PAUSE_MS, maxMs: MAX_PAUSE_MS });
    while (!signal.aborted && this.log.takenBack() === null)
      try {
        return await this.lookOnce();
      } catch (error) {
        // A retry does not help: the next reader of the log gets the error.
        if (!(error instanceof Fault) || error.retryAfter === null) return;
        await pause(backoff.next(), signal);
      }
  }

  private async lookOnce(): Promise<void> {
    const { newest, known } = this;
    await this.confirm(known.position, known.id);
    if (newest <= known.position) return;
    const event = await this.reader.eventAt(newest);
    if (event === null) await this.confirm(newest);
    this.known = event ?? known;
  }

  private async confirm(position: bigint, id?: string): Promise<void> {
    const hasIt = async (): Promise<boolean> => !(await this.reader.lacks(position, id));
    const evidence = `it does not have the event at position ${position}`;
    await confirmTakenBack(this.log, hasIt, evidence, { forMs: this.everyMs, everyMs: this.everyMs / 10 });
  }
}
