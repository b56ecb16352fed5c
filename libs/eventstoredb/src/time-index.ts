import type { RecordedEvent } from '@entente/kernel';

/** One event per this number of bytes of the log is remembered. */
const SAMPLE_DISTANCE = 65_536n;

interface KnownInstant {
  readonly position: bigint;
  readonly recordedAt: string;
}

/**
 * The positions and times of some events that were read. Times never decrease along the log, so
 * both are in the same order.
 */
export class TimeIndex {
  private readonly known: KnownInstant[] = [];

  note({ position, metadata: { recordedAt } }: RecordedEvent): void {
    const i = this.countBefore((one) => one.position > position);
    const before = this.known[i - 1];
    const next = this.known[i];
    if (before !== undefined && position - before.position < SAMPLE_DISTANCE) return;
    if (next !== undefined && next.position - position < SAMPLE_DISTANCE) return;
    this.known.splice(i, 0, { position, recordedAt });
  }

  /** The last known event recorded at or before an instant; 0 if none is known. */
  recordedBy(instant: string): bigint {
    return this.known[this.countBefore(({ recordedAt }) => recordedAt > instant) - 1]?.position ?? 0n;
  }

  /** The last known event before a position; 0 if none is known. */
  before(position: bigint): bigint {
    return this.known[this.countBefore((one) => one.position >= position) - 1]?.position ?? 0n;
  }

  /** The number of known events before the first for which `isBeyond` holds. */
  private countBefore(isBeyond: (one: KnownInstant) => boolean): number {
    let low = 0;
    let high = this.known.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isBeyond(this.known[middle] as KnownInstant)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
