import { Readable } from 'node:stream';
import { Controller, Get, Headers, Param, Query, Res, StreamableFile } from '@nestjs/common';
import type { FieldError } from '@entente/contracts';
import { EventStore, Executor, SHARED_BATCH_SIZE, eraOf, fairReads } from '@entente/engine';
import type { RecordedEvent } from '@entente/kernel';
import { formatOf } from './formats.js';
import type { HttpReply } from './http-reply.js';
import { EVENT_TYPES, KINDS, unknownNames } from './names.js';
import { asOfInstant, positionOf, unknownParameters, wholeNumber } from './parameters.js';
import { Problem, validationProblem } from './problem.js';

/**
 * Converts an event for an answer. The command's hash is left out, because the fields of a short
 * command could be guessed from it.
 */
export const toEventDto = ({
  id,
  stream,
  revision,
  position,
  type,
  version,
  data,
  metadata,
}: RecordedEvent): unknown => {
  const { actor, occurredAt, recordedAt, commandId, correlationId, causationId, traceparent } = metadata;
  const { consulted, evidence, legalBasis, marking } = metadata;
  const trace = traceparent === undefined ? {} : { traceparent };
  const who = { actor, occurredAt, recordedAt, commandId, correlationId, causationId, ...trace };
  const event = { id, stream, revision, position: String(position), type, version, data };
  return { ...event, metadata: { ...who, consulted, evidence, legalBasis, marking } };
};

const MAX_LIMIT = 1000;
/** The number of characters from which a page ends, after the current batch. */
const MAX_PAGE_LENGTH = 8 * 1024 * 1024;
/** The maximum number of kinds, and of types, in a query. */
const MAX_NAMES = 50;

/** The requested part of the log. Throws a problem that names every parameter in error. */
export function readLogQuery(
  query: Readonly<Record<string, unknown>>,
  allowed: readonly string[],
): { after: bigint | null; limit: number | null; kinds?: string[]; types?: string[] } {
  const wrong: FieldError[] = [...unknownParameters(query, allowed)];
  const after = positionOf(query['after']);
  const limit = wholeNumber(query['limit'], 1, MAX_LIMIT);
  if (query['after'] !== undefined && after === null) wrong.push({ path: 'after', message: 'must be a position' });
  if (query['limit'] !== undefined && limit === null)
    wrong.push({ path: 'limit', message: `must be 1 to ${MAX_LIMIT}` });
  const list = (path: string, valid: readonly string[]): string[] | undefined => {
    if (query[path] === undefined) return undefined;
    const values = [query[path]].flat().map(String);
    if (values.length > MAX_NAMES) wrong.push({ path, message: `takes at most ${MAX_NAMES} names` });
    else wrong.push(...unknownNames(path, values, valid));
    return values;
  };
  const kinds = list('kind', KINDS);
  const types = list('type', EVENT_TYPES);
  if (wrong.length > 0) throw validationProblem(wrong);
  return {
    after,
    limit,
    ...(kinds ? { kinds } : {}),
    ...(types ? { types } : {}),
  };
}

/** Throws for a position after the end of the log, which has no event. */
export function refuseBeyond(path: string, position: bigint, head: bigint): void {
  if (position > head) throw validationProblem([{ path, message: `lies beyond the log, which ends at ${head}` }]);
}

/** The log, as it was recorded. */
@Controller('v1/history')
export class HistoryController {
  constructor(
    private readonly store: EventStore,
    private readonly executor: Executor,
  ) {}

  /**
   * The log after a position: `?after=`, `?limit=` (at most 1,000; by default 100), `?kind=`,
   * `?type=`; `next` is the next page. With `?format=ndjson`, or by `Accept`, one event per line,
   * all that match unless a limit is given.
   */
  @Get()
  async log(
    @Query() query: Record<string, unknown>,
    @Headers('accept') accept: string | undefined,
    @Res({ passthrough: true }) reply: HttpReply,
  ): Promise<unknown> {
    const format = formatOf(['json', 'ndjson'], query['format'], accept, reply);
    const { after, limit, ...narrow } = readLogQuery(query, ['after', 'limit', 'kind', 'type', 'format']);
    if ('error' in format) throw validationProblem([format.error]);
    const from = after ?? 0n;
    if (from > 0n) refuseBeyond('after', from, await this.store.head());
    if (format.format === 'ndjson') {
      const batches = this.store.readLog(from, {
        ...narrow,
        upTo: await this.store.head(),
        batchSize: SHARED_BATCH_SIZE,
        ...(limit === null ? {} : { limit }),
      });
      return new StreamableFile(Readable.from(lines(batches)), { type: 'application/x-ndjson; charset=utf-8' });
    }
    const events: RecordedEvent[] = [];
    const maxEvents = limit ?? 100;
    let length = 0;
    for await (const batch of this.store.readLog(from, { ...narrow, limit: maxEvents })) {
      events.push(...batch);
      length += lengthOf(batch);
      if (length >= MAX_PAGE_LENGTH) break;
    }
    const isFull = events.length === maxEvents || length >= MAX_PAGE_LENGTH;
    const next = isFull ? String(events.at(-1)?.position) : null;
    const position = String(await this.store.head());
    const { id: log } = this.store;
    return { events: events.map(toEventDto), position, log, era: eraOf(this.store), next };
  }

