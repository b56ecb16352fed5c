import { type DataOf, type Event, type OnlyOf, type Projection, type RecordedEvent, idOf } from '@entente/kernel';
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

/** Columns as events state them: undefined, of what one does not state, is the default. */
export type Stated<Row> = {
  [Name in keyof Row]?: Name extends Given<Row> ? Row[Name] : Row[Name] | undefined;
};

/** What an opening event gives a new row: at least the columns without a default. */
export type Opened<Row> = Pick<Row, Given<Row>> & Stated<Row>;

/** What changes in a row, by the event's data. */
export type RowChanges<Row, E extends Event, Opening extends E['type']> = {
  readonly [Type in Exclude<E['type'], Opening>]: (
    data: DataOf<E, Type>,
    row: Row,
    origin: Origin<Extract<E, { type: Type }>>,
  ) => Stated<Row>;
};

/** The origin of an event. */
export const originOf = <E extends Event>(event: RecordedEvent<E>): Origin<E> => ({
  id: idOf(event),
  day: event.metadata.occurredAt.slice(0, 10),
  event,
});

/** The digits of a revision as a key: rows are in the order of the text of their keys. */
const REVISION_DIGITS = '0000000000';
/** The key of a row that an event makes, in the order of the events of its stream. */
export const revisionKey = ({ revision }: Pick<RecordedEvent, 'revision'>): string =>
  String(revision).padStart(REVISION_DIGITS.length, '0');
/** The same in SQL, of an expression for the revision. */
export const revisionKeySql = (revision: string): string =>
  `SUBSTR('${REVISION_DIGITS}', LENGTH(CAST(${revision} AS TEXT)) + 1) || CAST(${revision} AS TEXT)`;

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
 * Makes rows of a class, with some columns as an event states them: from another row, or from a
 * blank one, in which each column has its default, and is empty without one.
 */
export function rowWith<Row extends object>(entity: new () => Row) {
  const blank = Object.fromEntries([...columnsOf(entity)].map(([name, { start = '' }]) => [name, start])) as Row;
  return (stated: Stated<Row>, row = blank): Row => {
    const after = { ...row, ...stated };
    for (const name of Object.keys(stated) as (keyof Row)[]) after[name] ??= blank[name];
    return after;
  };
}

/**
 * The fold of a read model with one row per stream, as one function per event type: the opening one
 * returns the new row, each other one the columns that change. Columns that the opening one omits
 * get their declared default. Only `derived` computes columns that follow from others, after each
 * change. An event type without a function does not compile; one that changes nothing returns the
 * same row.
 */
export function rowBy<Row extends object, E extends Event>(entity: new () => Row) {
  const having = rowWith(entity);
  return <const Opening extends E['type'], Handlers extends RowChanges<Row, E, Opening>>(
    opening: Opening,
    open: (data: DataOf<E, Opening>, origin: Origin<Extract<E, { type: Opening }>>) => Opened<Row>,
    changes: Handlers & OnlyOf<Row, Handlers>,
    derived: (row: Row) => Partial<Row> = unchanged,
  ): Pick<Projection<E, Row>, 'entity' | 'touches' | 'evolve'> => ({
    entity,
    touches: () => [''],
    evolve(row, event) {
      const origin = originOf(event);
      if (event.type === opening) {
        const opened = having(open(event.data, origin as never));
        return { ...opened, ...derived(opened) };
      }
      if (row === null) return null;
      if (!Object.hasOwn(changes, event.type)) throw new Error(`no handler for ${event.type} in a row`);
      const change = changes[event.type as keyof Handlers] as (data: unknown, row: Row, origin: unknown) => Stated<Row>;
      const changed = change(event.data, row, origin);
      // The same object: there is nothing to write.
      if (Object.keys(changed).length === 0) return row;
      const after = having(changed, row);
      return { ...after, ...derived(after) };
    },
  });
}
