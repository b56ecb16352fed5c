/** The promises of which the day can be corrected: the first, and one by which it was moved. */
export const PROMISES = ['first-promise', 'promise'] as const;
export type PromiseFact = (typeof PROMISES)[number];
