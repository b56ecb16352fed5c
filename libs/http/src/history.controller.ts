import { Controller, Get, Param, Query } from '@nestjs/common';
import { EventStore } from '@entente/engine';
import type { RecordedEvent } from '@entente/kernel';
import { Problem, wrongShape } from './problem.js';

const eventOut = (event: RecordedEvent) => ({ ...event, position: String(event.position) });

const MOST = 1000;

/** A whole number of a query, or null where it is none. */
const whole = (text: string): number | null => (/^[0-9]{1,15}$/.test(text) ? Number(text) : null);

/** The log, as it was recorded. */
@Controller('v1/history')
export class HistoryController {
  constructor(private readonly store: EventStore) {}

  /** The log behind a position: `?after=`, `?limit=` (at most 1,000), `?kind=`, `?type=`; `next` goes on. */
  @Get()
  async log(@Query() query: Record<string, unknown>): Promise<unknown> {
    const unknownNames = Object.keys(query).filter((name) => !['after', 'limit', 'kind', 'type'].includes(name));
    const after = whole(typeof query['after'] === 'string' ? query['after'] : '0');
    const limit = whole(typeof query['limit'] === 'string' ? query['limit'] : '100');
    const wrong = unknownNames.map((path) => ({ path, message: 'is no parameter here' }));
    if (after === null) wrong.push({ path: 'after', message: 'must be a position' });
    if (limit === null || limit < 1 || limit > MOST) wrong.push({ path: 'limit', message: `must be 1 to ${MOST}` });
    if (wrong.length > 0 || after === null || limit === null) throw wrongShape(wrong);
    const list = (value: unknown) => (value === undefined ? undefined : [value].flat().map(String));
    const [kinds, types] = [list(query['kind']), list(query['type'])];
    const events: RecordedEvent[] = [];
    const range = { limit, ...(kinds ? { kinds } : {}), ...(types ? { types } : {}) };
    for await (const batch of this.store.readLog(BigInt(after), range)) events.push(...batch);
    const next = events.length === limit ? String(events.at(-1)?.position) : null;
    return { events: events.map(eventOut), position: String(await this.store.head()), next };
  }

  /** The first thousand events of one stream behind a revision: `?from=`. */
  @Get(':kind/:id')
  async stream(@Param() { kind, id }: { kind: string; id: string }, @Query('from') from = '0'): Promise<unknown> {
    const revision = whole(from);
    if (revision === null) throw wrongShape([{ path: 'from', message: 'must be a revision' }]);
    const events: RecordedEvent[] = [];
    for await (const batch of this.store.readStream(`${kind}/${id}`, { from: revision, limit: MOST }))
      events.push(...batch);
    if (events.length === 0) throw new Problem(404, 'not-found', 'nothing has happened there');
    return {
      stream: `${kind}/${id}`,
      events: events.map(eventOut),
      next: events.length === MOST ? revision + MOST : null,
    };
  }
}
