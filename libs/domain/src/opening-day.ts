import { type Command, type Decider, type Event, type Refusal, refuse } from '@entente/kernel';
import { factDay } from './days.js';

/** A state with the day on which what opened its stream happened. */
interface AnswerableSince {
  readonly openedOn?: string;
}

/** R30: why a day is not one on which a request or report was answered; null if it may be. */
export const comesBefore = (on: string, answered: string | undefined): Refusal | null =>
  answered !== undefined && on < answered
    ? refuse('before-the-fact', 'it comes no earlier than what it answers', 'R30', { on: answered })
    : null;

/**
 * The rules of a kind of which some facts answer the one that opened its stream, as a consent
 * answers a request: R30.
 */
export const answering = <
  Kind extends string,
  C extends Command,
  E extends Event,
  State extends object,
  By extends string,
>(
  answers: readonly C['type'][],
  decider: Decider<Kind, C, E, State | null, By>,
): Decider<Kind, C, E, State | null, By> => ({
  ...decider,
  evolve: (before, event) => {
    const state = decider.evolve(before, event);
    return before !== null || state === null ? state : { ...state, openedOn: factDay(event.metadata) };
  },
  decide: (command, state, context) => {
    const decided = decider.decide(command, state, context);
    const isAnswer = answers.includes(command.type) && Array.isArray(decided) && decided.length > 0;
    return (isAnswer ? comesBefore(factDay(context), (state as AnswerableSince | null)?.openedOn) : null) ?? decided;
  },
});
