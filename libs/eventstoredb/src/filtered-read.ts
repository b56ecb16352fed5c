import {
  type AllStreamResolvedEvent,
  type AllStreamSubscription,
  type Position,
  eventTypeFilter,
  streamNameFilter,
} from '@eventstore/db-client';
import type { LogRange } from '@entente/engine';
import type { EventStoreConnection } from './connection.js';

/** The server reports its progress after this number of events. */
const WINDOW_SIZE = 500;
/** The number of events that may be buffered here. */
const MAX_FILTERED_PAGE = 1000;
/**
 * The part of the call timeout after which a silent server has found everything: servers before
 * 23.10 do not report that.
 */
const QUIET_PART = 0.1;

/** Events that the server found, and the position up to which it searched. */
export interface FilteredPage {
  readonly events: readonly AllStreamResolvedEvent['event'][];
  readonly through: bigint;
}

/**
 * The events that the server finds by kinds, else by types, after a position, up to `end`. It may
 * end before that if the connection breaks or the server stays silent; the caller then reads on
 * from the last `through`.
 */
export async function* readFiltered(
  connection: EventStoreConnection,
  after: bigint,
  end: bigint,
  range: LogRange,
): AsyncIterable<FilteredPage> {
  const { client, calls, names, positions, callOptions } = connection;
  const found: AllStreamResolvedEvent['event'][] = [];
  let through = after;
  let ended = false;
  let wake = (): void => undefined;
  const advance = (position: bigint): void => {
    if (position > through) through = position;
    wake();
  };
  const onEnd = (): void => {
    ended = true;
    wake();
  };
  // Nothing here may throw: the client would not catch it.
  const checkpointReached = (from: AllStreamSubscription, position: Position): void => {
    drain(from);
    advance(positions.remember(position));
  };
  const options = { checkpointReached, checkpointInterval: 1, maxSearchWindow: WINDOW_SIZE };
  const filter =
    range.kinds === undefined
      ? eventTypeFilter({ regex: anyOf(range.types ?? []), ...options })
      : streamNameFilter({ prefixes: names.ofKinds(range.kinds), ...options });
  const subscription = client.subscribeToAll({ ...callOptions, fromPosition: positions.at(after), filter });
  subscription.on('data', ({ event }: AllStreamResolvedEvent) => {
    if (event === undefined) return;
    found.push(event);
    if (found.length >= MAX_FILTERED_PAGE) subscription.pause();
    advance(positions.remember(event.position));
  });
  subscription.on('caughtUp', () => {
    drain(subscription);
    advance(end);
  });
  subscription.on('error', onEnd);
  subscription.on('end', onEnd);
  try {
    for (;;) {
      const done = ended || through >= end;
      const events = found.splice(0);
      subscription.resume();
      yield { events, through };
      if (done) return;
      const woken = await new Promise<boolean>((resolve) => {
        const timer = setTimeout(() => resolve(false), QUIET_PART * calls.timeoutMs);
        wake = () => {
          clearTimeout(timer);
          resolve(true);
        };
        if (ended || found.length > 0 || through >= end) wake();
      });
      if (!woken && found.length === 0) return;
    }
  } finally {
    wake = () => undefined;
    await calls.once(() => subscription.unsubscribe()).catch(() => undefined);
  }
}

const anyOf = (types: readonly string[]): string =>
  `^(?:${types.map((type) => type.replace(/[^\w]/g, '\\$&')).join('|')})$`;

/**
 * Passes the unread events of a subscription to its listener. Events before a checkpoint may still
 * be unread when the checkpoint is reported.
 */
export function drain(subscription: AllStreamSubscription): void {
  while (subscription.read() !== null);
}
