import {
  type AllStreamResolvedEvent,
  BACKWARDS,
  END,
  FORWARDS,
  type ReadPosition,
  START,
  StreamNotFoundError,
  type StreamingRead,
  type RecordedEvent as OnServer,
} from '@eventstore/db-client';
import { LARGEST_POSITION, type LogRange, type StreamRange, checkedPosition } from '@entente/engine';
import type { RecordedEvent } from '@entente/kernel';
import { isNoEventThere } from './rpc.js';
import { TimeIndex } from './time-index.js';
import type { EventStoreConnection } from './connection.js';
import { readFiltered } from './filtered-read.js';
import { fromServer } from './event-mapping.js';

/** Events per read, including the server's own. */
const PAGE_SIZE = 500;

/** Which of the server's events to return. */
export type EventFilter = (stream: { readonly kind: string }, type: string) => boolean;

/**
 * A page of the server's whole log: the log's own events in it, the position at which it ends, and
 * whether it is the last page.
 */
interface Page {
  readonly events: readonly RecordedEvent[];
  readonly through: bigint;
  readonly last: boolean;
}

/**
 * The log as it is read from the server, page by page, without events of the server itself or of
 * others.
 */
export class LogReader {
  private readonly timeIndex = new TimeIndex();

  constructor(
    private readonly connection: EventStoreConnection,
    /** The position at which the log begins; earlier events of the server are not read. */
    private readonly beginsAt: bigint,
    private readonly upcast: (event: RecordedEvent) => RecordedEvent = (event) => event,
  ) {}

  async *readStream(
    stream: string,
    { from, backwards = false, limit = Infinity }: StreamRange = {},
  ): AsyncIterable<readonly RecordedEvent[]> {
    if (!this.connection.names.isStream(stream)) return;
    const name = this.connection.names.onServer(stream);
    let next = from;
    for (let left = limit; left > 0 && (next === undefined || next >= 0);) {
      const count = Math.min(PAGE_SIZE, left);
      const events = await this.page(name, { from: next, count, backwards });
      if (events.length > 0) yield events.map((event) => this.upcast(fromServer(event, stream)));
      if (events.length < count) return;
      left -= events.length;
      next = Number((events.at(-1) as OnServer).revision) + (backwards ? -1 : 1);
    }
  }

  async revisionOf(stream: string): Promise<number> {
    if (!this.connection.names.isStream(stream)) return -1;
    const [last] = await this.page(this.connection.names.onServer(stream), {
      from: undefined,
      count: 1,
      backwards: true,
    });
    return last === undefined ? -1 : Number(last.revision);
  }

  async *readLog(after: bigint, range: LogRange = {}): AsyncIterable<readonly RecordedEvent[]> {
    const { upTo, kinds, types, limit = Infinity } = range;
    const filter: EventFilter = ({ kind }, type) => (kinds?.includes(kind) ?? true) && (types?.includes(type) ?? true);
    const isInRange = (event: RecordedEvent) =>
      event.position > after && (upTo === undefined || event.position <= upTo);
    const matchesNothing = kinds?.length === 0 || types?.length === 0;
    let left = matchesNothing ? 0 : limit;
    let next = this.orBeginning(checkedPosition(after));
    let first = true;
    while (left > 0) {
      const page = await this.pageOfAll(next, filter);
      const events = page.events.filter(isInRange).slice(0, left);
      if (events.length > 0) yield events;
      left -= events.length;
      next = page.through;
      if (page.last || left <= 0 || (upTo !== undefined && next >= upTo)) return;
      // From the second page on, the server itself searches for rare events.
      if (first && (kinds ?? types) !== undefined) {
        const head = (await this.end()).last?.position ?? 0n;
        const end = upTo === undefined || upTo > head ? head : upTo;
        for await (const found of readFiltered(this.connection, next, end, range)) {
          const matching = found.events
            .flatMap((event) => this.ownEvents(event, filter))
            .filter(isInRange)
            .slice(0, left);
          if (matching.length > 0) yield matching;
          left -= matching.length;
          next = found.through;
          if (left <= 0) return;
        }
        if (upTo !== undefined && next >= upTo) return;
      }
      first = false;
    }
  }

  /** The event at exactly this position; null if it is not one of the log. */
  async eventAt(position: bigint): Promise<RecordedEvent | null> {
    if (position <= 0n || position > LARGEST_POSITION) return null;
    const [first] = (await this.rawFrom(position, 1)) ?? [];
    return first?.event?.position.commit === position ? (this.ownEvents(first.event)[0] ?? null) : null;
  }

  /**
   * The last known position of an event before a position without one: that of the last event read
   * there, or the beginning of the log.
   */
  knownBefore(position: bigint): bigint {
    const known = this.orBeginning(this.timeIndex.before(position));
    return known < position ? known : 0n;
  }

