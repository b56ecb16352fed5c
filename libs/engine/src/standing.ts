import type { ModelStatus } from './projecting.js';
import type { Pin, ReadModelStore } from './read-model-store.js';
import type { ProgressSource } from './watchdog.js';

/** More parked streams than this stop a model. */
export const MOST_PARKED = 5;

const lowest = (pin: Pin): bigint => pin.reduce((low, at) => (at < low ? at : low), pin[0] ?? 0n);

/**
 * How each model stands by the rows' own word, whoever folds them: its place in each partition, the
 * lowest of them, and whether it has stopped for its parked streams.
 */
export async function modelsIn(rows: ReadModelStore): Promise<readonly (ModelStatus & { readonly partitions: Pin })[]> {
  const checkpoints = await rows.checkpoints();
  const parked = await rows.parked();
  return [...checkpoints].map(([model, partitions]) => {
    const count = parked.filter((one) => one.model === model).length;
    const stopped = count > MOST_PARKED ? `${count} parked streams: more than ${MOST_PARKED}` : null;
    return { model, position: lowest(partitions), partitions, parked: count, stopped };
  });
}

/** So long, in milliseconds, one look at the checkpoints serves all who ask. */
const FRESH = 200;

/** Every model as a follower of the log, as far as it is in all of its partitions. */
export function followersIn(rows: ReadModelStore, models: readonly string[]): readonly ProgressSource[] {
  let look: { readonly at: number; readonly found: Promise<ReadonlyMap<string, Pin>> } | null = null;
  const found = (): Promise<ReadonlyMap<string, Pin>> => {
    const now = performance.now();
    if (look === null || now - look.at > FRESH) look = { at: now, found: rows.checkpoints() };
    return look.found;
  };
  return models.map((name) => ({ name, position: async () => lowest((await found()).get(name) ?? []) }));
}
