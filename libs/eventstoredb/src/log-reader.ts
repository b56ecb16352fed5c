import { DamagedLog, LARGEST_POSITION, type LogRange, type StreamRange, checkedPosition } from '@entente/engine';
import type { RecordedEvent } from '@entente/kernel';
import { isNoEventThere } from './rpc.js';
import { TimeIndex } from './time-index.js';
import type { TimeMark } from './time-marks.js';
import type { EventStoreConnection } from './connection.js';
import { type DamagedStreams, streamCut } from './damaged-streams.js';
import { fromServer, positionAndTimeOf } from './event-mapping.js';
import { PageFilters } from './page-filters.js';
import { RevisionCheck } from './revision-check.js';
import type { ServerEvent, ServerPosition } from './messages.js';
import type { ReadFrom, ServerFilter, ServerPage } from './stream-calls.js';

/** Events per read of the log. */
const LOG_PAGE_SIZE = 2000;
/** Events per read of one stream, and the default batch size. */
const PAGE_SIZE = 500;
/** The size of the first page in the search for the position of an instant. */
const FIRST_SEARCHED = 125;
/** Events per read in the search for the last event. Some may belong to other programs. */
const LAST_EVENTS = 4;
/**
 * The number of earlier events that are read for the highest `recordedAt`. Concurrent appends
 * during a set-back of the server's clock are not further apart.
 */
const LOOK_BACK = 512;
/** Additional events per page: time marks are among the events that the filter returns. */
const MARKS_PER_PAGE = 100;
/** The number of positions at which reads ended whose `recordedAt` is remembered. */
const KNOWN_ENDS = 32;

/** Called with the fault of each event that cannot be read. The event is skipped. */
export type OnDamage = (fault: DamagedLog) => void;

/**
 * How far the subscription has followed the log. Between the event at `at` and the position
 * `through` there are no further events of the log. `latest` is the highest `recordedAt` up to
 * there.
 */
interface Followed {
  readonly at: bigint;
  readonly through: ServerPosition;
  readonly latest: string;
}

/**
 * A page of the log, up to the position `through`. `seen` is set if the page began where the
 * subscription had arrived.
 */
interface LogPage extends ServerPage {
  readonly through: bigint;
  readonly seen: Followed | null;
}

/**
 * Reads the log from the server, page by page. The server filters: it does not send its own events
 * or those of other programs.
 */
export class LogReader {
  private readonly timeIndex = new TimeIndex();
  /** The highest `recordedAt` up to positions at which reads ended. Later reads may begin there. */
  private readonly ends = new Map<bigint, string>();

  /**
   * How far the subscription has followed the log; null until it reports a position after the last
   * event.
   */
  followed: Followed | null = null;

  constructor(
    private readonly connection: EventStoreConnection,
    /** The position at which the log begins. Earlier events of the server are not read. */
    private readonly beginsAt: bigint,
    readonly damaged: DamagedStreams,
    private readonly upcast: (event: RecordedEvent) => RecordedEvent = (event) => event,
  ) {}

  /** Throws if the stream is incomplete: revisions start at 0 and have no gaps. */
  async *readStream(
    stream: string,
    { from, backwards = false, limit = Infinity }: StreamRange = {},
  ): AsyncIterable<readonly RecordedEvent[]> {
    if (!this.connection.names.isStream(stream)) return;
    this.checkWhole(stream);
    let next = from ?? (backwards ? undefined : 0);
    // The expected revision. A different one means that events are missing.
    let due = backwards ? undefined : BigInt(from ?? 0);
    for (let left = limit; left > 0 && (next === undefined || next >= 0);) {
      const count = Math.min(PAGE_SIZE, left);
      const page = await this.streamPage(stream, { from: next, count, backwards });
      if (page === null) return;
      const { events, last } = page;
      for (const { revision } of events) {
        if (due !== undefined && revision !== due)
          throw streamCut(
            stream,
            due === BigInt(from ?? 0)
              ? `it begins at revision ${revision}`
              : `revision ${revision} comes where ${due} should`,
          );
        due = backwards ? revision - 1n : revision + 1n;
      }
      const before = due ?? BigInt(next ?? -1);
      if (backwards && last && before >= 0n) throw streamCut(stream, `it begins at revision ${before + 1n}`);
      if (events.length > 0) yield events.map((event) => this.upcast(fromServer(event, stream)));
      if (last) return;
      left -= events.length;
      next = Number(due);
    }
  }

  async revisionOf(stream: string): Promise<number> {
    if (!this.connection.names.isStream(stream)) return -1;
    this.checkWhole(stream);
    const page = await this.streamPage(stream, { from: undefined, count: 1, backwards: true });
    return page?.events[0] === undefined ? -1 : Number(page.events[0].revision);
  }

