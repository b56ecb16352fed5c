import { type FieldError, readAsOf } from '@entente/contracts';
import { LARGEST_POSITION } from '@entente/engine';

/**
 * Parses a whole number within limits. Only decimal digits are allowed; null for any other
 * parameter.
 */
export function wholeNumber(given: unknown, min = 0, max = Number.MAX_SAFE_INTEGER): number | null {
  if (typeof given !== 'string' || !/^(?:0|[1-9][0-9]{0,15})$/.test(given)) return null;
  const number = Number(given);
  return number >= min && number <= max ? number : null;
}

/** Parses a position of the log. Only decimal digits are allowed; null for any other parameter. */
export function positionOf(given: unknown): bigint | null {
  if (typeof given !== 'string' || !/^(?:0|[1-9][0-9]{0,18})$/.test(given)) return null;
  const position = BigInt(given);
  return position <= LARGEST_POSITION ? position : null;
}

/** The errors for parameters that an address does not have. */
export const unknownParameters = (
  query: Readonly<Record<string, unknown>>,
  allowed: readonly string[],
): readonly FieldError[] =>
  Object.keys(query)
    .filter((name) => !allowed.includes(name))
    .map((path) => ({
      path,
      message: `is no parameter here; ${allowed.length === 0 ? 'there are none' : `parameters: ${allowed.join(', ')}`}`,
    }));

/** Parses a parameter without a value, a flag; null for an invalid value. */
export function flagOf(given: unknown): boolean | null {
  if (given === undefined || given === 'false') return false;
  return given === '' || given === 'true' ? true : null;
}

/** A hint if a text has a space where the plus of a time offset was not percent-encoded. */
export const plusHint = (given: unknown): string =>
  typeof given === 'string' && /T.* [0-9]{2}:[0-9]{2}$/.test(given) ? '; in an address, + is written %2B' : '';

/** The instant of `as-of`, or the error in it. */
export function asOfInstant(
  given: unknown,
  path = 'as-of',
): { readonly instant: string } | { readonly error: FieldError } {
  const read = readAsOf(typeof given === 'string' ? given : '', Date.now());
  return 'wrong' in read ? { error: { path, message: read.wrong + plusHint(given) } } : read;
}
