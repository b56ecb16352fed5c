import {
  type AppendExpectedRevision,
  type AppendResult,
  type EventData,
  NO_STREAM,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import { type Appended, Fault } from '@entente/engine';
import type { EventStoreConnection } from './connection.js';
import type { LogReader } from './log-reader.js';

/** As many appends are with the server at once; it takes a hundred calls over one connection. */
const AT_ONCE = 64;

/**
 * Appends at an exact revision. There an append may be sent as often as it takes: the server knows
 * events by their ids at their places, so that a repeat is answered as the first time, whether that
 * took effect or not.
 */
export class EventStoreDbLogWriter {
  private under = 0;
  private readonly turns: (() => void)[] = [];

  constructor(
    private readonly link: EventStoreConnection,
    private readonly reader: LogReader,
  ) {}

  /**
   * Events behind the last of a stream (-1: there is none). They are made anew for each time that
   * they are sent.
   */
  async append(stream: string, last: number, make: () => Promise<EventData[]>): Promise<Appended> {
    if (!this.link.names.holds(stream))
      throw new Error(`${stream} is no stream of a log: <kind>/<id>, the kind in kebab-case`);
    if (this.under >= AT_ONCE) await new Promise<void>((resolve) => this.turns.push(resolve));
    else this.under += 1;
    try {
      return await this.sent(stream, last, make);
    } finally {
      const next = this.turns.shift();
      if (next === undefined) this.under -= 1;
      else next();
    }
  }

  private async sent(stream: string, last: number, make: () => Promise<EventData[]>): Promise<Appended> {
    const { client, calls, names, every } = this.link;
    const expectedRevision: AppendExpectedRevision = last < 0 ? NO_STREAM : BigInt(last);
    const options = { ...every, expectedRevision };
    let many = 0;
    let result: AppendResult;
    try {
      result = await calls.ask(`append to ${stream}`, async () => {
        const events = await make();
        many = events.length;
        return calls.once(() => client.appendToStream(names.onServer(stream), events, options));
      });
    } catch (error) {
      if (!(error instanceof WrongExpectedVersionError)) throw error;
      return { ok: false, actual: typeof error.actualVersion === 'bigint' ? Number(error.actualVersion) : -1 };
    }
    const revision = Number(result.nextExpectedRevision);
    if (!result.success) return { ok: false, actual: revision };
    if (revision !== last + many)
      throw new Fault(
        'stream-deleted',
        `${stream} ends at revision ${revision} after an append that should have made it ${last + many}: another program deleted a part of it on the server; restore it from a backup`,
      );
    return { ok: true, revision, position: await this.positionOf(stream, revision, result) };
  }

  /**
   * Where the last event stands. A repeat may be answered without it; then the event itself says
   * so.
   */
  private async positionOf(stream: string, revision: number, { position }: AppendResult): Promise<bigint> {
    if (position !== undefined && position.commit === position.prepare) return position.commit;
    for await (const [event] of this.reader.readStream(stream, { from: revision, limit: 1 }))
      if (event !== undefined) return event.position;
    if ((await this.reader.revisionOf(stream)) >= revision)
      throw new Fault(
        'stream-deleted',
        `${stream} has revision ${revision}, which cannot be read: another program deleted a part of the stream on the server; restore it from a backup`,
      );
    throw new Fault('event-store-unanswered', `revision ${revision} of ${stream} cannot be read yet; try again`, 1);
  }
}
