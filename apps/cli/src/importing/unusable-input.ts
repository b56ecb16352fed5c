/** A file or a mapping that cannot be used, in a sentence: nothing was sent because of it. */
export class UnusableInput extends Error {}
