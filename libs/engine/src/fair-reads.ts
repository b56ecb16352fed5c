/**
 * Shares the event loop between readers of the whole log and other work. All readers together read
 * one batch per iteration of the loop. So a command waits for at most one batch.
 */
export class FairReads {
  private last: Promise<void> = Promise.resolve();

  /** Resolves when the caller may read a batch. */
  next(): Promise<void> {
    this.last = this.last.then(() => new Promise((resolve) => setImmediate(resolve)));
    return this.last;
  }

  /** Returns the batches, and waits before each one. */
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

/** The instance of this process, which has one event loop. */
export const fairReads = new FairReads();

/** The maximum number of events per batch of a reader of the whole log. */
export const SHARED_BATCH_SIZE = 100;
