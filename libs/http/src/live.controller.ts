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
  keptOf,
} from '@entente/engine';
import { eventOut, readLogQuery, refuseBeyond } from './history.controller.js';
import { Metrics } from './metrics.controller.js';
import { validationProblem } from './problem.js';
import { describedAs } from './read-models.controller.js';
import { type RowRequest, lowest, matches, readRowQuery, rowOut } from './row-query.js';

/**
 * What may wait for a slow reader, in bytes, when there is more to tell: beyond it the reader is
 * cut off.
 */
const MAX_BUFFERED_BYTES = 1024 * 1024;
const HEARTBEAT_MS = 15_000;
/**
 * How long a reader that catches up may take nothing, and how long one that was cut off has for
 * taking the rest, in milliseconds.
 */
const SLOW_CONSUMER_MS = 10_000;
const STOPPING = 'the service is stopping; connect again to resume';
const TOO_SLOW = 'too slow: more waits than is kept for one reader; connect again to resume';

/** A reply of the web server that hands over its socket. */
interface Hijackable {
  hijack(): void;
  readonly raw: ServerResponse;
}

/**
 * One open stream of events (SSE). What it cannot write at once waits, up to a bound; then it is
 * cut off with the reason.
 */
export class OpenStream {
  private over = false;
  private readonly whenOver: (() => void)[] = [];

  constructor(private readonly raw: ServerResponse) {
    // It is quiet while nothing changes, and its slow readers are cut off by what waits for them.
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
    return !this.over;
  }

  /** Text that is framed already. */
  write(frames: string): void {
    if (this.over || frames === '') return;
    if (this.raw.writableLength > MAX_BUFFERED_BYTES) this.cutOff(TOO_SLOW);
    else this.raw.write(frames);
  }

  /**
   * Resolves when what waits has gone out, with true; with false when the stream is over, as it is
   * for who takes nothing for too long.
   */
  room(): Promise<boolean> {
    if (this.over || this.raw.writableLength < MAX_BUFFERED_BYTES / 4) return Promise.resolve(!this.over);
    return new Promise((resolve) => {
      const late = setTimeout(() => this.cutOff(TOO_SLOW), SLOW_CONSUMER_MS).unref();
      const done = (): void => {
        clearTimeout(late);
        resolve(!this.over);
      };
      this.raw.once('drain', done);
      this.whenOver.push(done);
    });
  }

  cutOff(reason: string): void {
    if (this.over) return;
    this.raw.end(frame('closed', { reason }));
    const { raw } = this;
    setTimeout(() => raw.destroy(), SLOW_CONSUMER_MS).unref();
    this.finish();
  }

  onOver(work: () => void): void {
    if (this.over) work();
    else this.whenOver.push(work);
  }

  private finish(): void {
    if (this.over) return;
    this.over = true;
    for (const work of this.whenOver.splice(0)) work();
  }
}

/** All open streams: kept alive together, and ended with a reason when the deployment closes. */
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
    metrics.figure('entente_live_readers', 'open live streams', () => this.streams.size);
  }

  open(reply: Hijackable): OpenStream {
    reply.hijack();
    const stream = new OpenStream(reply.raw);
    this.streams.add(stream);
    stream.onOver(() => this.streams.delete(stream));
    if (this.stopping) stream.cutOff(STOPPING);
    return stream;
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping = true;
    clearInterval(this.timer);
    for (const stream of this.streams) stream.cutOff(STOPPING);
    this.rows.close();
    await this.log.close();
  }
}

