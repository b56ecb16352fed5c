/**
 * Shares the event loop between readers of the whole log and all other work: one batch of one
 * reader per iteration of the loop, for any number of readers. So a command waits for at most one
 * batch.
 */
export class FairReads {
  private last: Promise<void> = Promise.resolve();

  /** Resolves when the caller may read a batch. */
  next(): Promise<void> {
    this.last = this.last.then(() => new Promise((resolve) => setImmediate(resolve)));
    return this.last;
  }

  /** The batches; it waits before each one. */
  async *share<Batch>(batches: AsyncIterable<Batch>): AsyncGenerator<Batch, void> {
    const reading = batches[Symbol.asyncIterator]();
    try {
      for (;;) {
        await this.next();
        const read = await reading.next();
        if (read.done === true) return;
        yield read.value;
      }
    } finally {
      await reading.return?.();
    }
  }
}

/** Shared by this process, which has one event loop. */
export const fairReads = new FairReads();

/** The maximum number of events that a reader of the whole log reads at once. */
export const SHARED_BATCH_SIZE = 100;
