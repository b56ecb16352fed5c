import type { Running } from './postgres.mjs';

/** The types of `eventstore.mjs`, for tests in TypeScript. */
export interface RunningEventStore extends Running {
  readonly url: string;
  /** Sets its faults (`Faults` of `test/doubles/eventstoredb`), and with `listens` whether it accepts connections. Resolves when they apply, with those that are left. */
  faults(change: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>>;
  /** Kills, freezes or revives a node of a cluster. Resolves with the leader after that, and the state of each node. */
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
