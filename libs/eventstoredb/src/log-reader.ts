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
import { narrowed } from './filtered-read.js';
import { fromServer } from './event-mapping.js';

/** As many events are read at once, the server's own among them. */
const PAGE_SIZE = 500;

/** Which of the server's events a reader wants. */
export type EventFilter = (stream: { readonly kind: string }, type: string) => boolean;

/**
 * A page of the server's whole log: the log's own events in it, where it ends, and whether nothing
 * stands behind it.
 */
interface Page {
  readonly events: readonly RecordedEvent[];
  readonly through: bigint;
  readonly last: boolean;
}

/**
 * The log as it is read from the server, page by page; what is the server's own, or another's, is
 * left out.
 */
export class LogReader {
  private readonly instants = new TimeIndex();

  constructor(
    private readonly link: EventStoreConnection,
    /** Where the log begins: what the server had before is not read. */
    private readonly begins: bigint,
    private readonly upcast: (event: RecordedEvent) => RecordedEvent = (event) => event,
  ) {}

  async *readStream(
    stream: string,
    { from, backwards = false, limit = Infinity }: StreamRange = {},
  ): AsyncIterable<readonly RecordedEvent[]> {
    if (!this.link.names.holds(stream)) return;
    const name = this.link.names.onServer(stream);
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
    if (!this.link.names.holds(stream)) return -1;
    const [last] = await this.page(this.link.names.onServer(stream), { from: undefined, count: 1, backwards: true });
    return last === undefined ? -1 : Number(last.revision);
  }

  async *readLog(after: bigint, range: LogRange = {}): AsyncIterable<readonly RecordedEvent[]> {
    const { upTo, kinds, types, limit = Infinity } = range;
    const wanted: EventFilter = ({ kind }, type) => (kinds?.includes(kind) ?? true) && (types?.includes(type) ?? true);
    const behind = (event: RecordedEvent) => event.position > after && (upTo === undefined || event.position <= upTo);
    const none = kinds?.length === 0 || types?.length === 0;
    let left = none ? 0 : limit;
    let next = this.notBefore(checkedPosition(after));
    let first = true;
    while (left > 0) {
      const page = await this.pageOfAll(next, wanted);
      const events = page.events.filter(behind).slice(0, left);
      if (events.length > 0) yield events;
      left -= events.length;
      next = page.through;
      if (page.last || left <= 0 || (upTo !== undefined && next >= upTo)) return;
      // What may be rare is looked for by the server itself, from the second page on.
      if (first && (kinds ?? types) !== undefined) {
        const head = (await this.end()).last?.position ?? 0n;
        const end = upTo === undefined || upTo > head ? head : upTo;
        for await (const found of narrowed(this.link, next, end, range)) {
          const some = found.events
            .flatMap((event) => this.own(event, wanted))
            .filter(behind)
            .slice(0, left);
          if (some.length > 0) yield some;
          left -= some.length;
          next = found.through;
          if (left <= 0) return;
        }
        if (upTo !== undefined && next >= upTo) return;
      }
      first = false;
    }
  }

  /** The event that begins at a position; null if none of the log's does. */
  async eventAt(position: bigint): Promise<RecordedEvent | null> {
    if (position <= 0n || position > LARGEST_POSITION) return null;
    const [first] = (await this.rawFrom(position, 1)) ?? [];
    return first?.event?.position.commit === position ? (this.own(first.event)[0] ?? null) : null;
  }

  /**
   * The last known position before one at which no event begins: the last event read there, or
   * where the log begins.
   */
  knownBefore(position: bigint): bigint {
    const known = this.notBefore(this.instants.before(position));
    return known < position ? known : 0n;
  }

  /**
   * Where all that the server holds ends, and the last event of the log, where one stands behind a
   * position.
   */
  async end(after = 0n): Promise<{ readonly through: bigint; readonly last?: RecordedEvent }> {
    const { client, calls, positions, every } = this.link;
    let from = null as bigint | null;
    let through = 0n;
    for (let count = 8; ; count = Math.min(count * 4, PAGE_SIZE)) {
      const fromPosition: ReadPosition = from === null ? END : positions.at(from);
      const raw: readonly AllStreamResolvedEvent[] = await calls.ask('read its end', () =>
        this.collected(client.readAll({ ...every, fromPosition, direction: BACKWARDS, maxCount: count })),
      );
      for (const { event } of raw) {
        const position = event === undefined ? 0n : positions.reached(event.position);
        if (position > through) through = position;
        if (position <= this.notBefore(after)) return { through };
        const [last] = this.own(event);
        if (last !== undefined) return { through, last };
      }
      if (raw.length < count) return { through };
      from = raw.at(-1)?.event?.position.commit ?? 0n;
    }
  }

