import type { ServerFilter } from './stream-calls.js';

/** Pages after which the filter that is not used is tried again. */
const TRY_AGAIN = 16;

/**
 * The filter of each page of a read by types. By types the server returns those of every log that
 * it holds; by the names of streams, all events of this log. Either may be most of the server, so
 * the read uses the filter whose last page led further: it reads at most about twice as much as by
 * the better one.
 */
export class PageFilters {
  /** How far the last page of each filter led; null if it is not known. */
  private readonly spans: [bigint | null, bigint | null] = [null, null];
  private current: 0 | 1 = 0;
  private pages = 0;

  constructor(private readonly filters: readonly [byTypes: ServerFilter, byStreams: ServerFilter]) {}

  get filter(): ServerFilter {
    return this.filters[this.current];
  }

  /** Notes how far a page led in the server's log, and how many of its events are of this log. */
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
