/** What of `process.mjs` tests in TypeScript use. */
/** A port of loopback on which nobody listens just now. */
export function freePort(): Promise<number>;
