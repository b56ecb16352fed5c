import { Readable } from 'node:stream';
import { Controller, Get, Headers, Param, Query, Res, StreamableFile } from '@nestjs/common';
import { type FieldError, currencyDigits } from '@entente/contracts';
import {
  MAX_TOTALS_GROUPS,
  type ReadModelDescription,
  EventStore,
  type Positions,
  ReadModelStore,
  type ConsistencyToken,
  isLost,
  waitForPosition,
  parseConsistencyToken,
  today,
} from '@entente/engine';
import type { RecordedEvent } from '@entente/kernel';
import { MEDIA_TYPES, formatOf } from './formats.js';
import { toEventDto, refuseBeyond } from './history.controller.js';
import { asOfInstant, positionOf, unknownParameters } from './parameters.js';
import { Problem, refuseUnknown, validationProblem } from './problem.js';
import { AnswerOptions, type ExportFormat, digestOf, exported } from './row-export.js';
import { type RowRequest, cursorOf, lowest, readRowQuery, toRowDto, wrongDays } from './row-query.js';
import type { HttpReply } from './http-reply.js';

/**
 * The maximum number of events of a row in an answer. The history of its streams has all of them.
 */
const MAX_EVENTS = 100;

/**
 * The lowest position of all partitions, for each partition. The same rows can be requested again
 * as of this position.
 */
const atOnePosition = (reached: Positions): Positions => reached.map(() => BigInt(lowest(reached)));

/** The parameters of a query of all rows. */
const EXPORTED_BY = ['sort', 'contains', 'as-of', 'after', 'day', 'occurred-by'];

/** The description of a name, or a problem that lists the names. */
export function describedAs(store: ReadModelStore, name: string): ReadModelDescription {
  const described = store.names().find((one) => one.name === name);
  if (described === undefined)
    throw new Problem(404, 'no-such-read-model', `there is no read model "${name}"; GET /v1/read-models lists them`);
  return described;
}

const totalsOut = (totals: Awaited<ReturnType<ReadModelStore['totals']>>) =>
  totals.map(({ by, counts, count, sums }) => ({ ...by, counts, count, ...sums }));

/** The day of an answer: the requested one, that of `occurred-by`, that of `as-of`, or today. */
function dayOf({ cursor, day: given, occurredBy, asOf }: RowRequest): string {
  if (cursor !== null) return cursor.day;
  const day = given ?? occurredBy;
  if (day !== null || asOf === null || positionOf(asOf) !== null) return day ?? today();
  const read = asOfInstant(asOf);
  return 'error' in read || read.instant.slice(0, 10) > today() ? today() : read.instant.slice(0, 10);
}

/** Returns rows: one query for every model and view, now or as of any position. */
@Controller('v1/read-models')
export class ReadModelsController {
  constructor(
    private readonly store: ReadModelStore,
    private readonly log: EventStore,
    private readonly options: AnswerOptions,
  ) {}

  /**
   * The read models and views: their columns with types, what totals count, and the position of
   * each; and how many decimal digits the minor unit of each currency has.
   */
  @Get()
  async list(@Query() query: Record<string, unknown>): Promise<unknown> {
    refuseUnknown(query, []);
    const readModels = this.store.names().map(async ({ key, type, ...described }) => {
      const { positions, version } = await this.store.positions(described.name);
      return { ...described, is: type, key: type === 'model' ? ['row_id'] : key, position: lowest(positions), version };
    });
    return { readModels: await Promise.all(readModels), currencies: currencyDigits() };
  }

