import type { Actor } from './actor.js';
import type { CommandMetadata } from './command.js';
import type { Command, Event, StreamEvent, StreamRef } from './event.js';
import { type Refusal, alreadyExists, notFound } from './refusal.js';

/**
 * What a decision gets besides the command: its metadata, the time, read once before, and the other
 * streams that it rests on.
 */
export interface DecisionContext extends Omit<CommandMetadata, 'occurredAt'> {
  /**
   * The organisation as it is recorded: the actor's, or its pseudonym if the command is
   * pseudonymous. The actor is the true sender.
   */
  readonly recordedAs: string;
  /** The stream that the command is for. */
  readonly stream: StreamRef;
  /** The time of the decision; ISO 8601, UTC. */
  readonly now: string;
  /** When it happened, as the sender states it; else `now`. */
  readonly occurredAt: string;
  /** The streams that `consults` named. */
  readonly known: ConsultedStreams;
}

/** The states of the streams that a decider consults. */
export interface ConsultedStreams {
  /** Whether that stream has been folded already (false in the first round of `consults`). */
  has(decider: { readonly kind: string }, id: string): boolean;
  /**
   * Its state, or the decider's initial one if the stream does not exist. Throws if `consults` did
   * not name it.
   */
  of<State>(decider: { readonly kind: string; readonly initial: State }, id: string): State;
  /**
   * The type of the event with this id: of the own stream, or of another one, by its name. A stream
   * that does not exist, or of a kind without rules, has none.
   * Throws if `consults` did not name it.
   */
  typeOfEvent(eventId: string, stream?: string): string | undefined;
  /**
   * The day (YYYY-MM-DD) on which the event with this id states that it happened, as corrected;
   * undefined if it states none.
   * Throws if `consults` did not name its stream.
   */
  dayOfEvent(eventId: string, stream?: string): string | undefined;
}

/**
 * How the ids of a kind are formed. `prefixed`: the organisation that opens the stream, a dot, and
 * its own word. `organisation`: an organisation's own id, without a dot. `opaque`: `sealed.` and 32
 * hexadecimal digits, so that an id does not reveal who chose it. `derived`: the rules of the kind
 * derive it from what the stream is about.
 */
export type IdRule = 'prefixed' | 'organisation' | 'opaque' | 'derived';

/**
 * The rules of one kind of stream, pure. Only `decide` decides: it returns events, none if the
 * state is so already, or a refusal. `evolve` folds events into the state that the next decision
 * needs, and never refuses. `By` are the relations to a stream in which commands of this kind may
 * be sent.
 */
export interface Decider<Kind extends string, C extends Command, E extends Event, State, By extends string = string> {
  readonly kind: Kind;
  readonly ids: IdRule;
  /** The commands whose sender is recorded by a pseudonym, valid for this one stream. */
  readonly pseudonymous?: readonly C['type'][];
  readonly initial: State;
  /**
   * The command that opens a stream. It is refused if the stream exists, as every other command is
   * if it does not.
   */
  readonly opens: C['type'];
  /** Whether that command may also be sent if the stream exists. */
  readonly opensAgain?: true;
  evolve(state: State, event: StreamEvent<E>): State;
  /**
   * The other streams that this decision rests on. Called twice: the second time with the states
   * that the first call named. Their names are recorded: none may reveal a pseudonymous sender.
   */
  consults?(command: C, state: State, known: ConsultedStreams, sender: Actor, stream: StreamRef): readonly StreamRef[];
  /**
   * Why the sender may not send this command: it has none of the relations `by`, in which the
   * command may be sent. Null if it may.
   */
  authorise(by: readonly By[], command: C, state: State, context: DecisionContext): Refusal | null;
  /** Called if the stream exists, or the command opens it, and the sender may send the command. */
  decide(command: C, state: State, context: DecisionContext): readonly E[] | Refusal;
  /** True if the stream holds history of another system: `occurredAt` then has no lower bound. */
  reportsHistory?(command: C, state: State, known: ConsultedStreams): boolean;
}

/** A decider of unknown types, for the engine and the catalogue. */
export type AnyDecider = Omit<Decider<string, never, Event, unknown, never>, 'pseudonymous' | 'opens'> & {
  readonly pseudonymous?: readonly string[];
  readonly opens: string;
};

/**
 * A decider that checks each command's sender before it decides. `senders` has, for each command
 * type, the relations in which it may be sent, and the last part of its route.
 */
export function authorised(
  decider: AnyDecider,
  senders: Readonly<Record<string, { readonly by: readonly string[]; readonly path: string }>>,
): AnyDecider {
  return {
    ...decider,
    decide(command: Command, state, context) {
      const opens = command.type === decider.opens;
      if (opens && state !== null && decider.opensAgain !== true) return alreadyExists(decider.kind);
      if (!opens && state === null) return notFound(decider.kind, senders[decider.opens]?.path ?? decider.opens);
      const sender = senders[command.type];
      if (sender === undefined) throw new Error(`${decider.kind} has no command ${command.type}`);
      const by = sender.by as readonly never[];
      return (
        decider.authorise(by, command as never, state, context) ?? decider.decide(command as never, state, context)
      );
    },
  };
}
