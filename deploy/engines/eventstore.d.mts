import type { Running } from './postgres.mjs';

/** What `eventstore.mjs` gives, for tests in TypeScript. */
export interface RunningEventStore extends Running {
  readonly url: string;
  /** Tells it what to do wrong (`Faults` of `test/doubles/eventstoredb`), and with `listens` whether it takes connections; resolves when that holds, with what is left of it. */
  faults(change: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>>;
}
export function startEventStore(options: {
  readonly folder: string;
  readonly port?: number;
}): Promise<RunningEventStore>;