  /**
   * The end of all that the server holds, and the last event of the log if it is after a position.
   */
  async end(after = 0n): Promise<{ readonly through: bigint; readonly last?: RecordedEvent }> {
    const { client, calls, positions, callOptions } = this.connection;
    let from = null as bigint | null;
    let through = 0n;
    for (let count = 8; ; count = Math.min(count * 4, PAGE_SIZE)) {
      const fromPosition: ReadPosition = from === null ? END : positions.at(from);
      const raw: readonly AllStreamResolvedEvent[] = await calls.ask('read its end', () =>
        this.collect(client.readAll({ ...callOptions, fromPosition, direction: BACKWARDS, maxCount: count })),
      );
      for (const { event } of raw) {
        const position = event === undefined ? 0n : positions.remember(event.position);
        if (position > through) through = position;
        if (position <= this.orBeginning(after)) return { through };
        const [last] = this.ownEvents(event);
        if (last !== undefined) return { through, last };
      }
      if (raw.length < count) return { through };
      from = raw.at(-1)?.event?.position.commit ?? 0n;
    }
  }

  /**
   * The position of the last event recorded at or before an instant; it starts to search at the
   * last known event before that.
   */
  async positionAt(instant: string): Promise<bigint> {
    let found = this.timeIndex.recordedBy(instant);
    for await (const events of this.readLog(found))
      for (const { position, metadata } of events) {
        if (metadata.recordedAt > instant) return found;
        found = position;
      }
    return found;
  }

  /** The position, or the beginning of the log, whichever is later. */
  private orBeginning(position: bigint): bigint {
    return position < this.beginsAt ? this.beginsAt : position;
  }

  /**
   * A page of all that the server holds, after a position. The server only reads from the position
   * of an event. For any other position the read starts at the last known event before it, and the
   * caller drops earlier events.
   */
  private async pageOfAll(after: bigint, filter: EventFilter): Promise<Page> {
    let from = after;
    let raw = await this.rawFrom(from, PAGE_SIZE);
    while (raw === null) {
      from = this.knownBefore(from);
      raw = await this.rawFrom(from, PAGE_SIZE);
    }
    let through = this.endOf(raw) ?? from;
    // The last known event may be many pages before it.
    while (raw.length === PAGE_SIZE && through < after) {
      raw = await this.rawFrom(through, PAGE_SIZE);
      if (raw === null) throw new Error(`there is no event at ${through}, where one was read before`);
      const next = this.endOf(raw) ?? through;
      if (next === through) break;
      through = next;
    }
    const events = raw.flatMap(({ event }) =>
      (event?.position.commit ?? 0n) <= after ? [] : this.ownEvents(event, filter),
    );
    const last = events.at(-1);
    if (last !== undefined) this.timeIndex.note(last);
    return { events, through, last: raw.length < PAGE_SIZE };
  }

  /** The commit position of the last event of a page. */
  private endOf(raw: readonly AllStreamResolvedEvent[]): bigint | null {
    const last = raw.at(-1)?.event;
    return last === undefined ? null : this.connection.positions.remember(last.position);
  }

  /**
   * All that the server holds from the event at a position on, with that event; null if there is no
   * event at it. 0: from the start.
   */
  private async rawFrom(position: bigint, maxCount: number): Promise<readonly AllStreamResolvedEvent[] | null> {
    const { client, calls, positions, callOptions } = this.connection;
    const fromPosition = position === 0n ? START : positions.at(position);
    const isAnswer = (error: unknown): boolean => position !== 0n && isNoEventThere(error);
    try {
      return await calls.ask(
        'read the log',
        () => this.collect(client.readAll({ ...callOptions, fromPosition, direction: FORWARDS, maxCount })),
        isAnswer,
      );
    } catch (error) {
      if (isAnswer(error)) return null;
      throw error;
    }
  }

  /** The event as the deployment knows it, if it belongs to the log and passes the filter. */
  ownEvents(event: AllStreamResolvedEvent['event'], filter: EventFilter = () => true): RecordedEvent[] {
    if (event === undefined) return [];
    const name = this.connection.names.toStream(event.streamId);
    return name !== null && filter(name, event.type) ? [this.upcast(fromServer(event, name.stream))] : [];
  }

  private async page(
    name: string,
    { from, count, backwards }: { from: number | undefined; count: number; backwards: boolean },
  ): Promise<readonly OnServer[]> {
    const { client, calls, callOptions } = this.connection;
    const direction = backwards ? BACKWARDS : FORWARDS;
    const fromRevision = from === undefined ? (backwards ? END : START) : BigInt(from);
    try {
      const events = await calls.ask('read a stream', () =>
        this.collect(client.readStream(name, { ...callOptions, fromRevision, direction, maxCount: count })),
      );
      return events.flatMap(({ event }) => event ?? []);
    } catch (error) {
      if (error instanceof StreamNotFoundError) return [];
      throw error;
    }
  }

  private collect<T>(read: StreamingRead<T>): Promise<readonly T[]> {
    const all = (onPiece: () => void): Promise<readonly T[]> =>
      new Promise((resolve, reject) => {
        const events: T[] = [];
        read.on('data', (event: T) => {
          events.push(event);
          onPiece();
        });
        read.on('end', () => resolve(events));
        read.on('error', reject);
      });
    return this.connection.calls.once(all, () => void read.cancel().catch(() => undefined));
  }
}
