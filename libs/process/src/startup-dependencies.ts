import { Fault } from '@entente/engine';
import { type Connecting, retryUntilConnected } from './retry-until-connected.js';

/** Whether a retry may help: a backing service does not answer, or is not ready yet. */
const isTransient = (error: unknown): boolean => error instanceof Fault && error.retryAfter !== null;

/** The backing services that a process waits for before it serves. */
export class StartupDependencies {
  private readonly all: Connecting<unknown>[] = [];
  private ended: AbortSignal = new AbortController().signal;

  constructor(private readonly log: (line: string) => void) {}

  /** Sets a signal that ends all waits when it is aborted. */
  until(signal: AbortSignal): this {
    this.ended = signal;
    return this;
  }

  /**
   * Resolves with the connection when the service answers. Rejects if a retry cannot succeed. A
   * connection that is made after the signal was aborted is closed.
   */
  for<T extends { close(): Promise<void> }>(what: string, connect: () => Promise<T>): Promise<T> {
    const waiting = retryUntilConnected(what, connect, {
      log: this.log,
      signal: this.ended,
      isFinal: (error) => !isTransient(error),
      late: (connected) => connected.close(),
    });
    this.all.push(waiting);
    return waiting.connected;
  }

  /** What the process is waiting for, and the reason; null if nothing. */
  status(): string | null {
    const waiting = this.all.flatMap((one) => one.status() ?? []);
    return waiting.length === 0 ? null : waiting.join('; ');
  }
}
