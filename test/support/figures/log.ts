import type { Event, RecordedEvent } from '@entente/kernel';

/** A value of a column. */
export type Value = null | boolean | number | string | readonly Value[] | { readonly [key: string]: Value };
/** A row as its columns. */
export type FigureRow = Readonly<Record<string, Value>>;
/**
 * The parameters of a query: the day of the answer, and perhaps only what had occurred by a day.
 */
export interface QueryParameters {
  readonly day: string;
  readonly occurredBy: string | null;
}
/** Computes rows from the events of a log, in their order, by the meaning of each column alone. */
export type Figures = (log: readonly RecordedEvent[], asked: QueryParameters) => readonly FigureRow[];

/** The recording of a command that changed nothing: no fact, and so behind no row. */
const NO_FACT = 'CommandNoted';
export const factsOf = (log: readonly RecordedEvent[]): readonly RecordedEvent[] =>
  log.filter(({ type }) => type !== NO_FACT);

export const kindOf = (stream: string): string => stream.slice(0, stream.indexOf('/'));
export const idOf = (stream: string): string => stream.slice(stream.indexOf('/') + 1);

type Grouped = ReadonlyMap<string, readonly (readonly RecordedEvent[])[]>;
/** The facts of each log by kind and stream: every figure of the log reads them. */
const grouped = new WeakMap<readonly RecordedEvent[], Grouped>();

function groupedOf(log: readonly RecordedEvent[]): Grouped {
  let groups = grouped.get(log);
  if (groups === undefined) {
    const streams = Map.groupBy(factsOf(log), ({ stream }) => stream);
    const ofKinds = Map.groupBy(streams, ([stream]) => kindOf(stream));
    groups = new Map([...ofKinds].map(([kind, entries]) => [kind, entries.map(([, facts]) => facts)]));
    grouped.set(log, groups);
  }
  return groups;
}

/** The facts of each stream of a kind, as its contract types them. */
export const streamsOf = <E extends Event>(
  log: readonly RecordedEvent[],
  kind: string,
): readonly (readonly RecordedEvent<E>[])[] =>
  (groupedOf(log).get(kind) ?? []) as unknown as readonly (readonly RecordedEvent<E>[])[];

/** An event of one of these types. */
export type Of<E extends Event, Type extends E['type']> = RecordedEvent<Extract<E, { type: Type }>>;

/** The events of these types. */
export const only = <E extends Event, Type extends E['type']>(
  events: readonly RecordedEvent<E>[],
  ...types: readonly Type[]
): readonly Of<E, Type>[] => events.filter(({ type }) => types.includes(type as Type)) as unknown as Of<E, Type>[];

/** The last event of these types; undefined if there is none. */
export const last = <E extends Event, Type extends E['type']>(
  events: readonly RecordedEvent<E>[],
  ...types: readonly Type[]
): Of<E, Type> | undefined =>
  events.findLast(({ type }) => types.includes(type as Type)) as unknown as Of<E, Type> | undefined;

/** The event of the latest day that its sender states; of two of one day, that recorded later. */
export const newestOf = <Stated extends { readonly data: { readonly on: string } }>(
  events: readonly Stated[],
): Stated | undefined =>
  events.find(
    ({ data }, index) =>
      events.every((other) => other.data.on <= data.on) &&
      events.slice(index + 1).every((later) => later.data.on < data.on),
  );

/** The events after another one in the same list; all of them if there is no other one. */
export const since = <E extends Event>(
  events: readonly RecordedEvent<E>[],
  from: { readonly id: string } | undefined,
): readonly RecordedEvent<E>[] => events.slice(events.findIndex(({ id }) => id === from?.id) + 1);

/**
 * The first of these events after the last of those that end what they begin; none if it has ended.
 */
export const begunBy = <E extends Event>(
  events: readonly RecordedEvent<E>[],
  begins: readonly E['type'][],
  ends: readonly E['type'][],
): RecordedEvent<E> | undefined =>
  since(
    events,
    events.findLast(({ type }) => ends.includes(type)),
  ).find(({ type }) => begins.includes(type));

/** Rows whose day has come by the day by which something had occurred; all rows without one. */
export const happened = <Row extends FigureRow>(
  rows: readonly Row[],
  on: keyof Row & string,
  by: string | null,
): readonly Row[] => (by === null ? rows : rows.filter((row) => row[on] !== null && (row[on] as string) <= by));

interface Dated {
  readonly metadata: { readonly occurredAt: string; readonly recordedAt: string };
}
export const occurredOn = ({ metadata }: Dated): string => metadata.occurredAt.slice(0, 10);
/** The day of an event; null without one. */
export const dayOf = (event: Dated | undefined): string | null => (event === undefined ? null : occurredOn(event));
export const recordedOn = ({ metadata }: Dated): string => metadata.recordedAt.slice(0, 10);

/**
 * The reasons for which days are implausible, in the words of the column; null if there are none.
 */
export const doubts = (...reasons: readonly (readonly [string, boolean])[]): string | null =>
  reasons.flatMap(([reason, holds]) => (holds ? [reason] : [])).join(',') || null;

export const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);
/** A sum of whole numbers, exact at any size. */
export const exactSum = (numbers: readonly unknown[]): bigint =>
  numbers.reduce((all: bigint, one) => all + BigInt(one as number | string | bigint), 0n);
export const latest = (days: readonly string[]): string | null => days.toSorted().at(-1) ?? null;
export const distinct = (values: readonly string[]): readonly string[] => [...new Set(values)];

const DAY_MS = 86_400_000;
export const daysBetween = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / DAY_MS;

/**
 * Days from a promise to the fact; while it is open and past the promise, to the day of the answer.
 */
export function daysLate(promised: string, fact: string | null, open: boolean, day: string): number | null {
  if (fact !== null) return daysBetween(promised, fact);
  return open && day > promised ? daysBetween(promised, day) : null;
}

/** The first day by which these quantities come to a whole; null if they do not. */
export function dayOfWhole(
  parts: readonly { readonly on: string; readonly quantity: number }[],
  whole: number,
): string | null {
  const by = (day: string): number => sum(parts.flatMap(({ on, quantity }) => (on <= day ? [quantity] : [])));
  return (
    parts
      .map(({ on }) => on)
      .toSorted()
      .find((day) => by(day) >= whole) ?? null
  );
}
