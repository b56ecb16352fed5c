import { DamagedLog, LARGEST_POSITION, type LogRange, type StreamRange, checkedPosition } from '@entente/engine';
import type { RecordedEvent } from '@entente/kernel';
import { isNoEventThere } from './rpc.js';
import { TimeIndex } from './time-index.js';
import type { TimeMark } from './time-marks.js';
import type { EventStoreConnection } from './connection.js';
import { type DamagedStreams, streamCut } from './damaged-streams.js';
import { fromServer, placeOf } from './event-mapping.js';
import { PageFilters } from './page-filters.js';
import { RevisionCheck } from './revision-check.js';
import type { ServerEvent, ServerPosition } from './messages.js';
import type { ReadFrom, ServerFilter, ServerPage } from './stream-calls.js';

/** Events per read of the log. */
const LOG_PAGE_SIZE = 2000;
/** Events per read of one stream, and per batch unless the caller asks for fewer. */
const PAGE_SIZE = 500;
/** The events of the first page in which the position of an instant is searched. */
const FIRST_SEARCHED = 125;
/** Events per read for the last one: some may be of other programs. */
const LAST_EVENTS = 4;
/**
 * Events that are read before the first one for the time of recording: appends that ran at the same
 * time when the server's clock was set back are not further apart.
 */
const LOOK_BACK = 512;
/** Events that a page may have besides those that are wanted: time marks are among them. */
const MARKS_PER_PAGE = 100;
/** Number of read ends of which the time is remembered. */
const KNOWN_ENDS = 32;

/** Called with each event that cannot be read, and is skipped. */
export type OnDamage = (fault: DamagedLog) => void;

/**
 * How far a log was followed: after its event at `at` there are only events of others up to
 * `through`. `latest` is the highest time of recording up to there.
 */
interface Followed {
  readonly at: bigint;
  readonly through: ServerPosition;
  readonly latest: string;
}

/** A page of the log, up to the position `through`; `seen` is what was known of the part before. */
interface LogPage extends ServerPage {
  readonly through: bigint;
  readonly seen: Followed | null;
}

/**
 * The log as it is read from the server, page by page. The server filters: events of the server
 * itself or of others are not sent.
 */
export class LogReader {
  private readonly timeIndex = new TimeIndex();
  /** The highest time of recording up to where reads ended: other reads begin there. */
  private readonly ends = new Map<bigint, string>();

  /** How far the log was followed; null until something came after its last event. */
  followed: Followed | null = null;

  constructor(
    private readonly connection: EventStoreConnection,
    /** The position at which the log begins; earlier events of the server are not read. */
    private readonly beginsAt: bigint,
    readonly damaged: DamagedStreams,
    private readonly upcast: (event: RecordedEvent) => RecordedEvent = (event) => event,
  ) {}

  /** Fails if the stream is not whole: its events are there from revision 0 without a gap. */
  async *readStream(
    stream: string,
    { from, backwards = false, limit = Infinity }: StreamRange = {},
  ): AsyncIterable<readonly RecordedEvent[]> {
    if (!this.connection.names.isStream(stream)) return;
    this.checkWhole(stream);
    let next = from ?? (backwards ? undefined : 0);
    // Revisions run from 0 without a gap: otherwise a part is missing.
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
   * The time of recording never goes back along the log: an event has that of the event before it
   * if its own is lower. So it may be later here than in `readStream`, by the time that two appends
   * took when the server's clock was set back. A gap in the revisions of a stream is a fault.
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
    // Who reads past damage finds gaps by itself.
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
        // A page begins with the last event before it, which is part of the time up to there.
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
      // Who took a page and asked for another gets each later one while working on the one before.
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
   * Whether the server was set back behind an event of the log. In the log of a server, a record
   * that was set back was never there: nothing begins at its position, another record does, or the
   * log ends before. A record that was scavenged leaves a place, from which the next one is read.
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
   * The last known position of an event before a position without one: that of the last event read
   * there, or the beginning of the log.
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
   * The events after a position that the server has reached, as it sent them, and whether these are
   * all. Events that damage a stream are noted.
   */
  async news(after: ServerPosition): Promise<ServerPage> {
    const page = await this.allPage({ from: after, count: LOG_PAGE_SIZE, filter: this.connection.names.ownFilter() });
    for (const event of page.events) this.damaged.note(event);
    return page;
  }

  /**
   * The position of the last event recorded at or before an instant, of those that are there. The
   * search starts at the last known event before that: one read here, or one that was marked, with
   * the highest time of recording up to there.
   */
  async positionAt(instant: string, mark: TimeMark | null): Promise<bigint> {
    let found = this.timeIndex.recordedBy(instant);
    if (mark !== null && mark.position > found) {
      found = mark.position;
      this.noteEnd(found, mark.latest);
    }
    // The event is near, so the first page is small.
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

  /** The event as the deployment knows it, if it belongs to the log and to the kinds. */
  ownEvents(event: ServerEvent, kinds?: readonly string[], onDamage?: OnDamage): RecordedEvent[] {
    return this.own(event, kinds, onDamage, (stream) => this.upcast(fromServer(event, stream)));
  }

  /** The place of an event, if it belongs to the log. */
  ownPlace(event: ServerEvent, onDamage: OnDamage): ReturnType<typeof placeOf> | null {
    return this.own(event, undefined, onDamage, (stream) => placeOf(event, stream))[0] ?? null;
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

  /** The highest time of recording before a position, of the events near it. */
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

  /** The filters of the server for a range; those by streams find damage, too. */
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

  /** How far the log was followed, if only events of others are between a position and there. */
  private seenAfter(position: bigint): Followed | null {
    const { followed } = this;
    return followed !== null && position >= followed.at && position < followed.through.commit ? followed : null;
  }

  /**
   * A page that begins at a position or before it, and has events after it unless it is the last.
   * The server only reads from the position of an event. For any other position the read starts at
   * the last known event before it.
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
    // The last known event may be many pages before it.
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
   * A page with the event at a position first; null if no event begins there. 0: from the start.
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
 * Whether an event came from another log, with the time at which that recorded it. An event of this
 * log is never recorded before the server wrote it.
 */
const isImported = ({ metadata }: RecordedEvent, { created }: ServerEvent): boolean => metadata.recordedAt < created;

/** The event with this time of recording, if that is later than its own. */
const recordedAt = (event: RecordedEvent, latest: string): RecordedEvent =>
  event.metadata.recordedAt >= latest ? event : { ...event, metadata: { ...event.metadata, recordedAt: latest } };

const anyOf = (types: readonly string[]): string =>
  `^(?:${types.map((type) => type.replace(/[^\w]/g, '\\$&')).join('|')})$`;
