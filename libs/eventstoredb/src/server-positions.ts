import type { Position } from '@eventstore/db-client';

/** As many positions are remembered of which commit and prepare differ. */
const MAX_KEPT_POSITIONS = 1000;

/**
 * Where readers went on, in the server's own words. An event that another program wrote in a
 * transaction begins at a position whose commit lies behind its prepare, and the server reads from
 * there only if both are given.
 */
export class ServerPositions {
  private readonly prepares = new Map<bigint, bigint>();

  /** Takes note of a position that was reached, and gives its commit. */
  reached({ commit, prepare }: Position): bigint {
    if (prepare === commit) return commit;
    this.prepares.set(commit, prepare);
    const [oldest] = this.prepares.keys();
    if (this.prepares.size > MAX_KEPT_POSITIONS && oldest !== undefined) this.prepares.delete(oldest);
    return commit;
  }

  /** The position with this commit. */
  at(commit: bigint): Position {
    return { commit, prepare: this.prepares.get(commit) ?? commit };
  }
}
