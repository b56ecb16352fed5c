import type { Positions } from '@entente/engine';
import type { StoredModel } from './queryable.js';

/** A checkpoint, as SQLite and PostgreSQL return it. */
export interface StoredCheckpoint {
  readonly table_name: string;
  readonly partition: unknown;
  readonly at: string;
}

/** Selects all checkpoints. */
export const CHECKPOINTS = 'SELECT table_name, partition, CAST(position AS TEXT) AS at FROM checkpoints';

/** The checkpoints of each model, one for each partition; 0 if none is stored. */
export function checkpointsByModel(
  stored: readonly StoredCheckpoint[],
  models: Iterable<StoredModel>,
  partitions: number,
): ReadonlyMap<string, Positions> {
  const positionsOf = ({ table }: StoredModel): Positions => {
    const positions = Array<bigint>(partitions).fill(0n);
    for (const { table_name, partition, at } of stored)
      if (table_name === table) positions[Number(partition)] = BigInt(at);
    return positions;
  };
  return new Map([...models].map((stored) => [stored.model.name, positionsOf(stored)]));
}
