import { endsWithin } from './with-timeout.js';

/**
 * Wakes a loop that rests when it has nothing to do. No wake is lost: one that comes while the loop
 * works ends its next wait at once.
 */
export class Wakeup {
  private woken = false;
  private end = (): void => undefined;

  /** Ends the wait of now, or else the next one. */
  wake(): void {
    this.woken = true;
    this.end();
  }

  /** The loop looks for work now: what wakes it from here on ends its next wait. */
  clear(): void {
    this.woken = false;
  }

  /** Whether it was woken since the last {@link clear}. */
  get isWoken(): boolean {
    return this.woken;
  }

  /** Resolves when it is woken, or was since the last {@link clear}; or after `ms` milliseconds. */
  async wait(ms?: number): Promise<void> {
    if (this.woken) return;
    const woken = new Promise<void>((resolve) => (this.end = resolve));
    await (ms === undefined ? woken : endsWithin(woken, ms));
  }
}
