import { NO_STREAM, WrongExpectedVersionError, jsonEvent } from '@eventstore/db-client';
import { type Appended, Fault } from '@entente/engine';
import type { BatchAppends, BatchAppended } from './batch-appends.js';
import type { EventStoreConnection } from './connection.js';
import { streamCut } from './damaged-streams.js';
import type { LogReader } from './log-reader.js';
import type { ProposedEvent } from './messages.js';

/** The maximum number of concurrent appends. */
const MAX_CONCURRENT_APPENDS = 256;

/**
 * The size in bytes above which an append is sent in a separate call. The server ends the whole
 * call if an append is larger than its transport accepts.
 */
const MAX_BATCHED_BYTES = 1_048_576;

/**
 * Appends at an exact revision. Such an append may be sent any number of times. The server
 * recognises events by their ids and revisions, so a repeat gets the result of the first append.
 */
export class EventStoreDbLogWriter {
  private running = 0;
  private readonly waiters: (() => void)[] = [];

  constructor(
    private readonly connection: EventStoreConnection,
    private readonly reader: LogReader,
    private readonly batches: BatchAppends,
  ) {}

  /**
   * Appends events at the expected revision `last` (-1: no stream). `make` creates the events again
   * for each attempt.
   */
  async append(stream: string, last: number, make: () => Promise<readonly ProposedEvent[]>): Promise<Appended> {
    if (!this.connection.names.isStream(stream))
      throw new Error(`${stream} is not a stream of a log: name it <kind>/<id>, with the kind in kebab-case`);
    const fault = this.reader.damaged.faultOf(stream);
    if (fault !== null) throw fault;
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

  private async send(stream: string, last: number, make: () => Promise<readonly ProposedEvent[]>): Promise<Appended> {
    const { calls, names } = this.connection;
    let count = 0;
    let result: BatchAppended;
    try {
      result = await calls.ask(`append to ${stream}`, async () => {
        const events = await make();
        count = events.length;
        return this.sendOnce(names.onServer(stream), last, events);
      });
    } catch (error) {
      if (!(error instanceof WrongExpectedVersionError)) throw error;
      return { ok: false, actual: typeof error.actualVersion === 'bigint' ? Number(error.actualVersion) : -1 };
    }
    const { revision } = result;
    if (revision !== last + count)
      throw streamCut(
        stream,
        `it ends at revision ${revision} after an append that should have made it ${last + count}`,
      );
    return { ok: true, revision, position: result.position ?? (await this.positionOf(stream, revision)) };
  }

  private sendOnce(stream: string, last: number, events: readonly ProposedEvent[]): Promise<BatchAppended> {
    const { calls } = this.connection;
    const bytes = events.reduce((sum, { data, metadata }) => sum + data.length + metadata.length, 0);
    if (bytes > MAX_BATCHED_BYTES) return calls.once(() => this.sendAlone(stream, last, events));
    return calls.run('once', () => this.batches.append(stream, last, events));
  }

  private async sendAlone(stream: string, last: number, events: readonly ProposedEvent[]): Promise<BatchAppended> {
    const { client, callOptions } = this.connection;
    const expectedRevision = last < 0 ? NO_STREAM : BigInt(last);
    const converted = events.map(({ id, type, data, metadata }) =>
      jsonEvent({ id, type, data: jsonIn(data), metadata: jsonIn(metadata) }),
    );
    const { nextExpectedRevision, position } = await client.appendToStream(stream, converted, {
      ...callOptions,
      expectedRevision,
    });
    const isWhole = position !== undefined && position.commit === position.prepare;
    return { revision: Number(nextExpectedRevision), position: isWhole ? position.commit : null };
  }

  /** The position of the last event. It is read if the answer to a repeated append lacks it. */
  private async positionOf(stream: string, revision: number): Promise<bigint> {
    for await (const [event] of this.reader.readStream(stream, { from: revision, limit: 1 }))
      if (event !== undefined) return event.position;
    if ((await this.reader.revisionOf(stream)) >= revision)
      throw streamCut(stream, `revision ${revision} cannot be read`);
    throw new Fault('event-store-unanswered', `revision ${revision} of ${stream} cannot be read yet; try again`, 1);
  }
}

const jsonIn = (bytes: Uint8Array): Record<string, unknown> =>
  JSON.parse(Buffer.from(bytes).toString()) as Record<string, unknown>;
