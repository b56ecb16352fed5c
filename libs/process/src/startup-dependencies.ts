import { Fault } from '@entente/engine';
import { type Connecting, retryUntilConnected } from './retry-until-connected.js';

/** Whether trying again helps: a backing service is away, or not as far yet. */
const isTransient = (error: unknown): boolean => error instanceof Fault && error.retryAfter !== null;

/** The services that a process waits for before it serves. */
export class StartupDependencies {
  private readonly all: Connecting<unknown>[] = [];
  private ended: AbortSignal = new AbortController().signal;

  constructor(private readonly log: (line: string) => void) {}

  /** From now on nothing is waited for behind this signal. */
  until(signal: AbortSignal): this {
    this.ended = signal;
    return this;
  }

  /**
   * Resolves with the connection when the service answers. Fails if a retry cannot succeed. A
   * connection that comes after the end of the process is closed.
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

  /** What is waited for, and why; null where nothing is. */
  status(): string | null {
    const waiting = this.all.flatMap((one) => one.status() ?? []);
    return waiting.length === 0 ? null : waiting.join('; ');
  }
}
