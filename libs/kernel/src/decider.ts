import type { Actor } from './actor.js';
import type { Command, Event, Evidence, StreamEvent, StreamRef } from './event.js';
import type { Refusal } from './refusal.js';

/** What surrounds a command, all of it data: the clock was read once, before. */
export interface Circumstances {
  /** Who truly sends it, also where the record will hold a pseudonym. */
  readonly actor: Actor;
  /** The organisation as the record names it: the actor's, or its pseudonym where the command is sealed. */
  readonly recordedAs: string;
  /** The place where the command wants to be decided. */
  readonly stream: StreamRef;
  readonly commandId: string;
  readonly correlationId: string;
  readonly causationId: string | null;
  /** The trace in which the command was sent; absent where it was sent in none. */
  readonly traceparent?: string;
  /** The time of the decision; ISO 8601, UTC. */
  readonly now: string;
  /** When it happened, by the sender's word (else `now`). */
  readonly occurredAt: string;
  readonly evidence: readonly Evidence[];
  readonly legalBasis: string | null;
}

/** The states of the streams that a decider asked for. */
export interface Known {
  /** Whether that stream has been folded already (false in the first round of `consults`). */
  has(decider: { readonly kind: string }, id: string): boolean;
  /** Its state, or the decider's initial one where the stream does not exist. Throws where `consults` did not name it. */
  of<State>(decider: { readonly kind: string; readonly initial: State }, id: string): State;
  /**
   * The type of the event that has this id: of the own stream (what a correction may name, R26), or of another one, by its name. A stream that does not exist,
   * or of a kind without rules, has none. Throws where `consults` did not name it.
   */
  past(eventId: string, stream?: string): string | undefined;
}

/**
 * How the ids of a kind are formed. `prefixed`: the organisation that opens the stream, a dot, and its own word.
 * `organisation`: an organisation's own id, without a dot. `sealed`: `sealed.` and 32 hexadecimal digits, so that an id says nothing of who chose it.
 */
export type IdRule = 'prefixed' | 'organisation' | 'sealed';

/**
 * The rules of one kind of stream, pure. `decide` is the only place where something new is said: events, none where it is so already,
 * or a refusal. `evolve` folds what was said into the state that the next decision needs, and never refuses.
 */
export interface Decider<Kind extends string, C extends Command, E extends Event, State> {
  readonly kind: Kind;
  readonly ids: IdRule;
  /** The commands whose sender is recorded by a pseudonym good for this one stream. */
  readonly sealed?: readonly C['type'][];
  readonly initial: State;
  evolve(state: State, event: StreamEvent<E>): State;
  /** The other streams that this decision rests on. Asked twice: the second time with the states of the first answer at hand. */
  consults?(command: C, state: State, known: Known): readonly StreamRef[];
  decide(command: C, state: State, circumstances: Circumstances, known: Known): readonly E[] | Refusal;
  /** True where the stream holds history that another system made: `occurredAt` then has no lower bound. */
  reportsHistory?(command: C, state: State): boolean;
}

/** A decider whose types are not known here: what the engine and the catalogue pass around. */
export type AnyDecider = Omit<Decider<string, never, Event, unknown>, 'sealed'> & {
  readonly sealed?: readonly string[];
};
