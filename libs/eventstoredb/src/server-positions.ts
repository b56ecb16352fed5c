import type { Position } from '@eventstore/db-client';

/** Number of positions remembered whose commit and prepare differ. */
const MAX_KEPT_POSITIONS = 1000;

/**
 * The server's own form of the positions at which readers continue. An event that another program
 * wrote in a transaction has a commit position after its prepare position, and the server reads
 * from there only if it gets both.
 */
export class ServerPositions {
  private readonly prepares = new Map<bigint, bigint>();

  /** Remembers a position that was reached; returns its commit. */
  remember({ commit, prepare }: Position): bigint {
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
