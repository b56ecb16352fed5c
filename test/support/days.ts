const DAY_MS = 86_400_000;

/** The day that is this many days after today, before it if negative; YYYY-MM-DD, in UTC. */
export const inDays = (days: number): string => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);
