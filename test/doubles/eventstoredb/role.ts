/** The address of a node. */
export interface Place {
  readonly host: string;
  readonly port: number;
}

/** What a node takes itself for. */
export type Role =
  /** `replicates`: enough followers acknowledge its writes; else it holds them. */
  | { readonly type: 'leader'; readonly replicates: boolean }
  | { readonly type: 'follower'; readonly leader: Place }
  | { readonly type: 'leaderless' };

/** A node as it is in the gossip. */
export interface Member extends Place {
  readonly state: 'leader' | 'follower' | 'unknown';
  readonly alive: boolean;
}

/** What a node needs to know of its cluster. */
export interface Membership {
  role(): Role;
  members(): readonly Member[];
  /**
   * Takes a write that no follower acknowledges; `commit` writes it, as of the time at which it
   * came.
   */
  hold(stream: string, commit: (at: number) => void): void;
  /** Whether a write to this stream is held. */
  holds(stream: string): boolean;
}
