/** How pauses grow; times in milliseconds. */
export interface BackoffOptions {
  readonly firstMs: number;
  /** The longest pause; default thirty times the first. */
  readonly maxMs?: number;
  /** The ratio of a pause to the one before it; default 2. */
  readonly factor?: number;
}

/** The pauses between the tries of one task, which grow until a try succeeds. */
export class Backoff {
  private nextMs: number;

  constructor(private readonly options: BackoffOptions) {
    this.nextMs = options.firstMs;
  }

  /** The pause to make after one more failure, in milliseconds. */
  next(): number {
    const { firstMs, maxMs = 30 * firstMs, factor = 2 } = this.options;
    const ms = this.nextMs;
    this.nextMs = Math.min(ms * factor, maxMs);
    return ms;
  }

  /** A try has succeeded: the next pause is the first one again. */
  reset(): void {
    this.nextMs = this.options.firstMs;
  }
}
