import type { ModelStatus } from './projection-status.js';
import type { Positions, ReadModelStore } from './read-model-store.js';
import type { ProgressSource } from './watchdog.js';

/** More parked streams than this stop a model. */
export const MAX_PARKED_STREAMS = 5;

const lowest = (pin: Positions): bigint => pin.reduce((low, at) => (at < low ? at : low), pin[0] ?? 0n);

/**
 * How each model stands by the rows' own word, whoever folds them: its place in each partition, the
 * lowest of them, and whether it has stopped for its parked streams.
 */
export async function modelStatuses(
  rows: ReadModelStore,
): Promise<readonly (ModelStatus & { readonly partitions: Positions })[]> {
  const checkpoints = await rows.checkpoints();
  const parked = await rows.parked();
  return [...checkpoints].map(([model, partitions]) => {
    const count = parked.filter((one) => one.model === model).length;
    const stopped = count > MAX_PARKED_STREAMS ? `${count} parked streams: more than ${MAX_PARKED_STREAMS}` : null;
    return { model, position: lowest(partitions), partitions, parked: count, stopped };
  });
}

/** So long, in milliseconds, one look at the checkpoints serves all who ask. */
const FRESH_MS = 200;

/** Every model as a follower of the log, as far as it is in all of its partitions. */
export function progressSources(rows: ReadModelStore, models: readonly string[]): readonly ProgressSource[] {
  let look: { readonly at: number; readonly found: Promise<ReadonlyMap<string, Positions>> } | null = null;
  const found = (): Promise<ReadonlyMap<string, Positions>> => {
    const now = performance.now();
    if (look === null || now - look.at > FRESH_MS) look = { at: now, found: rows.checkpoints() };
    return look.found;
  };
  return models.map((name) => ({ name, position: async () => lowest((await found()).get(name) ?? []) }));
}
