import type { Running } from './postgres.mjs';

/** What `eventstore.mjs` gives, for tests in TypeScript. */
export interface RunningEventStore extends Running {
  readonly url: string;
  /** Tells it what to do wrong (`Faults` of `test/doubles/eventstoredb`), and with `listens` whether it takes connections; resolves when that holds, with what is left of it. */
  faults(change: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>>;
  /** Kills, freezes or revives a node of a cluster; resolves with who leads then, and the state of each. */
  node(
    node: number,
    state: 'running' | 'frozen' | 'killed',
  ): Promise<{ readonly leader: number | null; readonly states: readonly string[] }>;
}
export function startEventStore(options: {
  readonly folder: string;
  readonly port?: number;
  readonly nodes?: number;
}): Promise<RunningEventStore>;
