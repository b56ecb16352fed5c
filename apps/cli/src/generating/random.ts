const PRIME = 2_147_483_647;

/** Numbers that are the same, in the same order, for the same seed (a Lehmer generator). */
export class SeededRandom {
  private state: number;

  constructor(seed: number) {
    this.state = (Math.abs(seed) % (PRIME - 2)) + 1;
    // Seeds that are near to each other begin alike.
    for (let n = 0; n < 8; n += 1) this.below(2);
  }

  /** A whole number from 0 to below a bound. */
  below(bound: number): number {
    this.state = (this.state * 48_271) % PRIME;
    return Math.floor((this.state / PRIME) * bound);
  }

  /** A whole number between two, both included. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  /** True once in this number of times, on average. */
  oneIn(times: number): boolean {
    return this.below(times) === 0;
  }

  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)] as T;
  }
}
