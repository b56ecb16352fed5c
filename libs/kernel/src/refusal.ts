import type { Json } from './event.js';

/**
 * The rules refuse a command. A refusal is a value, not an exception: it is the answer to the
 * command, and nothing is recorded. Its code is public API.
 */
export class Refusal {
  constructor(
    /** A stable name in kebab-case, such as `programme-suspended`. */
    readonly code: string,
    /** What would have to be true for the command to be accepted, as a sentence. */
    readonly requirement: string,
    /** The number of the rule, such as `R15`, if there is one. */
    readonly rule: string | null = null,
    /** The figures and names on which the decision rests. */
    readonly facts: { readonly [name: string]: Json } = {},
  ) {}
}

/** A short way to refuse: `return refuse('not-suspended', 'the programme is suspended', 'R19')`. */
export const refuse = (
  code: string,
  requirement: string,
  rule: string | null = null,
  facts: { readonly [name: string]: Json } = {},
): Refusal => new Refusal(code, requirement, rule, facts);

/** The words of a kind, such as `assistance case`. */
const wordsOf = (kind: string): string => kind.replaceAll('-', ' ');

/** The stream has not been opened. `opens` is the last part of the route that opens one. */
export function notFound(kind: string, opens: string): Refusal {
  const stream = wordsOf(kind);
  return refuse('not-found', `the command ${opens} was accepted for this ${stream}`);
}

/** The stream has been opened already. */
export function alreadyExists(kind: string): Refusal {
  const stream = wordsOf(kind);
  return refuse('already-exists', `no ${stream} has this id`);
}
