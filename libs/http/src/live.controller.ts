import type { ServerResponse } from 'node:http';
import {
  Controller,
  Get,
  Headers,
  Inject,
  Injectable,
  Logger,
  type OnModuleDestroy,
  Param,
  Query,
  Res,
} from '@nestjs/common';
import type { FieldError } from '@entente/contracts';
import {
  EventStore,
  LiveLog,
  LiveRows,
  ReadModelStore,
  type Resume,
  type LiveUpdate,
  eraOf,
  isLost,
  keptUpTo,
} from '@entente/engine';
import { toEventDto, readLogQuery, refuseBeyond } from './history.controller.js';
import { Metrics } from './metrics.controller.js';
import { validationProblem } from './problem.js';
import { describedAs } from './read-models.controller.js';
import { type RowRequest, lowest, matches, readRowQuery, toRowDto } from './row-query.js';

/**
 * The maximum number of bytes that wait for a slow reader: above it, a further update closes the
 * stream.
 */
const MAX_BUFFERED_BYTES = 1024 * 1024;
const HEARTBEAT_MS = 15_000;
/**
 * Milliseconds in which a reader that catches up must read something, and in which a reader of a
 * closed stream may read the rest.
 */
const SLOW_CONSUMER_MS = 10_000;
const STOPPING = 'the service is stopping; connect again to resume';
const TOO_SLOW = 'too slow: too many bytes wait for this reader; connect again to resume';

/** A reply of the web server that can give up its socket. */
interface Hijackable {
  hijack(): void;
  readonly raw: ServerResponse;
}

/**
 * One open stream of events (SSE). What it cannot write at once waits, up to a bound; above it, the
 * stream is closed with the reason.
 */
export class OpenStream {
  private closed = false;
  private readonly closeListeners: (() => void)[] = [];

  constructor(private readonly raw: ServerResponse) {
    // The stream is quiet while nothing changes. The bound on waiting bytes closes streams of slow
    // readers.
    raw.socket?.setTimeout(0);
    raw.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    raw.write('retry: 1000\n\n');
    raw.on('close', () => this.finish());
    raw.on('error', () => this.finish());
  }

  get open(): boolean {
    return !this.closed;
  }

  /** Writes text that already has the form of frames. */
  write(frames: string): void {
    if (this.closed || frames === '') return;
    if (this.raw.writableLength > MAX_BUFFERED_BYTES) this.closeWith(TOO_SLOW);
    else this.raw.write(frames);
  }

  /**
   * Resolves when the waiting bytes are written, with true; with false when the stream is closed,
   * as it is for a reader that does not read for too long.
   */
  hasRoom(): Promise<boolean> {
    if (this.closed || this.raw.writableLength < MAX_BUFFERED_BYTES / 4) return Promise.resolve(!this.closed);
    return new Promise((resolve) => {
      const timeout = setTimeout(() => this.closeWith(TOO_SLOW), SLOW_CONSUMER_MS).unref();
      const done = (): void => {
        clearTimeout(timeout);
        resolve(!this.closed);
      };
      this.raw.once('drain', done);
      this.closeListeners.push(done);
    });
  }

  closeWith(reason: string): void {
    if (this.closed) return;
    this.raw.end(frame('closed', { reason }));
    const { raw } = this;
    setTimeout(() => raw.destroy(), SLOW_CONSUMER_MS).unref();
    this.finish();
  }

  onClose(work: () => void): void {
    if (this.closed) work();
    else this.closeListeners.push(work);
  }

  private finish(): void {
    if (this.closed) return;
    this.closed = true;
    for (const work of this.closeListeners.splice(0)) work();
  }
}

/**
 * All open streams. They share the keep-alive timer, and are closed with a reason when the
 * deployment closes.
 */
@Injectable()
export class OpenStreams implements OnModuleDestroy {
  private readonly streams = new Set<OpenStream>();
  private stopping = false;
  private readonly timer = setInterval(() => {
    for (const stream of this.streams) stream.write(': still here\n\n');
  }, HEARTBEAT_MS).unref();

  constructor(
    @Inject(LiveRows) private readonly rows: LiveRows,
    @Inject(LiveLog) private readonly log: LiveLog,
    @Inject(Metrics) metrics: Metrics,
  ) {
    metrics.gaugeFrom('entente_live_readers', 'open live streams', () => this.streams.size);
  }

  open(reply: Hijackable): OpenStream {
    reply.hijack();
    const stream = new OpenStream(reply.raw);
    this.streams.add(stream);
    stream.onClose(() => this.streams.delete(stream));
    if (this.stopping) stream.closeWith(STOPPING);
    return stream;
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping = true;
    clearInterval(this.timer);
    for (const stream of this.streams) stream.closeWith(STOPPING);
    this.rows.close();
    await this.log.close();
  }
}

