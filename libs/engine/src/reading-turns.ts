/**
 * Shares the event loop between readers of the whole log and everything else: one batch of one
 * reader for each turn of the loop, however many readers there are, so that a command waits for no
 * more than a batch.
 */
export class ReadingTurns {
  private last: Promise<void> = Promise.resolve();

  /** Resolves when it is the caller's turn to read a batch. */
  next(): Promise<void> {
    this.last = this.last.then(() => new Promise((resolve) => setImmediate(resolve)));
    return this.last;
  }

  /** Batches, each of which waits for its turn. */
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

/** The turns of this process: it has one event loop. */
export const readingTurns = new ReadingTurns();

/** The events that a reader of the whole log reads in a turn, at most. */
export const SHARED_BATCH_SIZE = 100;