  /**
   * `recordedAt` never decreases along the log. If an event's own `recordedAt` is lower than that
   * of the event before it, it gets the same value. So it may be later here than in `readStream`,
   * by the duration of two concurrent appends, if the server's clock was set back. Throws if the
   * revisions of a stream have a gap.
   */
  async *readLog(after: bigint, range: LogRange = {}): AsyncIterable<readonly RecordedEvent[]> {
    const { upTo, kinds, types, limit = Infinity, batchSize = PAGE_SIZE, onDamage } = range;
    const isInRange = (event: RecordedEvent) =>
      event.position > after && (upTo === undefined || event.position <= upTo) && (types?.includes(event.type) ?? true);
    const matchesNothing = kinds?.length === 0 || types?.length === 0;
    const filters = this.filtersOf(range);
    let left = matchesNothing ? 0 : limit;
    let next = this.orBeginning(checkedPosition(after));
    const isWhole = kinds === undefined && types === undefined;
    // A caller with `onDamage` checks for gaps in its own way.
    const revisions = types === undefined && onDamage === undefined ? new RevisionCheck(next === this.beginsAt) : null;
    const isRead = () => left <= 0 || (upTo !== undefined && next >= upTo);
    const ask = async (): Promise<LogPage> => {
      this.checkKinds(kinds, onDamage);
      const page = await this.pageAfter(next, filters.filter, Math.min(LOG_PAGE_SIZE, left + MARKS_PER_PAGE));
      this.checkKinds(kinds, onDamage);
      return page;
    };
    let latest = '';
    let isFirst = true;
    let asked: Promise<LogPage> | null = null;
    while (!isRead()) {
      const page: LogPage = await (asked ?? ask());
      const own: RecordedEvent[] = [];
      if (isFirst && isWhole && page.events.some(({ commit }) => commit > next))
        latest = page.seen?.latest ?? (await this.latestTime(next));
      for (const event of page.events) {
        // A page begins with the last event before it. That event only counts for the highest
        // `recordedAt`.
        if (event.commit <= next && !isFirst) continue;
        if (event.stream === this.connection.names.times && event.created > latest) latest = event.created;
        for (const one of this.ownEvents(event, kinds, event.commit <= next ? () => undefined : onDamage)) {
          if (one.metadata.recordedAt > latest) latest = one.metadata.recordedAt;
          if (one.position <= next) continue;
          revisions?.follow(one);
          own.push(isImported(one, event) ? one : recordedAt(one, latest));
        }
      }
      const events = own.filter(isInRange).slice(0, left);
      const end = events.at(-1);
      if (isWhole && end !== undefined) {
        this.timeIndex.note(end);
        if (own.length === events.length) this.noteEnd(end.position, latest);
      }
      left -= events.length;
      filters.note(page.through - next, page.events.length, own.length);
      next = page.through;
      // A caller that took the first page and continues gets each later page while it handles the
      // one before.
      asked = isFirst || page.last || isRead() ? null : ask();
      asked?.catch(() => undefined);
      isFirst = false;
      for (let at = 0; at < events.length; at += batchSize) yield events.slice(at, at + batchSize);
      if (page.last) return;
    }
  }

  /** Whether the log has an event at exactly this position. */
  async hasEventAt(position: bigint): Promise<boolean> {
    return (await this.pageAt(position, this.connection.names.ownFilter(), 1))?.events[0]?.commit === position;
  }

  /**
   * Whether the server was restored to a state before an event of the log. Such a server has no
   * record at the position: no event begins there, another record does, or the log ends earlier. A
   * scavenged record leaves its position readable: a read from there returns the next record.
   */
  async lacks(position: bigint, id?: string): Promise<boolean> {
    if (position > LARGEST_POSITION) return true;
    const page = await this.pageAt(position, { streamPattern: '.' }, 1);
    const found = page?.events[0];
    if (found === undefined) return true;
    if (found.commit > position) return false;
    const { names } = this.connection;
    const isOwn = found.stream === names.identity || names.toStream(found.stream) !== null;
    return !isOwn || (id !== undefined && found.id !== id);
  }

  /** The event at exactly this position; null if it is not one of the log. */
  async eventAt(position: bigint): Promise<RecordedEvent | null> {
    if (position <= 0n || position > LARGEST_POSITION) return null;
    const first = (await this.pageAt(position, this.connection.names.ownFilter(), 1))?.events[0];
    return first?.commit === position ? (this.ownEvents(first)[0] ?? null) : null;
  }

