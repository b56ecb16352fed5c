import type { ServerFilter } from './stream-calls.js';

/** The number of pages after which the other filter is tried again. */
const TRY_AGAIN = 16;

/**
 * Chooses the server-side filter for each page of a read by event types. A filter by types returns
 * events of every log on the server. A filter by stream names returns all events of this log.
 * Either set may be most of the server. So the read uses the filter whose last page advanced
 * further. It reads at most about twice as much as with the better filter.
 */
export class PageFilters {
  /** How far the last page of each filter advanced; null if unknown. */
  private readonly spans: [bigint | null, bigint | null] = [null, null];
  private current: 0 | 1 = 0;
  private pages = 0;

  constructor(private readonly filters: readonly [byTypes: ServerFilter, byStreams: ServerFilter]) {}

  get filter(): ServerFilter {
    return this.filters[this.current];
  }

  /**
   * Notes how far a page advanced in the server's log, and how many of its events belong to this
   * log.
   */
  note(span: bigint, events: number, own: number): void {
    this.spans[this.current] = span;
    this.pages += 1;
    const other = this.current === 0 ? 1 : 0;
    if (this.pages % TRY_AGAIN === 0) this.spans[other] = null;
    const known = this.spans[other];
    const isPoor = this.current === 1 || own * 2 < events;
    if (known === null ? isPoor : known > span) this.current = other;
  }
}
