import { Controller, Get, Headers, Logger, Param, Query, Res } from '@nestjs/common';
import type { FieldError } from '@entente/contracts';
import {
  EventStore,
  Fault,
  type Filter,
  LiveLog,
  LiveRows,
  ReadModelStore,
  type Resume,
  type LiveUpdate,
  eraOf,
  isLost,
  keptUpTo,
} from '@entente/engine';
import { type ColumnType, type RecordedEvent, kindOf } from '@entente/kernel';
import { toEventDto, readLogQuery, refuseBeyond } from './history.controller.js';
import { type Hijackable, OpenStreams, frame } from './open-streams.js';
import { validationProblem } from './problem.js';
import { describedAs } from './read-models.controller.js';
import { type RowRequest, lowest, matches, readRowQuery, toRowDto } from './row-query.js';

const idOf = (name: string, version: string, positions: readonly bigint[]): string =>
  `${name}/${version}/${positions.join('-')}`;

/**
 * The positions of an event id, from which a reader resumes. An invalid id has none, so that a
 * reset follows.
 */
function resumeOf(name: string, id: string | undefined): Resume | null {
  if (id === undefined || id === '') return null;
  const [of, version = '', positions = ''] = id.split('/');
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
 * Live streams of rows and events. Nest's `@Sse` buffers without limit for a slow reader, so these
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
  ) {
    log.onTakenBack(({ message }) => streams.closeAll(message));
  }

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
    const request = readRowQuery(described, query, ['limit', 'contains']);
    if (Array.isArray(request)) throw validationProblem(request as FieldError[]);
    const { where, limit } = request as RowRequest;
    const reads = { name, where, types: described.columns };
    const stream = this.streams.open(reply);
    if (stream === null) return;
    const onUpdate = (update: LiveUpdate): void => {
      const frames = framesFor(reads, update);
      if (frames !== '' || update.type !== 'changes') return stream.write(frames);
      const { positions, version } = update;
      stream.moveTo(frame('checkpoint', { position: lowest(positions), version }, idOf(name, version, positions)));
    };
    const onLost = (error: unknown): void => {
      this.logUnlessOutage(error);
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
   * The events after `?after=`, or after `Last-Event-ID`, or from now on. `checkpoint` at the
   * start, and when events pass that the reader did not ask for. `reset` if it cannot continue
   * where the reader ended.
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
    const stream = this.streams.open(reply);
    if (stream === null) return;
    const { from, reset } = this.logStart(lastEventId, after, head);
    if (reset !== null) stream.write(frame('reset', { reason: reset, position: String(from) }));
    const era = eraOf(this.log);
    const idAt = (position: bigint): string => `${era === '' ? '' : `${era}-`}${position}`;
    const checkpoint = (at: bigint): string => frame('checkpoint', { position: String(at) }, idAt(at));
    stream.write(checkpoint(from));
    const isWanted = (event: RecordedEvent): boolean =>
      (kinds?.includes(kindOf(event)) ?? true) && (types?.includes(event.type) ?? true);
    const onEvents = (events: readonly RecordedEvent[], through: bigint): void => {
      const wanted = events.filter(isWanted);
      stream.write(wanted.map((event) => frame('event', toEventDto(event), idAt(event.position))).join(''));
      if (wanted.at(-1)?.position !== through) stream.moveTo(checkpoint(through));
    };
    const narrow = { ...(kinds ? { kinds } : {}), ...(types ? { types } : {}) };
    try {
      const unsubscribe = await this.events.follow(from, narrow, onEvents, () => stream.hasRoom());
      stream.onClose(unsubscribe);
    } catch (error) {
      this.logUnlessOutage(error);
      stream.closeWith('the log cannot be read just now; connect again');
    }
  }

  /** Each reader gets the reason of an outage. The watchdog logs it once for all of them. */
  private logUnlessOutage(error: unknown): void {
    if (!(error instanceof Fault) || error.retryAfter === null) this.logger.error(error);
  }

  /**
   * The position after which a reader of the log starts, and the reason for a reset if that is not
   * where it ended.
   */
  private logStart(
    lastEventId: string | undefined,
    after: bigint | null,
    head: bigint,
  ): { readonly from: bigint; readonly reset: string | null } {
    if (lastEventId === undefined || lastEventId === '') return { from: after ?? head, reset: null };
    const { era, position } = parseLogEventId(lastEventId);
    if (position === null) return { from: after ?? head, reset: 'the id is not one of this stream' };
    if (isLost(this.log, era, position))
      return {
        from: keptUpTo(this.log, era) ?? 0n,
        reset: 'the log was restored without what followed this position',
      };
    return position > head
      ? { from: head, reset: 'this position lies beyond the log' }
      : { from: position, reset: null };
  }
}

/** Each text is created once for all readers of the same query. */
const texts = new WeakMap<object, Map<string, string>>();

/** The request of a reader of live rows. */
interface LiveRequest {
  readonly name: string;
  readonly where: readonly Filter[];
  readonly types: Readonly<Record<string, ColumnType>>;
}

function framesFor(asked: LiveRequest, update: LiveUpdate): string {
  const { name, where } = asked;
  const request = `${name} ${JSON.stringify(where)}`;
  const byQuery = texts.get(update) ?? new Map<string, string>();
  texts.set(update, byQuery);
  let text = byQuery.get(request);
  if (text === undefined) byQuery.set(request, (text = textOf(asked, update)));
  return text;
}

function textOf({ name, where, types }: LiveRequest, update: LiveUpdate): string {
  switch (update.type) {
    case 'reset':
      return frame('reset', { reason: update.reason });
    case 'rows':
      return update.rows.map((row) => frame('row', toRowDto(row))).join('');
    case 'caught-up': {
      const totals = update.totals.map(({ by, counts, count, sums }) => ({ ...by, counts, count, ...sums }));
      const { truncated } = update;
      const rest = truncated === null ? {} : { truncated };
      return frame(
        'caught-up',
        { position: lowest(update.positions), version: update.version, totals, ...rest },
        idOf(name, update.version, update.positions),
      );
    }
    case 'changes': {
      const frames = update.changes.flatMap(({ key, before, row }) => {
        if (row !== null && matches(where, key, row.columns, types)) return [frame('row', toRowDto(row))];
        return before !== null && matches(where, key, before, types) ? [frame('removed', { row_id: key })] : [];
      });
      // Only the last frame has the id. So a reader that resumes has received the whole batch, or
      // will get it again.
      const last = frames.pop();
      return last === undefined ? '' : `${frames.join('')}id: ${idOf(name, update.version, update.positions)}\n${last}`;
    }
  }
}
