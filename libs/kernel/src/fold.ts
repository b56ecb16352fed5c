import type { Event, StreamEvent } from './event.js';

/** The state after these events. */
export const fold = <State, E extends Event>(
  decider: { readonly initial: State; evolve(state: State, event: StreamEvent<E>): State },
  events: Iterable<StreamEvent<E>>,
  from: State = decider.initial,
): State => {
  let state = from;
  for (const event of events) state = decider.evolve(state, event);
  return state;
};

/** Whole days from one ISO instant or day to another; negative if `to` is earlier. */
export const daysBetween = (from: string, to: string): number =>
  Math.floor((Date.parse(to.slice(0, 10)) - Date.parse(from.slice(0, 10))) / 86_400_000);

/** The day (YYYY-MM-DD) this number of days after a day or an instant. */
export const addDays = (day: string, days: number): string =>
  new Date(Date.parse(day.slice(0, 10)) + days * 86_400_000).toISOString().slice(0, 10);

/**
 * Whether a fact of a day is the newest: the one known is not of a later day. Of two of one day, it
 * is the one recorded later. So a fact that is recorded late displaces nothing newer.
 */
export const isNewest = (on: string, known: string | null): boolean => known === null || on >= known;

/** The part of a whole number that belongs to some of several, rounded down once. */
export const partOf = (whole: number, some: number, several: number): number =>
  Number((BigInt(whole) * BigInt(some)) / BigInt(several));

/** For the end of every switch over a union: the compiler names a missing case. */
export function never(value: never): never {
  throw new Error(`not a member of the union: ${JSON.stringify(value)}`);
}