  /**
   * The last known position of an event before a given position: the position of an event that was
   * read before, or the beginning of the log. Used if no event begins at the given position.
   */
  knownBefore(position: bigint): bigint {
    const known = this.orBeginning(this.timeIndex.before(position));
    return known < position ? known : 0n;
  }

  /** The last event of the log; null if it has none. Events that cannot be read are skipped. */
  async last(onDamage?: OnDamage): Promise<RecordedEvent | null> {
    const filter = this.connection.names.streamsFilter();
    for (let from: ReadFrom = 'end'; ;) {
      const page: ServerPage = await this.allPage({ from, count: LAST_EVENTS, filter, backwards: true });
      for (const event of page.events) {
        if (event.commit <= this.beginsAt) return null;
        const [own] = this.ownEvents(event, undefined, onDamage ?? (() => undefined));
        if (own !== undefined) return own;
      }
      const earliest = page.events.at(-1);
      if (page.last || earliest === undefined) return null;
      from = earliest;
    }
  }

  /**
   * The events after a position that the server has reached, unconverted. `last` is true if there
   * are no more. Events that report damage are noted.
   */
  async news(after: ServerPosition): Promise<ServerPage> {
    const page = await this.allPage({ from: after, count: LOG_PAGE_SIZE, filter: this.connection.names.ownFilter() });
    for (const event of page.events) this.damaged.note(event);
    return page;
  }

  /**
   * The position of the last stored event that was recorded at or before an instant. The search
   * starts at the last known earlier event: one that was read before, or the event of a time mark.
   */
  async positionAt(instant: string, mark: TimeMark | null): Promise<bigint> {
    let found = this.timeIndex.recordedBy(instant);
    if (mark !== null && mark.position > found) {
      found = mark.position;
      this.noteEnd(found, mark.latest);
    }
    // The event is probably near, so the first page is small.
    for (let size = FIRST_SEARCHED; ; size = Math.min(2 * size, PAGE_SIZE)) {
      let read = 0;
      for await (const events of this.readLog(found, { limit: size }))
        for (const { position, metadata } of events) {
          if (metadata.recordedAt > instant) return found;
          found = position;
          read += 1;
        }
      if (read < size) return found;
    }
  }

  /**
   * The event, converted, in an array; an empty array if it does not belong to the log or the
   * kinds.
   */
  ownEvents(event: ServerEvent, kinds?: readonly string[], onDamage?: OnDamage): RecordedEvent[] {
    return this.own(event, kinds, onDamage, (stream) => this.upcast(fromServer(event, stream)));
  }

  /** The position and `recordedAt` of an event; null if it does not belong to the log. */
  ownPositionAndTime(event: ServerEvent, onDamage: OnDamage): ReturnType<typeof positionAndTimeOf> | null {
    return this.own(event, undefined, onDamage, (stream) => positionAndTimeOf(event, stream))[0] ?? null;
  }

  private own<T>(
    event: ServerEvent,
    kinds: readonly string[] | undefined,
    onDamage: OnDamage | undefined,
    read: (stream: string) => T,
  ): T[] {
    if (this.damaged.note(event)) return [];
    const name = this.connection.names.toStream(event.stream);
    if (name === null || !(kinds?.includes(name.kind) ?? true)) return [];
    try {
      return [read(name.stream)];
    } catch (error) {
      if (onDamage === undefined || !(error instanceof DamagedLog)) throw error;
      onDamage(error);
      return [];
    }
  }

  /** The highest `recordedAt` before a position, from the events shortly before it. */
  private async latestTime(position: bigint): Promise<string> {
    if (position <= this.beginsAt) return '';
    const known = this.ends.get(position);
    if (known !== undefined) return known;
    let page: ServerPage;
    try {
      const from = { commit: position, prepare: position };
      const filter = this.connection.names.ownFilter();
      page = await this.allPage({ from, count: LOOK_BACK, filter, backwards: true });
    } catch (error) {
      if (isNoEventThere(error)) return '';
      throw error;
    }
    let latest = '';
    for (const event of page.events) {
      const at =
        event.stream === this.connection.names.times
          ? event.created
          : (this.ownEvents(event, undefined, () => undefined)[0]?.metadata.recordedAt ?? '');
      if (at > latest) latest = at;
    }
    this.noteEnd(position, latest);
    return latest;
  }

  private noteEnd(position: bigint, latest: string): void {
    this.ends.set(position, latest);
    const [oldest] = this.ends.keys();
    if (this.ends.size > KNOWN_ENDS && oldest !== undefined) this.ends.delete(oldest);
  }

