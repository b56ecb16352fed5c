import { type FieldError, readAsOf } from '@entente/contracts';
import { LARGEST_POSITION } from '@entente/engine';

/** A whole number within bounds, in decimal digits alone; null for any other parameter. */
export function wholeNumber(given: unknown, min = 0, max = Number.MAX_SAFE_INTEGER): number | null {
  if (typeof given !== 'string' || !/^(?:0|[1-9][0-9]{0,15})$/.test(given)) return null;
  const number = Number(given);
  return number >= min && number <= max ? number : null;
}

/** A position of the log, in decimal digits alone; null for any other parameter. */
export function positionOf(given: unknown): bigint | null {
  if (typeof given !== 'string' || !/^(?:0|[1-9][0-9]{0,18})$/.test(given)) return null;
  const position = BigInt(given);
  return position <= LARGEST_POSITION ? position : null;
}

/** The instant of `as-of`, or the error in it. */
export function asOfInstant(
  given: unknown,
  path = 'as-of',
): { readonly instant: string } | { readonly error: FieldError } {
  const read = readAsOf(typeof given === 'string' ? given : '', Date.now());
  return 'wrong' in read ? { error: { path, message: read.wrong } } : read;
}
