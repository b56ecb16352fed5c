import { type Command, type Decider, type Event, type Refusal, type StreamEvent, refuse } from '@entente/kernel';
import { factDay } from './days.js';

/**
 * By command: the types of the events before which its fact cannot have happened, as a consent
 * cannot before its request. `Type/field`: only those with the value that the command has in the
 * field.
 */
export type FactOrder<C extends Command, E extends Event> = {
  readonly [Type in C['type']]?: readonly (E['type'] | `${E['type']}/${string}`)[];
};

/** The day of an event on which others rest, and its fields with whose value some of them do. */
interface Basis {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  on: string;
}

/** A state with the events on which others rest, by id. Changed in place: see the kernel. */
interface WithBases {
  readonly bases?: Map<string, Basis>;
}

interface Dated {
  readonly on?: unknown;
  readonly corrects?: unknown;
}

/** The day of a fact: the one that it states, or else that of its occurrence. */
const dayOf = (data: object, context: { readonly occurredAt: string }): string => {
  const { on } = data as Dated;
  return typeof on === 'string' ? on : factDay(context);
};

/** R30: why a fact is not of a day: what it answers or rests on was later; null if it may be. */
export const comesBefore = (on: string, answered: string | undefined): Refusal | null =>
  answered !== undefined && on < answered
    ? refuse('before-the-fact', 'it comes no earlier than what it answers or rests on', 'R30', { on: answered })
    : null;

/** Adds to the bases, in place, what this event means for later commands. */
function remember(
  bases: Map<string, Basis>,
  fields: ReadonlyMap<string, readonly string[]>,
  { id, type, data, metadata }: StreamEvent,
) {
  const on = dayOf(data as object, metadata);
  const of = data as Basis['data'];
  const kept = fields.get(type);
  if (kept !== undefined)
    bases.set(id, { type, data: Object.fromEntries(kept.map((field) => [field, of[field]])), on });
  const corrected = bases.get(String((data as Dated).corrects));
  if (corrected !== undefined && typeof (data as Dated).on === 'string') corrected.on = on;
}

/** The last day of what a command rests on; undefined if that has not happened. */
function lastBasis(rests: readonly string[], data: object, bases: Iterable<Basis>): string | undefined {
  const of = data as Basis['data'];
  const found = [...bases].filter((basis) =>
    rests.some((one) => {
      const [type, field] = one.split('/');
      return type === basis.type && (field === undefined || basis.data[field] === of[field]);
    }),
  );
  return found
    .map(({ on }) => on)
    .toSorted()
    .at(-1);
}

/**
 * The rules of a kind of which facts come no earlier than those on which they rest: R30. What the
 * system records has the day of its cause. History that another system reported is not held to it.
 */
export const inOrder = <
  Kind extends string,
  C extends Command,
  E extends Event,
  State extends object,
  By extends string,
>(
  order: FactOrder<C, E>,
  decider: Decider<Kind, C, E, State | null, By>,
): Decider<Kind, C, E, State | null, By> => {
  const byCommand = order as Readonly<Record<string, readonly string[] | undefined>>;
  const named = Object.values(byCommand).flatMap((rests = []) => rests.map((one) => one.split('/')));
  const fields = new Map<string, readonly string[]>();
  for (const [type = '', field] of named)
    fields.set(type, [...(fields.get(type) ?? []), ...(field === undefined ? [] : [field])]);
  return {
    ...decider,
    evolve: (before, event) => {
      const state = decider.evolve(before, event);
      if (state === null) return null;
      const bases = (before as WithBases | null)?.bases ?? new Map<string, Basis>();
      remember(bases, fields, event);
      return (state as WithBases).bases === bases ? state : { ...state, bases };
    },
    decide: (command, state, context) => {
      const decided = decider.decide(command, state, context);
      const rests = byCommand[command.type];
      if ('code' in decided || decided.length === 0 || rests === undefined || state === null) return decided;
      if (context.actor.role === 'system' || decider.reportsHistory?.(command, state, context.known) === true)
        return decided;
      const bases = (state as WithBases).bases ?? new Map<string, Basis>();
      const data = command.data as object;
      return comesBefore(dayOf(data, context), lastBasis(rests, data, bases.values())) ?? decided;
    },
  };
};
