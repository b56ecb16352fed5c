import type { ModelStatus } from './projection-status.js';
import type { Positions, ReadModelStore } from './read-model-store.js';
import type { ProgressSource } from './watchdog.js';

/** The maximum number of parked streams. If a model has more, it stops. */
export const MAX_PARKED_STREAMS = 5;

const lowest = (positions: Positions): bigint =>
  positions.reduce((low, at) => (at < low ? at : low), positions[0] ?? 0n);

/**
 * The status of each model, from the stored rows, whichever process folds them. It has the position
 * in each partition, the lowest of them, and whether parked streams have stopped the model.
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

/** The time in milliseconds for which checkpoints are cached for all callers. */
const FRESH_MS = 200;

/** Every model as a progress source: its position is the lowest of its partitions. */
export function progressSources(rows: ReadModelStore, models: readonly string[]): readonly ProgressSource[] {
  let last: { readonly at: number; readonly checkpoints: Promise<ReadonlyMap<string, Positions>> } | null = null;
  const checkpoints = (): Promise<ReadonlyMap<string, Positions>> => {
    const now = performance.now();
    if (last === null || now - last.at > FRESH_MS) last = { at: now, checkpoints: rows.checkpoints() };
    return last.checkpoints;
  };
  return models.map((name) => ({ name, position: async () => lowest((await checkpoints()).get(name) ?? []) }));
}
