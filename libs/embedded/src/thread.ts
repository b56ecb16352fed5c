import { Worker } from 'node:worker_threads';
import { Logger } from '@nestjs/common';
import { Backoff, pause, supervise } from '@entente/async';

const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 5000;

/** What every thread says first: that it stands. */
export interface Ready {
  readonly ready: true;
}

/** What a thread is told at the end, by whoever began it. */
export type End = 'end';

/** How a thread is begun. */
export interface ThreadOptions<Says> {
  readonly name: string;
  /** The file of its code. */
  readonly code: URL;
  /** What it begins with, asked each time. */
  data(): unknown;
  heard(says: Exclude<Says, Ready>): void;
  /** It stands, for the first time or again. */
  stands?(): void;
  /** It ended by itself, and begins again. */
  ended?(why: string): void;
}

/** A thread of this process that begins again, after a pause, when it has ended by itself. */
export class Thread<Told, Says extends object> {
  private readonly log: Logger;
  private worker: Worker | null = null;
  private readonly backoff = new Backoff({ firstMs: FIRST_PAUSE, maxMs: LONGEST_PAUSE });
  private readonly stopping = new AbortController();

  constructor(private readonly options: ThreadOptions<Says>) {
    this.log = new Logger(options.name);
  }

  get standing(): boolean {
    return this.worker !== null;
  }

  /** Begins it; resolves when it stands, and fails where it cannot. */
  begin(): Promise<void> {
    const { name, code, data, heard, stands, ended } = this.options;
    return new Promise((resolve, reject) => {
      const worker = new Worker(code, { workerData: data(), name });
      let ready = false;
      let error = new Error('it ended');
      worker.on('message', (says: Says | Ready) => {
        if (!('ready' in says)) {
          this.backoff.reset();
          return heard(says as Exclude<Says, Ready>);
        }
        ready = true;
        this.worker = worker;
        stands?.();
        resolve();
      });
      worker.on('error', (thrown) => (error = thrown instanceof Error ? thrown : new Error(String(thrown))));
      worker.on('exit', () => {
        this.worker = null;
        if (!ready) return reject(error);
        if (this.stopping.signal.aborted) return;
        ended?.(`its thread ended: ${error.message}`);
        void this.beginAgain(error);
      });
    });
  }

  /** Tells it something; nothing where it does not stand just now. */
  tell(told: Told | End): void {
    this.worker?.postMessage(told);
  }

  /** Lets it end what it has begun. */
  async end(): Promise<void> {
    this.stopping.abort();
    const { worker } = this;
    if (worker === null) return;
    const gone = new Promise((resolve) => worker.once('exit', resolve));
    this.tell('end');
    await gone;
  }

  private async beginAgain(error: Error): Promise<void> {
    const { backoff } = this;
    const { signal } = this.stopping;
    const report = (cause: Error, ms: number): void =>
      this.log.error(`${this.options.name}: its thread ended and begins again in ${ms} ms: ${cause.message}`);
    const onFailure = (failed: unknown, ms: number): void => {
      const cause = failed as Error;
      this.options.ended?.(`its thread ended: ${cause.message}`);
      report(cause, ms);
    };
    const firstMs = backoff.next();
    report(error, firstMs);
    await pause(firstMs, signal);
    await supervise(() => this.begin(), { signal, backoff, onFailure });
  }
}
