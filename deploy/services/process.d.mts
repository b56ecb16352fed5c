/** A port of loopback on which no process listens now. */
export function freePort(): Promise<number>;
