import { KeyedQueue, withTimeout } from '@entente/async';
import { AnsweredTooLate, type Fault, isOutage } from './faults.js';

/** Work on a stream gets this function, which throws once its wait has passed the bound. */
type InTime = () => void;

/**
 * The queue of each stream: its work runs one at a time. A caller waits for at most `maxWaitMs`,
 * for the work before its own and for its own together, and then gets the fault of `late`.
 *
 * - Work that has not begun by then never begins. Work that runs then still ends before the next.
 * - If work meets an outage, all work that waited behind it fails at once with the same fault.
 */
export class CommandQueue {
  private readonly queue = new KeyedQueue();
  /** The outage at which the last work of a stream ended, while other work waits. */
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
          // One that was late itself has not learned that the others will be.
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