  private checkWhole(stream: string): void {
    const fault = this.damaged.faultOf(stream);
    if (fault !== null) throw fault;
  }

  private checkKinds(kinds: readonly string[] | undefined, onDamage: OnDamage | undefined): void {
    const fault = onDamage === undefined ? this.damaged.faultOfKinds(kinds) : null;
    if (fault !== null) throw fault;
  }

  /**
   * The server-side filter for a range. Filters by stream names also return events that report
   * damage.
   */
  private filtersOf({ kinds, types }: LogRange): Pick<PageFilters, 'filter' | 'note'> {
    const { names } = this.connection;
    if (kinds === undefined && types !== undefined)
      return new PageFilters([{ typePattern: anyOf(types) }, names.ownFilter()]);
    return { filter: kinds === undefined ? names.ownFilter() : names.kindsFilter(kinds), note: () => undefined };
  }

  /** The position, or the beginning of the log, whichever is later. */
  private orBeginning(position: bigint): bigint {
    return position < this.beginsAt ? this.beginsAt : position;
  }

  /**
   * How far the subscription has followed the log, if a position is within that part; else null.
   */
  private seenAfter(position: bigint): Followed | null {
    const { followed } = this;
    return followed !== null && position >= followed.at && position < followed.through.commit ? followed : null;
  }

  /**
   * A page that begins at or before a position. It has events after the position unless it is the
   * last page. The server can only read from the position of an event. For any other position, the
   * read starts at the last known event before it.
   */
  private async pageAfter(after: bigint, filter: ServerFilter, count: number): Promise<LogPage> {
    const seen = this.seenAfter(after);
    let from = after;
    let page = seen === null ? null : await this.pageFrom(seen.through, filter, count);
    page ??= await this.pageAt(from, filter, count);
    while (page === null) {
      from = this.knownBefore(from);
      page = await this.pageAt(from, filter, LOG_PAGE_SIZE);
    }
    // The last known event may be many pages before the position.
    for (let latest = page.events.at(-1); !page.last && latest !== undefined && latest.commit < after;) {
      page = await this.allPage({ from: latest, count: LOG_PAGE_SIZE, filter });
      if (page.events.at(-1)?.commit === latest.commit) break;
      latest = page.events.at(-1);
    }
    const last = page.events.at(-1);
    return {
      events: page.events,
      last: page.last,
      through: last === undefined || last.commit < after ? after : last.commit,
      seen,
    };
  }

  /**
   * A page that starts with the event at a position, or at the start of the log for 0; null if no
   * event begins at the position.
   */
  private pageAt(position: bigint, filter: ServerFilter, count: number): Promise<ServerPage | null> {
    return this.pageFrom(position === 0n ? 'start' : { commit: position, prepare: position }, filter, count);
  }

  private async pageFrom(from: ReadFrom, filter: ServerFilter, count: number): Promise<ServerPage | null> {
    try {
      return await this.allPage({ from, count, filter });
    } catch (error) {
      if (from !== 'start' && isNoEventThere(error)) return null;
      throw error;
    }
  }

  private allPage(page: {
    readonly from: ReadFrom;
    readonly count: number;
    readonly filter: ServerFilter;
    readonly backwards?: boolean;
  }): Promise<ServerPage> {
    const { calls, streams } = this.connection;
    return calls.ask(
      'read the log',
      () => calls.run('search', (onPiece) => streams.readAll(page, onPiece)),
      (error) => page.from !== 'start' && page.from !== 'end' && isNoEventThere(error),
    );
  }

  private async streamPage(
    stream: string,
    page: { readonly from: number | undefined; readonly count: number; readonly backwards: boolean },
  ): Promise<ServerPage | null> {
    const { calls, streams, names } = this.connection;
    const asked = { ...page, stream: names.onServer(stream) };
    return calls.ask(`read ${stream}`, () => calls.run('once', (onPiece) => streams.readStream(asked, onPiece)));
  }
}

/**
 * Whether an event was imported, with the `recordedAt` of its original log. An event of this log is
 * never recorded before the server wrote it.
 */
const isImported = ({ metadata }: RecordedEvent, { created }: ServerEvent): boolean => metadata.recordedAt < created;

/** The event, with this `recordedAt` if it is later than the event's own. */
const recordedAt = (event: RecordedEvent, latest: string): RecordedEvent =>
  event.metadata.recordedAt >= latest ? event : { ...event, metadata: { ...event.metadata, recordedAt: latest } };

const anyOf = (types: readonly string[]): string =>
  `^(?:${types.map((type) => type.replace(/[^\w]/g, '\\$&')).join('|')})$`;
