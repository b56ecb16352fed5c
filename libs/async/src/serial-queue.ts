/** Runs one piece of work at a time, in the order in which they were given. */
export class SerialQueue {
  private last: Promise<unknown> = Promise.resolve();

  /**
   * Runs work after all that was given before it has settled. Settles as the work does; a failure
   * does not stop what follows.
   */
  runExclusive<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.last.then(work);
    this.last = mine.catch(() => undefined);
    return mine;
  }

  /** Resolves when all that was given so far has settled. */
  async idle(): Promise<void> {
    await this.last;
  }
}

/** A {@link SerialQueue} for each key. A key without work takes no memory. */
export class KeyedQueue {
  private readonly queues = new Map<string, { readonly queue: SerialQueue; given: number }>();

  /** Runs work after all that was given before it for this key has settled. */
  async runExclusive<T>(key: string, work: () => Promise<T>): Promise<T> {
    const own = this.queues.get(key) ?? { queue: new SerialQueue(), given: 0 };
    this.queues.set(key, own);
    own.given += 1;
    try {
      return await own.queue.runExclusive(work);
    } finally {
      own.given -= 1;
      if (own.given === 0) this.queues.delete(key);
    }
  }

  /** Whether a key has work that has not settled. */
  has(key: string): boolean {
    return this.queues.has(key);
  }

  /** How many keys have work. */
  get size(): number {
    return this.queues.size;
  }
}
