/** A port of loopback on which nobody listens just now. */
export function freePort(): Promise<number>;
