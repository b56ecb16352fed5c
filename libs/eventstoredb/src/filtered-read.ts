import {
  type AllStreamResolvedEvent,
  type AllStreamSubscription,
  type Position,
  eventTypeFilter,
  streamNameFilter,
} from '@eventstore/db-client';
import type { LogRange } from '@entente/engine';
import type { EventStoreConnection } from './connection.js';

/** The server tells how far it has looked after so many events. */
const WINDOW_SIZE = 500;
/** As many events may lie here unread. */
const MAX_FILTERED_PAGE = 1000;
/**
 * A server that says nothing for this part of the time of an answer has found all it will: those
 * before 23.10 do not say so.
 */
const QUIET = 0.1;

/** Events that the server found, and how far it has looked. */
export interface FilteredPage {
  readonly events: readonly AllStreamResolvedEvent['event'][];
  readonly through: bigint;
}

/**
 * What the server itself finds by kinds, else by types, behind a position, at least up to an end or
 * as far as it came: it may stop short where the connection breaks or the server falls silent, and
 * the reader goes on by itself from where it says that it has looked.
 */
export async function* narrowed(
  link: EventStoreConnection,
  after: bigint,
  end: bigint,
  range: LogRange,
): AsyncIterable<FilteredPage> {
  const { client, calls, names, positions, every } = link;
  const found: AllStreamResolvedEvent['event'][] = [];
  let through = after;
  let over = false;
  let wake = (): void => undefined;
  const reach = (position: bigint): void => {
    if (position > through) through = position;
    wake();
  };
  const stop = (): void => {
    over = true;
    wake();
  };
  // Nothing here may throw: the client would not catch it.
  const checkpointReached = (from: AllStreamSubscription, position: Position): void => {
    drain(from);
    reach(positions.reached(position));
  };
  const looking = { checkpointReached, checkpointInterval: 1, maxSearchWindow: WINDOW_SIZE };
  const filter =
    range.kinds === undefined
      ? eventTypeFilter({ regex: anyOf(range.types ?? []), ...looking })
      : streamNameFilter({ prefixes: names.ofKinds(range.kinds), ...looking });
  const subscription = client.subscribeToAll({ ...every, fromPosition: positions.at(after), filter });
  subscription.on('data', ({ event }: AllStreamResolvedEvent) => {
    if (event === undefined) return;
    found.push(event);
    if (found.length >= MAX_FILTERED_PAGE) subscription.pause();
    reach(positions.reached(event.position));
  });
  subscription.on('caughtUp', () => {
    drain(subscription);
    reach(end);
  });
  subscription.on('error', stop);
  subscription.on('end', stop);
  try {
    for (;;) {
      const done = over || through >= end;
      const events = found.splice(0);
      subscription.resume();
      yield { events, through };
      if (done) return;
      const woken = await new Promise<boolean>((resolve) => {
        const timer = setTimeout(() => resolve(false), QUIET * calls.patience);
        wake = () => {
          clearTimeout(timer);
          resolve(true);
        };
        if (over || found.length > 0 || through >= end) wake();
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
 * Takes what lies unread in a subscription: its listener is given it. What came before a checkpoint
 * may lie there when that is told.
 */
export function drain(subscription: AllStreamSubscription): void {
  while (subscription.read() !== null);
}
