import type { CommandMetadata } from './command.js';
import type { Command, Event, StreamEvent, StreamRef } from './event.js';
import { type Refusal, alreadyExists, notFound } from './refusal.js';

/**
 * What a command is decided with: its metadata, the clock, which was read once before, and the
 * other streams that the decision rests on.
 */
export interface DecisionContext extends Omit<CommandMetadata, 'occurredAt'> {
  /**
   * The organisation as the record names it: the actor's, or its pseudonym if the command is
   * sealed. The actor is who truly sends it.
   */
  readonly recordedAs: string;
  /** The stream on which the command wants to be decided. */
  readonly stream: StreamRef;
  /** The time of the decision; ISO 8601, UTC. */
  readonly now: string;
  /** When it happened, by the sender's word, else `now`. */
  readonly occurredAt: string;
  /** What is known of the streams that `consults` named. */
  readonly known: ConsultedStreams;
}

/** The states of the streams that a decider asked for. */
export interface ConsultedStreams {
  /** Whether that stream has been folded already (false in the first round of `consults`). */
  has(decider: { readonly kind: string }, id: string): boolean;
  /**
   * Its state, or the decider's initial one where the stream does not exist. Throws where
   * `consults` did not name it.
   */
  of<State>(decider: { readonly kind: string; readonly initial: State }, id: string): State;
  /**
   * The type of the event that has this id: of the own stream (what a correction may name, R26), or
   * of another one, by its name. A stream that does not exist, or of a kind without rules, has
   * none. Throws where `consults` did not name it.
   */
  typeOfEvent(eventId: string, stream?: string): string | undefined;
}

/**
 * How the ids of a kind are formed. `prefixed`: the organisation that opens the stream, a dot, and
 * its own word. `organisation`: an organisation's own id, without a dot. `sealed`: `sealed.` and 32
 * hexadecimal digits, so that an id says nothing of who chose it.
 */
export type IdRule = 'prefixed' | 'organisation' | 'sealed';

/**
 * The rules of one kind of stream, pure. `decide` is the only place where something new is said:
 * events, none where it is so already, or a refusal. `evolve` folds what was said into the state
 * that the next decision needs, and never refuses. `By` are the relations to a stream in which
 * commands of this kind may be sent.
 */
export interface Decider<Kind extends string, C extends Command, E extends Event, State, By extends string = string> {
  readonly kind: Kind;
  readonly ids: IdRule;
  /** The commands whose sender is recorded by a pseudonym good for this one stream. */
  readonly sealed?: readonly C['type'][];
  readonly initial: State;
  /**
   * The command that opens a stream: refused where there is one already, as every other is where
   * there is none.
   */
  readonly opens: C['type'];
  evolve(state: State, event: StreamEvent<E>): State;
  /**
   * The other streams that this decision rests on. Asked twice: the second time with the states of
   * the first answer at hand.
   */
  consults?(command: C, state: State, known: ConsultedStreams): readonly StreamRef[];
  /**
   * Why the sender may not send this command: it stands in none of the relations `by`, in which the
   * command may be sent. Null if it may.
   */
  authorise(by: readonly By[], command: C, state: State, context: DecisionContext): Refusal | null;
  /** Asked where the stream is there, or is to be opened, and the sender may send the command. */
  decide(command: C, state: State, context: DecisionContext): readonly E[] | Refusal;
  /**
   * True where the stream holds history that another system made: `occurredAt` then has no lower
   * bound.
   */
  reportsHistory?(command: C, state: State): boolean;
}

/** A decider whose types are not known here: what the engine and the catalogue pass around. */
export type AnyDecider = Omit<Decider<string, never, Event, unknown, never>, 'sealed' | 'opens'> & {
  readonly sealed?: readonly string[];
  readonly opens: string;
};

/**
 * A decider that holds each command to `senders` before it decides: who may send it, by the
 * command's type.
 */
export function authorised(
  decider: AnyDecider,
  senders: Readonly<Record<string, { readonly by: readonly string[] }>>,
): AnyDecider {
  return {
    ...decider,
    decide(command: Command, state, context) {
      const opens = command.type === decider.opens;
      if (opens && state !== null) return alreadyExists(decider.kind);
      if (!opens && state === null) return notFound(decider.kind);
      const sender = senders[command.type];
      if (sender === undefined) throw new Error(`${decider.kind} has no command ${command.type}`);
      const by = sender.by as readonly never[];
      return (
        decider.authorise(by, command as never, state, context) ?? decider.decide(command as never, state, context)
      );
    },
  };
}