  /**
   * A page of rows; or, by `format` or `Accept`, all of them as CSV or NDJSON, with the position,
   * the version and the digest of the text in the headers.
   */
  @Get(':name')
  async rows(
    @Param('name') name: string,
    @Query() query: Record<string, unknown>,
    @Headers('accept') accept: string | undefined,
    @Res({ passthrough: true }) reply: HttpReply,
  ): Promise<unknown> {
    const described = describedAs(this.store, name);
    const { format: given, ...rest } = query;
    const read = formatOf(['json', 'csv', 'ndjson'], given, accept, reply);
    const format = 'format' in read ? read.format : 'json';
    const byDay = this.store.names().flatMap((one) => (one.occurredBy ? [one.name] : []));
    const request = readRowQuery(described, rest, format === 'json' ? undefined : EXPORTED_BY, byDay);
    const errors = [
      ...('error' in read ? [read.error] : []),
      ...(Array.isArray(request) ? (request as FieldError[]) : []),
    ];
    if (errors.length > 0) throw validationProblem(errors);
    if (format === 'json') return this.answer(described, request as RowRequest);
    // A browser follows a link, and saves the answer as a file.
    const { text, file } = await this.wholeText(format, described, request as RowRequest, reply);
    const disposition = given === undefined ? {} : { disposition: `attachment; filename="${file}"` };
    return new StreamableFile(text, { type: `${MEDIA_TYPES[format]}; charset=utf-8`, ...disposition });
  }

  /**
   * All rows of a query as text. The headers identify what was read, and so does the name of a
   * file: the day of the answer, the position, and the day by which it had occurred.
   */
  private async wholeText(
    format: ExportFormat,
    described: ReadModelDescription,
    request: RowRequest,
    reply: HttpReply,
  ): Promise<{ readonly text: Readable; readonly file: string }> {
    const { positions, version } = await this.resolvePositions(described.name, request);
    const day = dayOf(request);
    const { csvFormulas } = this.options;
    const text = () => exported({ format, csvFormulas }, this.store, described, request, { positions, version, day });
    const { digest, kept } = await digestOf(text());
    reply.header('content-digest', `sha-256=:${digest}:`).header('etag', `"${digest}"`);
    reply.header('entente-position', lowest(positions)).header('entente-version', version);
    reply.header('entente-day', day);
    const by = request.occurredBy === null ? '' : `_occurred-by-${request.occurredBy}`;
    const file = `${described.name}_${day}_position-${lowest(positions)}${by}.${format}`;
    return { text: Readable.from(kept ?? text()), file };
  }

  private async answer({ name }: ReadModelDescription, request: RowRequest): Promise<unknown> {
    for (;;) {
      const { positions, version } = await this.resolvePositions(name, request);
      if (request.cursor !== null && request.cursor.version !== version)
        throw new Problem(
          410,
          'cursor-void',
          'these rows were rebuilt since the cursor was given: start from the first page',
        );
      const page = request.cursor === null ? {} : { afterRow: request.cursor };
      const { by, occurredBy } = request;
      const day = dayOf(request);
      const totals = totalsOut(await this.store.totals(name, request.where, positions, { by, day, occurredBy }));
      if (totals.length > MAX_TOTALS_GROUPS && by.length > 0)
        throw validationProblem([
          {
            path: 'by',
            message: `gives more than ${MAX_TOTALS_GROUPS} groups: filter the rows, or name fewer columns`,
          },
        ]);
      // The read that returns the version comes last. If it equals the first, all reads in between
      // have that version.
      const { rows, more, version: of } = await this.store.query(name, { ...request, positions, day, ...page });
      if (of !== version) continue;
      const last = rows.at(-1);
      return {
        rows: rows.map(toRowDto),
        position: lowest(positions),
        day,
        version,
        totals,
        next: more && last !== undefined ? cursorOf(name, request, { version, positions, day }, last) : null,
      };
    }
  }

  /**
   * Parses a consistency token. Throws if it is invalid, or if the log was restored without its
   * write.
   */
  private parseAfter(after: string): ConsistencyToken {
    const token = parseConsistencyToken(after);
    if (token === null)
      throw validationProblem([{ path: 'after', message: 'must be the `after` of a receipt, or a position' }]);
    if (token.stream !== null && isLost(this.log, token.era, token.position))
      throw new Problem(
        410,
        'lost-since',
        'this write is not in the log any more, which was restored from an earlier backup: send the command again, with its Idempotency-Key',
      );
    return token;
  }

