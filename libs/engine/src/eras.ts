/**
 * A stretch of a log that begins where a restored or moved log went on: what had been recorded
 * behind that place elsewhere is not in it.
 */
export interface Era {
  /** Random, so that no two are taken for each other. */
  readonly id: string;
  /** The last position that it has in common with what was before. */
  readonly since: bigint;
}

interface Eras {
  readonly eras: readonly Era[];
}

/**
 * The era in which a log is; '' in the first. Whatever names positions to somebody who comes back
 * names it too.
 */
export const eraOf = ({ eras }: Eras): string => eras.at(-1)?.id ?? '';

/** The era in which a position was recorded. */
export const eraAt = ({ eras }: Eras, position: bigint): string =>
  eras.findLast(({ since }) => since < position)?.id ?? '';

/**
 * Up to which position a log still has what it had in an era; null where all of it. Of an era that
 * it does not know, nothing is sure.
 */
export function keptOf({ eras }: Eras, era: string): bigint | null {
  const at = era === '' ? -1 : eras.findIndex(({ id }) => id === era);
  if (at < 0 && era !== '') return 0n;
  const later = eras.slice(at + 1).map(({ since }) => since);
  return later.length === 0 ? null : later.reduce((low, since) => (since < low ? since : low));
}

/** Whether what was seen at a position in an era is not in the log any more. */
export function isLost(log: Eras, era: string, position: bigint): boolean {
  const kept = keptOf(log, era);
  return kept !== null && position > kept;
}