  /**
   * The position of the last event recorded at or before an instant; looked for behind what is
   * known of earlier reading.
   */
  async positionAt(instant: string): Promise<bigint> {
    let found = this.instants.recordedBy(instant);
    for await (const events of this.readLog(found))
      for (const { position, metadata } of events) {
        if (metadata.recordedAt > instant) return found;
        found = position;
      }
    return found;
  }

  /** A position, or where the log begins, whichever is later. */
  private notBefore(position: bigint): bigint {
    return position < this.begins ? this.begins : position;
  }

  /**
   * A page of all that the server holds, from behind a position. The server reads only from where
   * an event begins: from anywhere else it is read from the last known event before it, and the
   * reader drops what lies before the position.
   */
  private async pageOfAll(after: bigint, wanted: EventFilter): Promise<Page> {
    let from = after;
    let raw = await this.rawFrom(from, PAGE_SIZE);
    while (raw === null) {
      from = this.knownBefore(from);
      raw = await this.rawFrom(from, PAGE_SIZE);
    }
    let through = this.endOf(raw) ?? from;
    // What is known before it may lie many pages before it.
    while (raw.length === PAGE_SIZE && through < after) {
      raw = await this.rawFrom(through, PAGE_SIZE);
      if (raw === null) throw new Error(`no event begins at ${through}, where one was read`);
      const further = this.endOf(raw) ?? through;
      if (further === through) break;
      through = further;
    }
    const events = raw.flatMap(({ event }) => ((event?.position.commit ?? 0n) <= after ? [] : this.own(event, wanted)));
    const last = events.at(-1);
    if (last !== undefined) this.instants.note(last);
    return { events, through, last: raw.length < PAGE_SIZE };
  }

  /** Where a part of the log ends, as a commit. */
  private endOf(raw: readonly AllStreamResolvedEvent[]): bigint | null {
    const last = raw.at(-1)?.event;
    return last === undefined ? null : this.link.positions.reached(last.position);
  }

  /**
   * What the server holds from the event at a position on, that one first; null if no event begins
   * there. 0: from the start.
   */
  private async rawFrom(position: bigint, maxCount: number): Promise<readonly AllStreamResolvedEvent[] | null> {
    const { client, calls, positions, every } = this.link;
    const fromPosition = position === 0n ? START : positions.at(position);
    const isAnswer = (error: unknown): boolean => position !== 0n && isNoEventThere(error);
    try {
      return await calls.ask(
        'read the log',
        () => this.collected(client.readAll({ ...every, fromPosition, direction: FORWARDS, maxCount })),
        isAnswer,
      );
    } catch (error) {
      if (isAnswer(error)) return null;
      throw error;
    }
  }

  /** The event as the deployment knows it, where it is the log's and wanted. */
  own(event: AllStreamResolvedEvent['event'], wanted: EventFilter = () => true): RecordedEvent[] {
    if (event === undefined) return [];
    const name = this.link.names.here(event.streamId);
    return name !== null && wanted(name, event.type) ? [this.upcast(fromServer(event, name.stream))] : [];
  }

  private async page(
    name: string,
    { from, count, backwards }: { from: number | undefined; count: number; backwards: boolean },
  ): Promise<readonly OnServer[]> {
    const { client, calls, every } = this.link;
    const direction = backwards ? BACKWARDS : FORWARDS;
    const fromRevision = from === undefined ? (backwards ? END : START) : BigInt(from);
    try {
      const events = await calls.ask('read a stream', () =>
        this.collected(client.readStream(name, { ...every, fromRevision, direction, maxCount: count })),
      );
      return events.flatMap(({ event }) => event ?? []);
    } catch (error) {
      if (error instanceof StreamNotFoundError) return [];
      throw error;
    }
  }

  private collected<T>(read: StreamingRead<T>): Promise<readonly T[]> {
    const all = (sign: () => void): Promise<readonly T[]> =>
      new Promise((resolve, reject) => {
        const events: T[] = [];
        read.on('data', (event: T) => {
          events.push(event);
          sign();
        });
        read.on('end', () => resolve(events));
        read.on('error', reject);
      });
    return this.link.calls.once(all, () => void read.cancel().catch(() => undefined));
  }
}
