import { KeyedQueue, withTimeout } from '@entente/async';
import { AnsweredTooLate, type Fault, isOutage } from './faults.js';

/** A function that queued work calls. It throws if the caller has waited longer than the limit. */
type InTime = () => void;

/**
 * Runs the work of each stream one at a time. A caller waits at most `maxWaitMs` milliseconds, for
 * earlier work and its own work together. Then its promise rejects with the fault of `late`.
 *
 * - Work that has not begun by then never begins. Work that is running by then still ends before
 *   the next begins.
 * - If work fails by an outage, all work that waited behind it rejects at once with the same fault.
 */
export class CommandQueue {
  private readonly queue = new KeyedQueue();
  /** The outage by which the last work of a stream failed, while other work waits. */
  private readonly outages = new Map<string, { readonly fault: Fault; readonly at: number }>();

  constructor(
    readonly maxWaitMs: number,
    private readonly late: () => Fault,
  ) {}

  async runExclusive<T>(stream: string, work: (inTime: InTime) => Promise<T>): Promise<T> {
    const givenAt = performance.now();
    const inTime: InTime = () => {
      if (performance.now() - givenAt >= this.maxWaitMs) throw this.late();
    };
    const running = this.queue
      .runExclusive(stream, () => {
        inTime();
        const outage = this.outages.get(stream);
        if (outage !== undefined && outage.at > givenAt) throw outage.fault;
        return work(inTime).catch((error: unknown) => {
          // Work that was late itself does not prove that the other work will fail.
          if (isOutage(error) && !(error instanceof AnsweredTooLate))
            this.outages.set(stream, { fault: error, at: performance.now() });
          throw error;
        });
      })
      .finally(() => {
        if (!this.queue.has(stream)) this.outages.delete(stream);
      });
    return withTimeout(running, this.maxWaitMs, () => {
      throw this.late();
    });
  }
}
