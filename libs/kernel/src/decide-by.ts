import type { Command, DataOf, Event } from './event.js';
import type { DecisionContext } from './decider.js';
import { Refusal } from './refusal.js';

/** The event types whose data is exactly that of a command. */
type EventWithData<E extends Event, Data> = {
  [Type in E['type']]: Data extends DataOf<E, Type> ? (DataOf<E, Type> extends Data ? Type : never) : never;
}[E['type']];

/** The rule of a command whose event has the command's own data. */
export interface SameData<State, Data, Type extends string> {
  /** Why the state does not allow it; null if it does. */
  readonly unless?: (data: Data, state: State, context: DecisionContext) => Refusal | null;
  /** Whether the state is so already: then there are no events. */
  readonly already?: (data: Data, state: State) => boolean;
  readonly then: Type;
}

/** The rule of one command: the event with its data, or a function if there is more to decide. */
export type Rule<State, Data, E extends Event> =
  | SameData<State, Data, EventWithData<E, Data>>
  | ((data: Data, state: State, context: DecisionContext) => readonly E[] | Refusal);

/** The rules of every command but the opening one. */
export type Rules<State, C extends Command, E extends Event, Opens extends C['type']> = {
  readonly [Type in Exclude<C['type'], Opens>]: Rule<State, DataOf<C, Type>, E>;
};

/**
 * The `decide` of a decider, as a table with one rule per command. A command without a rule does
 * not compile. `open` decides the command that opens the stream: its state is null unless it opens
 * again. `always` is checked before every other one.
 */
export const decideBy =
  <State extends object, C extends Command, E extends Event>() =>
  <const Opens extends C['type']>(
    opens: Opens,
    open: (data: DataOf<C, Opens>, context: DecisionContext, state: State | null) => readonly E[] | Refusal,
    always: (command: Exclude<C, { type: Opens }>, state: State, context: DecisionContext) => Refusal | null,
    rules: Rules<State, C, E, Opens>,
  ) =>
  (command: C, state: State | null, context: DecisionContext): readonly E[] | Refusal => {
    if (command.type === opens) return open(command.data, context, state);
    if (state === null) throw new Error(`${command.type} is decided on a stream that is not open`);
    const general = always(command as never, state, context);
    if (general !== null) return general;
    const rule = rules[command.type as keyof typeof rules] as Rule<State, unknown, E>;
    if (typeof rule === 'function') return rule(command.data, state, context);
    const refusal = rule.unless?.(command.data, state, context) ?? null;
    if (refusal !== null) return refusal;
    if (rule.already?.(command.data, state) === true) return [];
    const { then: type } = rule;
    return [{ type, data: command.data } as unknown as E];
  };
