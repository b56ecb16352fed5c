import type { Positions } from '@entente/engine';
import type { StoredModel } from './queryable.js';

/** A checkpoint as it is kept, of either database. */
export interface KeptCheckpoint {
  readonly rows_in: string;
  readonly partition: unknown;
  readonly at: string;
}

/** Asks for all of them. */
export const CHECKPOINTS = 'SELECT rows_in, partition, CAST(position AS TEXT) AS at FROM checkpoints';

/** How far each model is in each of so many partitions; 0 where nothing is kept. */
export function pinsOf(
  kept: readonly KeptCheckpoint[],
  models: Iterable<StoredModel>,
  partitions: number,
): ReadonlyMap<string, Positions> {
  const pinOf = ({ table }: StoredModel): Positions => {
    const pin = Array<bigint>(partitions).fill(0n);
    for (const { rows_in, partition, at } of kept) if (rows_in === table) pin[Number(partition)] = BigInt(at);
    return pin;
  };
  return new Map([...models].map((stored) => [stored.model.name, pinOf(stored)]));
}
