import type { DataOf, Event, StreamEvent } from './event.js';

/** The names that a change has and its target lacks: with any, it does not compile. */
type Excess<Change, Target> = Change extends unknown ? Exclude<keyof Change, keyof Target> : never;

/**
 * Handlers by type that may only change members of `Target`. TypeScript itself allows a function to
 * return more.
 */
export type OnlyOf<Target, Handlers> = {
  readonly [Type in keyof Handlers]: Handlers[Type] extends (...of: never[]) => infer Change
    ? [Excess<Change, Target>] extends [never]
      ? Handlers[Type]
      : (...of: never[]) => { readonly 'is no part of it': Excess<Change, Target> }
    : Handlers[Type];
};

/** The changes of a state, from the event's data. */
export type Changes<State, E extends Event, Opening extends E['type']> = {
  readonly [Type in Exclude<E['type'], Opening>]: (
    data: DataOf<E, Type>,
    state: State,
    event: StreamEvent<Extract<E, { type: Type }>>,
  ) => Partial<State>;
};

/**
 * The `evolve` of a decider, as one function per event type: the opening one returns the whole
 * state (`before` is null unless it opens the stream again), each other one what changes. An event
 * type without a function does not compile. A stream that is not open stays as it is.
 */
export const evolveBy =
  <State extends object, E extends Event>() =>
  <const Opening extends E['type'], Handlers extends Changes<State, E, Opening>>(
    opening: Opening,
    open: (data: DataOf<E, Opening>, event: StreamEvent<Extract<E, { type: Opening }>>, before: State | null) => State,
    changes: Handlers & OnlyOf<State, Handlers>,
  ) =>
  (state: State | null, event: StreamEvent<E>): State | null => {
    if (event.type === opening) return open(event.data, event as never, state);
    if (state === null) return null;
    const change = changes[event.type as keyof Handlers] as (
      data: unknown,
      state: State,
      event: unknown,
    ) => Partial<State>;
    if (!Object.hasOwn(changes, event.type)) throw new Error(`no handler for ${event.type}`);
    return { ...state, ...change(event.data, state, event) };
  };
