import type { DataOf, Event, OnlyOf, RecordedEvent } from '@entente/kernel';
import { columnsOf } from './columns.js';

/** The origin of an event, for a row: the id of its stream, and the day on which it happened. */
export interface Origin<E extends Event = Event> {
  readonly id: string;
  readonly day: string;
  readonly event: RecordedEvent<E>;
}

/** The columns without a default: texts, days, and values of several parts. */
type Given<Row> = {
  [Name in keyof Row]: null extends Row[Name] ? never : Row[Name] extends number | boolean ? never : Name;
}[keyof Row];

/** What an opening event gives a new row: at least the columns without a default. */
export type Opened<Row> = Pick<Row, Given<Row>> & Partial<Row>;

/** What changes in a row, by the event's data. */
export type RowChanges<Row, E extends Event, Opening extends E['type']> = {
  readonly [Type in Exclude<E['type'], Opening>]: (
    data: DataOf<E, Type>,
    row: Row,
    origin: Origin<Extract<E, { type: Type }>>,
  ) => Partial<Row>;
};

/** The origin of an event. */
export const originOf = <E extends Event>(event: RecordedEvent<E>): Origin<E> => ({
  id: event.stream.slice(event.stream.indexOf('/') + 1),
  day: event.metadata.occurredAt.slice(0, 10),
  event,
});

/** A change that changes nothing. */
export const unchanged = (): Record<never, never> => ({});

/** What an answer to a recorded fact changes in the rows of other read models: nothing. */
export const ANSWERS_UNCHANGED = {
  FactConfirmed: unchanged,
  FactDisputed: unchanged,
  DisputeWithdrawn: unchanged,
  DisputeAnswered: unchanged,
} as const;

/**
 * The `evolve` of a read model with one row per stream, as one function per event type: the opening
 * one returns the new row, each other one the columns that change. Columns that the opening one
 * omits get their declared default. Only `derived` computes columns that follow from others, after
 * each change. An event type without a function does not compile; one that changes nothing returns
 * the same row.
 */
export function rowBy<Row extends object, E extends Event>(entity: new () => Row) {
  const start = Object.fromEntries(
    [...columnsOf(entity)].flatMap(([name, column]) => (column.start === undefined ? [] : [[name, column.start]])),
  );
  return <const Opening extends E['type'], Handlers extends RowChanges<Row, E, Opening>>(
      opening: Opening,
      open: (data: DataOf<E, Opening>, origin: Origin<Extract<E, { type: Opening }>>) => Opened<Row>,
      changes: Handlers & OnlyOf<Row, Handlers>,
      derived: (row: Row) => Partial<Row> = unchanged,
    ) =>
    (row: Row | null, event: RecordedEvent<E>): Row | null => {
      const origin = originOf(event);
      if (event.type === opening) {
        const opened = { ...start, ...open(event.data, origin as never) } as Row;
        return { ...opened, ...derived(opened) };
      }
      if (row === null) return null;
      if (!Object.hasOwn(changes, event.type))
        throw new Error(`nothing is said of what ${event.type} changes in a row`);
      const change = changes[event.type as keyof Handlers] as (
        data: unknown,
        row: Row,
        origin: unknown,
      ) => Partial<Row>;
      const changed = change(event.data, row, origin);
      // The same object: there is nothing to write.
      if (Object.keys(changed).length === 0) return row;
      const after = { ...row, ...changed };
      return { ...after, ...derived(after) };
    };
}