  /**
   * The events of one stream from a revision on (`?from=`, at most a thousand). They come with its
   * state as of a revision (`?revision=`, at most the newest) or as of a day or instant
   * (`?as-of=`).
   */
  @Get(':kind/:id')
  async stream(
    @Param() { kind, id }: { kind: string; id: string },
    @Query() query: Record<string, unknown>,
    @Res({ passthrough: true }) reply: HttpReply,
  ): Promise<unknown> {
    const wrong: FieldError[] = [...unknownParameters(query, ['from', 'revision', 'as-of'])];
    const from = query['from'] === undefined ? 0 : wholeNumber(query['from']);
    const revision = query['revision'] === undefined ? undefined : wholeNumber(query['revision']);
    const read = query['as-of'] === undefined ? undefined : asOfInstant(query['as-of']);
    const asOf = read !== undefined && 'instant' in read ? read.instant : undefined;
    if (from === null) wrong.push({ path: 'from', message: 'must be a revision' });
    if (revision === null) wrong.push({ path: 'revision', message: 'must be a revision' });
    if (read !== undefined && 'error' in read) wrong.push(read.error);
    if (typeof revision === 'number' && typeof asOf === 'string')
      wrong.push({ path: 'as-of', message: 'cannot be combined with revision' });
    if (wrong.length > 0 || from === null) throw validationProblem(wrong);
    const upTo = revision ?? Number.MAX_SAFE_INTEGER;
    // The events are limited by position, as rows are: a delayed write has an earlier time than its
    // position suggests.
    const until = asOf === undefined ? null : await this.store.positionAt(asOf);
    const wasThere = ({ revision: at, position }: RecordedEvent): boolean =>
      at <= upTo && (until === null || position <= until);
    // Read before the events, so that a client with this tag has at least the events up to it.
    const newest = await this.store.revisionOf(`${kind}/${id}`);
    if (newest >= 0 && typeof revision === 'number' && revision > newest)
      throw validationProblem([
        { path: 'revision', message: `lies beyond the stream, which ends at revision ${newest}` },
      ]);
    const events: RecordedEvent[] = [];
    let next = from;
    let length = 0;
    for await (const batch of this.store.readStream(`${kind}/${id}`, { from, limit: MAX_LIMIT })) {
      events.push(...batch.filter(wasThere));
      next += batch.length;
      length += lengthOf(batch);
      if (length >= MAX_PAGE_LENGTH) break;
    }
    if (events.length === 0)
      throw new Problem(404, 'not-found', 'nothing has happened there, or nothing yet at that time');
    reply.header('etag', `"${newest}"`);
    const filter = revision !== undefined || asOf !== undefined;
    const then = filter ? await this.executor.stateAt({ kind, id }, wasThere) : null;
    return {
      stream: `${kind}/${id}`,
      events: events.map(toEventDto),
      next: events.length === next - from && (events.length === MAX_LIMIT || length >= MAX_PAGE_LENGTH) ? next : null,
      ...(then === null ? {} : { revision: then.revision, state: then.state }),
    };
  }
}

/** The approximate length of events in an answer: their data, and a constant for the rest. */
const lengthOf = (events: readonly RecordedEvent[]): number =>
  events.reduce((sum, { data }) => sum + JSON.stringify(data).length + 1000, 0);

async function* lines(batches: AsyncIterable<readonly RecordedEvent[]>): AsyncIterable<string> {
  for await (const batch of fairReads.share(batches))
    yield batch.map((event) => `${JSON.stringify(toEventDto(event))}\n`).join('');
}
