/**
 * The duration in milliseconds from which a batch is slow. The next batch is smaller. After a batch
 * that took less than a quarter of it, the next one is larger.
 */
const SLOW_MS = 1000;
/**
 * The size of the first batch. It is small, because a process handles its first records most
 * slowly.
 */
const FIRST_SIZE = 10;

/**
 * The number of records per batch. It shrinks after slow batches, so that progress stays visible
 * and the first record does not wait for a long batch.
 */
export class AdaptiveBatchSize {
  private current: number;

  constructor(private readonly max: number) {
    this.current = Math.min(FIRST_SIZE, max);
  }

  size(): number {
    return this.current;
  }

  /** Adapts the size to the duration of a batch in milliseconds. */
  adapt(count: number, ms: number): void {
    if (ms > SLOW_MS) this.current = Math.max(1, Math.floor(Math.min(count, this.current) / 2));
    else if (count >= this.current && ms < SLOW_MS / 4) this.current = Math.min(this.max, this.current * 2);
  }
}
