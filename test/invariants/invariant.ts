import type { Event, RecordedEvent } from '@entente/kernel';

/** What must be so, in sentences, and whether it is. */
export type Sentences = Readonly<Record<string, boolean>>;

/** What an invariant may ask of the rest of the log. */
export interface Elsewhere {
  /** The state of another stream at the revision on which this decision rested. Throws where it did not look at that stream. */
  of<State>(decider: { readonly kind: string; readonly initial: State }, id: string): State;
  /** An event that stands earlier in the log, whatever its stream. */
  past(eventId: string): RecordedEvent | undefined;
}

/** What the rules of one kind of stream promise, told by what is recorded and without the rules themselves. */
export interface Invariants<State, E extends Event> {
  /** The event with which a stream begins, once. */
  readonly opens: E['type'];
  /** What must be so where this event was said, with the state before it; null before the first. */
  says(event: RecordedEvent<E>, was: State | null, elsewhere: Elsewhere): Sentences;
  /** What must be so of a state after whatever command was accepted. */
  holds(is: State): Sentences;
}

/** The part of a stream's name by which it is named elsewhere. */
export const idOf = (stream: string): string => stream.slice(stream.indexOf('/') + 1);
/** The day on which it happened, by the sender's word. */
export const dayOf = ({ metadata }: RecordedEvent): string => metadata.occurredAt.slice(0, 10);
export const unlike = (all: readonly unknown[]): boolean => new Set(all).size === all.length;
export const sum = (all: readonly number[]): number => all.reduce((total, one) => total + one, 0);
/** A quantity or an amount that a row can hold. */
export const whole = (n: number): boolean => Number.isSafeInteger(n) && n >= 0;