const frame = (event: string, data: unknown, id?: string): string =>
  `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;

const idOf = (name: string, version: string, positions: readonly bigint[]): string =>
  `${name}/${version}/${positions.join('-')}`;

function resumeOf(name: string, id: string | undefined): Resume | null {
  const [of, version, positions] = (id ?? '').split('/');
  if (version === undefined || positions === undefined) return null;
  const parts = positions.split('-');
  if (of !== name || !parts.every((at) => /^[0-9]{1,19}$/.test(at))) return { version: '', positions: [] };
  return { version, positions: parts.map(BigInt) };
}

/**
 * The position at which a reader of the log ended: an era of the log, '' for the first, and a
 * position; null for an invalid id.
 */
function parseLogEventId(id: string | undefined): { readonly era: string; readonly position: bigint | null } {
  const [, era = '', position] = /^(?:([0-9a-f]{8})-)?([0-9]{1,19})$/.exec(id ?? '') ?? [];
  return { era, position: position === undefined ? null : BigInt(position) };
}

/**
 * Changes as they happen. Nest's `@Sse` buffers without bound for a slow reader, so these streams
 * write to the socket themselves.
 */
@Controller('v1')
export class LiveController {
  private readonly logger = new Logger('live');

  constructor(
    private readonly store: ReadModelStore,
    private readonly log: EventStore,
    private readonly rows: LiveRows,
    private readonly events: LiveLog,
    private readonly streams: OpenStreams,
  ) {}

  /**
   * The first rows, `caught-up`, then each row that changes (`row`) or no longer exists
   * (`removed`).
   */
  @Get('read-models/:name/live')
  async readModel(
    @Param('name') name: string,
    @Query() query: Record<string, unknown>,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Res() reply: Hijackable,
  ): Promise<void> {
    const described = describedAs(this.store, name);
    const request = readRowQuery(described, query, ['limit']);
    if (Array.isArray(request)) throw validationProblem(request as FieldError[]);
    const { where, limit } = request as RowRequest;
    const ranged = where.filter(({ in: any }) => any === undefined);
    if (ranged.length > 0)
      throw validationProblem(
        ranged.map(({ column }) => ({ path: column, message: 'live rows are filtered by values, not by ranges' })),
      );
    const stream = this.streams.open(reply);
    const onUpdate = (update: LiveUpdate): void => stream.write(framesFor(name, where, update));
    const onLost = (error: unknown): void => {
      this.logger.error(error);
      stream.closeWith('the rows cannot be read just now; connect again');
    };
    try {
      stream.onClose(
        await this.rows.follow(name, { where, limit, resume: resumeOf(name, lastEventId) }, onUpdate, onLost),
      );
    } catch (error) {
      onLost(error);
    }
  }

  /**
   * The last events (`?limit=`, by default 50) or those after `Last-Event-ID`, then each new event.
   * `reset` if the log was restored without events that the reader has seen.
   */
  @Get('history/live')
  async history(
    @Query() query: Record<string, unknown>,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Res() reply: Hijackable,
  ): Promise<void> {
    const { kinds, types, after } = readLogQuery(query, ['kind', 'type', 'after']);
    const head = await this.log.head();
    if (after !== null) refuseBeyond('after', after, head);
    const { era, position: resumeAt } = parseLogEventId(lastEventId);
    const stream = this.streams.open(reply);
    let from = resumeAt ?? after ?? head;
    if (resumeAt !== null && isLost(this.log, era, resumeAt)) {
      from = keptUpTo(this.log, era) ?? 0n;
      const reason = 'the log was restored without what followed this position';
      stream.write(frame('reset', { reason, position: String(from) }));
    } else if (resumeAt !== null && resumeAt > head) {
      from = head;
      stream.write(frame('reset', { reason: 'this position lies beyond the log', position: String(from) }));
    }
    const currentEra = eraOf(this.log);
    const narrow = { ...(kinds ? { kinds } : {}), ...(types ? { types } : {}) };
    try {
      const unsubscribe = await this.events.follow(
        from,
        narrow,
        (events) =>
          stream.write(
            events
              .filter(
                ({ stream: of, type }) =>
                  (kinds?.includes(of.slice(0, of.indexOf('/'))) ?? true) && (types?.includes(type) ?? true),
              )
              .map((event) =>
                frame('event', toEventDto(event), `${currentEra === '' ? '' : `${currentEra}-`}${event.position}`),
              )
              .join(''),
          ),
        () => stream.hasRoom(),
      );
      stream.onClose(unsubscribe);
    } catch (error) {
      this.logger.error(error);
      stream.closeWith('the log cannot be read just now; connect again');
    }
  }
}

/** Each text is made once for all readers of the same query. */
const texts = new WeakMap<object, Map<string, string>>();

function framesFor(name: string, where: RowRequest['where'], update: LiveUpdate): string {
  const request = `${name} ${JSON.stringify(where)}`;
  const byQuery = texts.get(update) ?? new Map<string, string>();
  texts.set(update, byQuery);
  let text = byQuery.get(request);
  if (text === undefined) byQuery.set(request, (text = textOf(name, where, update)));
  return text;
}

function textOf(name: string, where: RowRequest['where'], update: LiveUpdate): string {
  switch (update.type) {
    case 'reset':
      return frame('reset', { reason: update.reason });
    case 'rows':
      return update.rows.map((row) => frame('row', toRowDto(row))).join('');
    case 'caught-up': {
      const totals = update.totals.map(({ by, counts, count, sums }) => ({ ...by, counts, count, ...sums }));
      return frame(
        'caught-up',
        { position: lowest(update.positions), version: update.version, totals },
        idOf(name, update.version, update.positions),
      );
    }
    case 'changes': {
      const frames = update.changes.flatMap(({ key, before, row }) => {
        if (row !== null && matches(where, key, row.columns)) return [frame('row', toRowDto(row))];
        return before !== null && matches(where, key, before) ? [frame('removed', { row_id: key })] : [];
      });
      // Only the last frame has the id: a reader that resumes has had the whole batch, or none of
      // it.
      const last = frames.pop();
      return last === undefined ? '' : `${frames.join('')}id: ${idOf(name, update.version, update.positions)}\n${last}`;
    }
  }
}
