/** What a double does wrong, until it is told otherwise; a number counts the calls that it does it to. */
export interface Faults {
  /** Says so when it is asked for its version. */
  version: string;
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
  /** Passes over a repeated write that is not replicated yet, in silence. */
  notReady: number;
  /** Waits so long before each write, in milliseconds. */
  slow: number;
  /** Waits so long before each event that a read gives, in milliseconds. */
  slowReads: number;
  /** Its clock is so far from the others', in milliseconds. */
  skew: number;
  /** Another node leads. */
  leader: { readonly host: string; readonly port: number } | null;
  /** Breaks each subscription off after so many events; none where it is 0. */
  endSubscriptions: number;
  /** Takes subscriptions and gives them nothing. */
  muteSubscriptions: boolean;
  /** Writes as an old client's transaction does: the event's commit stands so far behind it. */
  apart: bigint;
}

type Counted = 'hang' | 'hangReads' | 'dropAnswer' | 'breakOff' | 'unavailable' | 'unavailableReads' | 'notReady';

/** A double that does nothing wrong. */
export const noFaults = (): Faults => ({
  version: '24.10.0.0',
  hang: 0,
  hangReads: 0,
  dropAnswer: 0,
  breakOff: 0,
  unavailable: 0,
  unavailableReads: 0,
  notReady: 0,
  slow: 0,
  slowReads: 0,
  skew: 0,
  leader: null,
  endSubscriptions: 0,
  muteSubscriptions: false,
  apart: 0n,
});

/** Whether this call is one of those that it is done to. */
export function meets(faults: Faults, fault: Counted): boolean {
  if (faults[fault] === 0) return false;
  faults[fault] -= 1;
  return true;
}
