/**
 * The part of a log since a restore or a move. Events that another copy of the log recorded after
 * `since` are not in it.
 */
export interface Era {
  /** Random, so that no two eras have the same id. */
  readonly id: string;
  /** The last position that this era shares with the previous era. */
  readonly since: bigint;
}

interface Eras {
  readonly eras: readonly Era[];
}

/**
 * The current era of a log; '' in the first. Every cursor, token or checkpoint that names a
 * position also names the era.
 */
export const eraOf = ({ eras }: Eras): string => eras.at(-1)?.id ?? '';

/** The era in which a position was recorded. */
export const eraAt = ({ eras }: Eras, position: bigint): string =>
  eras.findLast(({ since }) => since < position)?.id ?? '';

/**
 * The position up to which a log still has the events of an era; null if it has all of them, 0 if
 * it does not know the era.
 */
export function keptUpTo({ eras }: Eras, era: string): bigint | null {
  const at = era === '' ? -1 : eras.findIndex(({ id }) => id === era);
  if (at < 0 && era !== '') return 0n;
  const later = eras.slice(at + 1).map(({ since }) => since);
  return later.length === 0 ? null : later.reduce((low, since) => (since < low ? since : low));
}

/** Whether the event that a reader saw at a position in an era is no longer in the log. */
export function isLost(log: Eras, era: string, position: bigint): boolean {
  const kept = keptUpTo(log, era);
  return kept !== null && position > kept;
}
