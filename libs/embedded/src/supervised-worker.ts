import { Worker } from 'node:worker_threads';
import { Logger } from '@nestjs/common';
import { Backoff, pause, supervise } from '@entente/async';

const FIRST_PAUSE_MS = 100;
const MAX_PAUSE_MS = 5000;

/** The first message of every thread: it is ready. */
export interface Ready {
  readonly ready: true;
}

/** The last message to a thread. */
export type End = 'end';

/** How a thread is started. */
export interface SupervisedWorkerOptions<Received> {
  readonly name: string;
  /** The file of its code. */
  readonly code: URL;
  /** Its data, read at each start. */
  data(): unknown;
  onMessage(message: Exclude<Received, Ready>): void;
  /** It is ready, for the first time or again. */
  onReady?(): void;
  /** It ended by itself, and starts again. */
  onEnded?(reason: string): void;
}

/** A thread of this process that starts again, after a pause, if it has ended by itself. */
export class SupervisedWorker<Sent, Received extends object> {
  private readonly log: Logger;
  private worker: Worker | null = null;
  private readonly backoff = new Backoff({ firstMs: FIRST_PAUSE_MS, maxMs: MAX_PAUSE_MS });
  private readonly stopping = new AbortController();

  constructor(private readonly options: SupervisedWorkerOptions<Received>) {
    this.log = new Logger(options.name);
  }

  get isReady(): boolean {
    return this.worker !== null;
  }

  /** Starts it; resolves when it is ready, and fails if it cannot start. */
  start(): Promise<void> {
    const { name, code, data, onMessage, onReady, onEnded } = this.options;
    return new Promise((resolve, reject) => {
      const worker = new Worker(code, { workerData: data(), name });
      let ready = false;
      let error = new Error('it ended');
      worker.on('message', (message: Received | Ready) => {
        if (!('ready' in message)) {
          this.backoff.reset();
          return onMessage(message as Exclude<Received, Ready>);
        }
        ready = true;
        this.worker = worker;
        onReady?.();
        resolve();
      });
      worker.on('error', (thrown) => (error = thrown instanceof Error ? thrown : new Error(String(thrown))));
      worker.on('exit', () => {
        this.worker = null;
        if (!ready) return reject(error);
        if (this.stopping.signal.aborted) return;
        onEnded?.(`its thread ended: ${error.message}`);
        void this.restart(error);
      });
    });
  }

  /** Sends it a message; does nothing while it is not ready. */
  send(message: Sent | End): void {
    this.worker?.postMessage(message);
  }

  /** Lets it finish its work and ends it. */
  async end(): Promise<void> {
    this.stopping.abort();
    const { worker } = this;
    if (worker === null) return;
    const exited = new Promise((resolve) => worker.once('exit', resolve));
    this.send('end');
    await exited;
  }

  private async restart(error: Error): Promise<void> {
    const { backoff } = this;
    const { signal } = this.stopping;
    const report = (cause: Error, ms: number): void =>
      this.log.error(`${this.options.name}: its thread ended and starts again in ${ms} ms: ${cause.message}`);
    const onFailure = (failed: unknown, ms: number): void => {
      const cause = failed as Error;
      this.options.onEnded?.(`its thread ended: ${cause.message}`);
      report(cause, ms);
    };
    const firstMs = backoff.next();
    report(error, firstMs);
    await pause(firstMs, signal);
    await supervise(() => this.start(), { signal, backoff, onFailure });
  }
}
