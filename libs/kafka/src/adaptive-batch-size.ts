/**
 * A piece that took longer, in milliseconds, is followed by a smaller one; one that took a fraction
 * of it, by a larger one.
 */
const SLOW_MS = 1000;
/** How many there are in the first piece: what is new to a process takes it longest. */
const FIRST_SIZE = 10;

/**
 * The number of records per batch. It shrinks after slow batches, so that progress stays visible
 * and the first record is not answered as late as the last of very many.
 */
export class AdaptiveBatchSize {
  private now: number;

  constructor(private readonly max: number) {
    this.now = Math.min(FIRST_SIZE, max);
  }

  atOnce(): number {
    return this.now;
  }

  /** Adapts to the duration of a batch. */
  took(count: number, ms: number): void {
    if (ms > SLOW_MS) this.now = Math.max(1, Math.floor(Math.min(count, this.now) / 2));
    else if (count >= this.now && ms < SLOW_MS / 4) this.now = Math.min(this.max, this.now * 2);
  }
}
