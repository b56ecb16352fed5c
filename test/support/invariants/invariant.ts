import type { Event } from '@entente/kernel';

/** What must be so, in sentences, and whether it is. */
export type Sentences = Readonly<Record<string, boolean>>;

/**
 * What is true of every state of one kind of stream after any accepted commands. `decide` and its
 * spec state what each command may do.
 */
export interface Invariants<State, E extends Event> {
  /** The event with which a stream begins, once. */
  readonly opens: E['type'];
  /** Whether that event may also come later. */
  readonly opensAgain?: true;
  /** What must be true of a state after any accepted command. */
  holds(state: State): Sentences;
}

/** Whether none is there twice. */
export const unlike = (all: readonly unknown[]): boolean => new Set(all).size === all.length;
export const sum = (all: readonly number[]): number => all.reduce((total, one) => total + one, 0);
/** A quantity or an amount that a row can hold. */
export const whole = (n: number): boolean => Number.isSafeInteger(n) && n >= 0;