const frame = (event: string, data: unknown, id?: string): string =>
  `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;

const idOf = (name: string, version: string, pin: readonly bigint[]): string => `${name}/${version}/${pin.join('-')}`;

function resumeOf(name: string, id: string | undefined): Resume | null {
  const [of, version, pin] = (id ?? '').split('/');
  if (version === undefined || pin === undefined) return null;
  const positions = pin.split('-');
  if (of !== name || !positions.every((at) => /^[0-9]{1,19}$/.test(at))) return { version: '', pin: [] };
  return { version, pin: positions.map(BigInt) };
}

/**
 * The place at which a reader of the log left off: an era of the log, '' for the first, and a
 * position; null where the id is none.
 */
function placeOf(id: string | undefined): { readonly era: string; readonly position: bigint | null } {
  const [, era = '', position] = /^(?:([0-9a-f]{8})-)?([0-9]{1,19})$/.exec(id ?? '') ?? [];
  return { era, position: position === undefined ? null : BigInt(position) };
}

/**
 * What changes, as it changes. Nest's `@Sse` buffers without bound for a slow reader, so these
 * streams write to the socket themselves.
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
   * The first rows, `caught-up`, then each row that changes (`row`) or is there no more
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
    const asked = readRowQuery(described, query, ['limit']);
    if (Array.isArray(asked)) throw validationProblem(asked as FieldError[]);
    const { where, limit } = asked as RowRequest;
    const ranged = where.filter(({ in: any }) => any === undefined);
    if (ranged.length > 0)
      throw validationProblem(
        ranged.map(({ column }) => ({ path: column, message: 'live rows are narrowed by values, not by ranges' })),
      );
    const stream = this.streams.open(reply);
    const tell = (news: LiveUpdate): void => stream.write(framed(name, where, news));
    const lost = (error: unknown): void => {
      this.logger.error(error);
      stream.cutOff('the rows cannot be read just now; connect again');
    };
    try {
      stream.onOver(await this.rows.follow(name, { where, limit, resume: resumeOf(name, lastEventId) }, tell, lost));
    } catch (error) {
      lost(error);
    }
  }

  /**
   * The last events (`?limit=`, 50 unless told) or those behind `Last-Event-ID`, then each that is
   * recorded. `reset` where the log was restored without what was told.
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
    const { era, position: resumed } = placeOf(lastEventId);
    const stream = this.streams.open(reply);
    let from = resumed ?? after ?? head;
    if (resumed !== null && isLost(this.log, era, resumed)) {
      from = keptOf(this.log, era) ?? 0n;
      const reason = 'the log was restored without what followed this position';
      stream.write(frame('reset', { reason, position: String(from) }));
    } else if (resumed !== null && resumed > head) {
      from = head;
      stream.write(frame('reset', { reason: 'this position lies beyond the log', position: String(from) }));
    }
    const own = eraOf(this.log);
    const narrow = { ...(kinds ? { kinds } : {}), ...(types ? { types } : {}) };
    try {
      const leave = await this.events.follow(
        from,
        narrow,
        (events) =>
          stream.write(
            events
              .filter(
                ({ stream: of, type }) =>
                  (kinds?.includes(of.slice(0, of.indexOf('/'))) ?? true) && (types?.includes(type) ?? true),
              )
              .map((event) => frame('event', eventOut(event), `${own === '' ? '' : `${own}-`}${event.position}`))
              .join(''),
          ),
        () => stream.room(),
      );
      stream.onOver(leave);
    } catch (error) {
      this.logger.error(error);
      stream.cutOff('the log cannot be read just now; connect again');
    }
  }
}

/** Each text is made once for all who watch alike. */
const texts = new WeakMap<object, Map<string, string>>();

function framed(name: string, where: RowRequest['where'], news: LiveUpdate): string {
  const asked = `${name} ${JSON.stringify(where)}`;
  const made = texts.get(news) ?? new Map<string, string>();
  texts.set(news, made);
  let text = made.get(asked);
  if (text === undefined) made.set(asked, (text = textOf(name, where, news)));
  return text;
}

function textOf(name: string, where: RowRequest['where'], news: LiveUpdate): string {
  switch (news.as) {
    case 'reset':
      return frame('reset', { reason: news.reason });
    case 'rows':
      return news.rows.map((row) => frame('row', rowOut(row))).join('');
    case 'caught-up': {
      const totals = news.totals.map(({ by, counts, count, sums }) => ({ ...by, counts, count, ...sums }));
      return frame(
        'caught-up',
        { position: lowest(news.pin), version: news.version, totals },
        idOf(name, news.version, news.pin),
      );
    }
    case 'changes': {
      const frames = news.changes.flatMap(({ key, before, row }) => {
        if (row !== null && matches(where, key, row.columns)) return [frame('row', rowOut(row))];
        return before !== null && matches(where, key, before) ? [frame('removed', { row_id: key })] : [];
      });
      // The id stands on the last frame alone: who resumes has had the whole batch, or none of it.
      const last = frames.pop();
      return last === undefined ? '' : `${frames.join('')}id: ${idOf(name, news.version, news.pin)}\n${last}`;
    }
  }
}
