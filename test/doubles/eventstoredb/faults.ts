import type { Place } from './role.js';

/** The faults of a stand-in, until they are changed. A number counts the calls that fail. */
export interface Faults {
  /**
   * The version that it reports and imitates: servers of several versions answer differently
   * (`recorded/`).
   */
  version: string;
  /** It shuts down: it takes no write any more. */
  stopping: boolean;
  /** Takes an append and never answers, and nothing of it takes effect. */
  hang: number;
  /** Takes a read and never answers. */
  hangReads: number;
  /** Writes, and never answers. */
  dropAnswer: number;
  /** Writes, and breaks the call off. */
  breakOff: number;
  /** Refuses an append before anything took effect, as a server that starts does. */
  unavailable: number;
  /** Refuses a read so. */
  unavailableReads: number;
  /** Has no leader, and fails an append or a read with that reason. */
  noLeaderInfo: number;
  /** Passes over a repeated write that is not replicated yet, in silence. */
  notReady: number;
  /** The delay before each write, in milliseconds. */
  slow: number;
  /** The delay before each event of a read, in milliseconds. */
  slowReads: number;
  /** Its clock is so far from the others', in milliseconds. */
  skew: number;
  /** Another node leads. */
  leader: Place | null;
  /** Ends each subscription after this number of events; never if it is 0. */
  endSubscriptions: number;
  /** Takes subscriptions and gives them nothing. */
  muteSubscriptions: boolean;
  /** A stream whose access control list refuses every reader; none if it is empty. */
  denied: string;
  /** The bytes of one append that it takes (its setting MaxAppendSize). */
  maxAppendBytes: number;
  /**
   * Writes as an old client's transaction does: the commit position is this far behind the event.
   */
  apart: bigint;
}

/** The faults that count calls. */
type Counted =
  'hang' | 'hangReads' | 'dropAnswer' | 'breakOff' | 'unavailable' | 'unavailableReads' | 'noLeaderInfo' | 'notReady';

/**
 * A stand-in that does nothing wrong: a server of 23.10, the strictest of those that were recorded.
 */
export const noFaults = (): Faults => ({
  version: '23.10.6',
  stopping: false,
  hang: 0,
  hangReads: 0,
  dropAnswer: 0,
  breakOff: 0,
  unavailable: 0,
  unavailableReads: 0,
  noLeaderInfo: 0,
  notReady: 0,
  slow: 0,
  slowReads: 0,
  skew: 0,
  leader: null,
  endSubscriptions: 0,
  muteSubscriptions: false,
  denied: '',
  maxAppendBytes: 1_048_576,
  apart: 0n,
});

/** Whether this call is one of those that it is done to. */
export function meets(faults: Faults, fault: Counted): boolean {
  if (faults[fault] === 0) return false;
  faults[fault] -= 1;
  return true;
}

/** The first number of a version; 0 if it is none. */
export const majorOf = (version: string): number => Number.parseInt(version, 10) || 0;
