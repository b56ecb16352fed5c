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

/**
 * Number of appends that the server gets at once; it accepts a hundred calls over one connection.
 */
const MAX_CONCURRENT_APPENDS = 64;

/**
 * Appends at an exact revision. There an append may be sent any number of times: the server
 * recognises events by their ids and revisions, so a repeat gets the first result, whether or not
 * the first took effect.
 */
export class EventStoreDbLogWriter {
  private running = 0;
  private readonly waiters: (() => void)[] = [];

  constructor(
    private readonly connection: EventStoreConnection,
    private readonly reader: LogReader,
  ) {}

  /**
   * Appends events after the last revision of a stream (-1: no stream). `make` creates them again
   * for each attempt.
   */
  async append(stream: string, last: number, make: () => Promise<EventData[]>): Promise<Appended> {
    if (!this.connection.names.isStream(stream))
      throw new Error(`${stream} is not a stream of a log: name it <kind>/<id>, with the kind in kebab-case`);
    if (this.running >= MAX_CONCURRENT_APPENDS) await new Promise<void>((resolve) => this.waiters.push(resolve));
    else this.running += 1;
    try {
      return await this.send(stream, last, make);
    } finally {
      const next = this.waiters.shift();
      if (next === undefined) this.running -= 1;
      else next();
    }
  }

  private async send(stream: string, last: number, make: () => Promise<EventData[]>): Promise<Appended> {
    const { client, calls, names, callOptions } = this.connection;
    const expectedRevision: AppendExpectedRevision = last < 0 ? NO_STREAM : BigInt(last);
    const options = { ...callOptions, expectedRevision };
    let count = 0;
    let result: AppendResult;
    try {
      result = await calls.ask(`append to ${stream}`, async () => {
        const events = await make();
        count = events.length;
        return calls.once(() => client.appendToStream(names.onServer(stream), events, options));
      });
    } catch (error) {
      if (!(error instanceof WrongExpectedVersionError)) throw error;
      return { ok: false, actual: typeof error.actualVersion === 'bigint' ? Number(error.actualVersion) : -1 };
    }
    const revision = Number(result.nextExpectedRevision);
    if (!result.success) return { ok: false, actual: revision };
    if (revision !== last + count)
      throw new Fault(
        'stream-deleted',
        `${stream} ends at revision ${revision} after an append that should have made it ${last + count}: another program deleted a part of it on the server; restore it from a backup`,
      );
    return { ok: true, revision, position: await this.positionOf(stream, revision, result) };
  }

  /**
   * The position of the last event. The answer to a repeat may lack it; then the event itself is
   * read.
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
