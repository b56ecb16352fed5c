import type { Place } from './role.js';

/**
 * What a stand-in does wrong, until it is told otherwise; a number counts the calls that it does it
 * to.
 */
export interface Faults {
  /**
   * The version that it says and plays: what servers of several versions answer differs
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
  /** Knows of no node that leads, and says so to an append or a read. */
  noLeaderInfo: number;
  /** Passes over a repeated write that is not replicated yet, in silence. */
  notReady: number;
  /** Waits so long before each write, in milliseconds. */
  slow: number;
  /** Waits so long before each event that a read gives, in milliseconds. */
  slowReads: number;
  /** Its clock is so far from the others', in milliseconds. */
  skew: number;
  /** Another node leads. */
  leader: Place | null;
  /** Breaks each subscription off after so many events; none where it is 0. */
  endSubscriptions: number;
  /** Takes subscriptions and gives them nothing. */
  muteSubscriptions: boolean;
  /** The bytes of one append that it takes (its setting MaxAppendSize). */
  maxAppendBytes: number;
  /** Writes as an old client's transaction does: the event's commit stands so far behind it. */
  apart: bigint;
}

/** The faults that are done to so many calls. */
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
