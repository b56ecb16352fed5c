/** Whether a day exists, as YYYY-MM-DD. */
export const isDay = (text: string): boolean => {
  if (!/^[12][0-9]{3}-[0-9]{2}-[0-9]{2}$/.test(text)) return false;
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
};

/** The format of an instant by RFC 3339: UTC or an offset, with up to nine digits of a second. */
const INSTANT =
  /^[12][0-9]{3}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,9})?(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])$/;

/** An instant in UTC with milliseconds, from any offset; null if it does not exist. */
export const parseInstant = (text: string): string | null =>
  INSTANT.test(text) && isDay(text.slice(0, 10)) ? new Date(text).toISOString() : null;

/** A sender's clock may be this many milliseconds ahead. */
const CLOCK_TOLERANCE_MS = 5 * 60_000;

/** The values of `as-of` besides a position. */
const AS_OF_TAKES =
  'must be a day that exists (YYYY-MM-DD) or an instant (YYYY-MM-DDThh:mm:ssZ or with an offset such as +02:00)';

/**
 * The instant of a query of the past: the end of a day (UTC), or an instant. Returns the error for
 * one that does not exist or is in the future: the answer would change.
 */
export function readAsOf(text: string, now: number): { readonly instant: string } | { readonly wrong: string } {
  const instant = isDay(text) ? `${text}T23:59:59.999Z` : parseInstant(text);
  if (instant === null) return { wrong: AS_OF_TAKES };
  const begins = isDay(text) ? Date.parse(`${text}T00:00:00Z`) : Date.parse(instant);
  return begins > now + CLOCK_TOLERANCE_MS ? { wrong: 'must not lie in the future' } : { instant };
}