  /**
   * The positions of a query: those of its cursor, those of `as-of`, or the current ones, with one
   * position for all partitions. If `after` is given, waits until all partitions have reached the
   * write.
   */
  private async resolvePositions(
    name: string,
    request: RowRequest,
  ): Promise<{ readonly positions: Positions; readonly version: string }> {
    if (request.after !== null) {
      const { position, stream } = this.parseAfter(request.after);
      if (stream === null) refuseBeyond('after', position, await this.log.head());
      await waitForPosition(this.store, name, { position, stream: null });
    }
    const { version, positions: reached } = await this.store.positions(name);
    const pastPositions =
      request.asOf === null ? atOnePosition(reached) : await this.positionsAt(name, request.asOf, reached);
    return { positions: request.cursor?.positions ?? pastPositions, version };
  }

  /** The positions that `as-of` names: by a position, the end of a day, or an instant. */
  private async positionsAt(name: string, asOf: string, reached: Positions): Promise<Positions> {
    const named = positionOf(asOf);
    if (named !== null) {
      refuseBeyond('as-of', named, await this.log.head());
      if (named > BigInt(lowest(reached))) await waitForPosition(this.store, name, { position: named, stream: null });
      return reached.map(() => named);
    }
    const read = asOfInstant(asOf);
    if ('error' in read)
      throw validationProblem([{ ...read.error, message: `${read.error.message}; or a position of the log` }]);
    const position = await this.log.positionAt(read.instant);
    if (position > BigInt(lowest(reached))) await waitForPosition(this.store, name, { position, stream: null });
    return reached.map(() => position);
  }

  /**
   * The events that made a row, oldest first. For a view's row: those of all rows that it is made
   * of; with `occurred-by`, of those that had begun by then. `day` is the day on which the row was
   * seen: it changes no event.
   */
  @Get(':name/events')
  async events(@Param('name') name: string, @Query() query: Record<string, unknown>): Promise<unknown> {
    const described = describedAs(this.store, name);
    const allowed = ['row', 'as-of', 'before', 'day', ...(described.occurredBy ? ['occurred-by'] : [])];
    const errors: FieldError[] = [...unknownParameters(query, allowed), ...wrongDays(query)];
    const { row, 'as-of': asOf, before: given, 'occurred-by': occurredBy, day = occurredBy } = query;
    const before = given === undefined ? undefined : positionOf(given);
    if (typeof row !== 'string') errors.push({ path: 'row', message: 'must be the row_id of a row' });
    if (asOf !== undefined && typeof asOf !== 'string') errors.push({ path: 'as-of', message: 'must be given once' });
    if (before === null) errors.push({ path: 'before', message: 'must be the `next` of the page before' });
    if (errors.length > 0 || before === null) throw validationProblem(errors);
    const { positions: reached } = await this.store.positions(name);
    const positions =
      asOf === undefined ? atOnePosition(reached) : await this.positionsAt(name, asOf as string, reached);
    const found = await this.store.origins(name, row as string, {
      positions,
      limit: MAX_EVENTS,
      ...(occurredBy === undefined ? {} : { occurredBy: occurredBy as string }),
      ...(day === undefined ? {} : { day: day as string }),
      ...(before === undefined ? {} : { before }),
    });
    if (found === null) throw new Problem(404, 'not-found', 'there is no such row at that position');
    const events: RecordedEvent[] = [];
    const { origins, count } = found;
    for (const { position } of origins) {
      const event = await this.log.eventAt(position);
      if (event !== null) events.push(event);
    }
    return {
      events: events.map(toEventDto),
      truncated: count - origins.length,
      next: count > origins.length ? String(origins[0]?.position) : null,
      position: lowest(positions),
    };
  }
}
