import { isDay } from '@entente/contracts';
import { fold, tidy } from './names.js';

/** Why a value cannot be read: a code for programs and a reason for people. */
export class Unreadable extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** How numbers are written. */
export interface NumberFormat {
  /** The decimal separator; by default a point. */
  readonly decimal?: string;
  /** The thousands separator; by default there is none. A space matches every kind of space. */
  readonly thousands?: string;
  /** Whether parentheses mean a negative number. */
  readonly parentheses?: boolean;
  /** What is left out before reading, such as a currency's sign. */
  readonly strip?: readonly string[];
}

const quoted = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
const APOSTROPHES = "'\u2019";

const signs = (separator: string): string =>
  separator === ' ' ? '\\s' : APOSTROPHES.includes(separator) ? `[${APOSTROPHES}]` : quoted(separator);

const patterns = new WeakMap<NumberFormat, RegExp>();
function patternOf(format: NumberFormat): RegExp {
  let pattern = patterns.get(format);
  if (pattern === undefined) {
    const { decimal = '.', thousands = '' } = format;
    const groups = thousands === '' ? '' : `|\\d{1,3}(?:${signs(thousands)}\\d{2,3})*${signs(thousands)}\\d{3}`;
    pattern = new RegExp(`^(\\d+${groups})?(?:${signs(decimal)}(\\d*))?$`, 'u');
    patterns.set(format, pattern);
  }
  return pattern;
}

/** A decimal number, exactly: `units` divided by ten to the power of `places`. */
export interface Decimal {
  readonly units: bigint;
  readonly places: number;
}

/** Reads a number as it is written, exactly; null if it is none. */
export function readDecimal(text: string, format: NumberFormat): Decimal | null {
  const stripped = (format.strip ?? []).reduce((rest, sign) => rest.replaceAll(sign, ''), text);
  let rest = tidy(stripped).replace(/^[\u2212\u2013]/, '-');
  let negative = false;
  if (format.parentheses === true && /^\(.*\)$/.test(rest)) {
    negative = true;
    rest = rest.slice(1, -1).trim();
  } else if (/^-|-$/.test(rest)) {
    negative = true;
    rest = rest.replace(/^-|-$/, '').trim();
  }
  const found = patternOf(format).exec(rest);
  const whole = (found?.[1] ?? '').replace(/\D/gu, '');
  const fraction = found?.[2] ?? '';
  if (found === null || (whole === '' && fraction === '') || whole.length + fraction.length > 40) return null;
  const units = BigInt(whole + fraction);
  return { units: negative ? -units : units, places: fraction.length };
}

/**
 * A number in units of one to the power of minus `digits`, times a scale: 1.5 thousand dollars are
 * 150,000 cents. Nothing is rounded. Fails if a fraction is left, or it is beyond what a row holds.
 */
export function scaled({ units, places }: Decimal, scale: number, digits: number, text: string): number {
  const raised = units * BigInt(scale) * 10n ** BigInt(digits);
  const unit = 10n ** BigInt(places);
  if (raised % unit !== 0n)
    throw new Unreadable('amount-unreadable', `"${text}" has a fraction that the unit does not have`);
  const number = raised / unit;
  if (number > BigInt(Number.MAX_SAFE_INTEGER) || number < BigInt(Number.MIN_SAFE_INTEGER))
    throw new Unreadable('amount-beyond-range', `"${text}" is more than a row can hold`);
  return Number(number);
}

/** A decimal number as text: `1300.50`. */
export function decimalText({ units, places }: Decimal): string {
  const digits = (units < 0n ? -units : units).toString().padStart(places + 1, '0');
  const whole = digits.slice(0, digits.length - places);
  return `${units < 0n ? '-' : ''}${whole}${places === 0 ? '' : `.${digits.slice(-places)}`}`;
}

const MONTHS = 'january february march april may june july august september october november december'.split(' ');
/** The shortest name of a month in English has three letters. */
const MONTH_LETTERS = 3;
/** The format of a day that a spreadsheet wrote as its number. */
const EXCEL = 'EXCEL';
/** Day 0 of a spreadsheet, from 1 March 1900 on: to the days before it adds one that never was. */
const EXCEL_START = Date.UTC(1899, 11, 30);
const EXCEL_FIRST = 61;
const DAY_MS = 86_400_000;
const PARTS: Readonly<Record<string, string>> = {
  YYYY: '(?<year>\\d{4})',
  YY: '(?<short>\\d{2})',
  MMM: '(?<name>\\p{L}+)\\.?',
  MM: '(?<month>\\d{2})',
  M: '(?<month>\\d{1,2})',
  DD: '(?<day>\\d{2})',
  D: '(?<day>\\d{1,2})',
};
const PART = /YYYY|YY|MMM|MM|M|DD|D/g;

/** Whether a date format names a year, a month and a day, each once; or is a spreadsheet's. */
export const isDayFormat = (format: string): boolean =>
  format === EXCEL ||
  [...format.matchAll(PART)]
    .map(([part]) => part[0])
    .sort()
    .join('') === 'DMY';

/** Whether a date format has a year of two digits. */
export const hasShortYear = (format: string): boolean => [...format.matchAll(PART)].some(([part]) => part === 'YY');

const dayPatterns = new Map<string, RegExp>();
function dayPatternOf(format: string): RegExp {
  let pattern = dayPatterns.get(format);
  if (pattern === undefined) {
    const parts = format.split(/(YYYY|YY|MMM|MM|M|DD|D)/).map((part) => PARTS[part] ?? quoted(part));
    dayPatterns.set(format, (pattern = new RegExp(`^${parts.join('')}$`, 'u')));
  }
  return pattern;
}

/**
 * A day in one of these formats, as YYYY-MM-DD; null if it is in none, or does not exist. `MMM` is
 * the name of a month: one of twelve, or an English one, of which three letters or more are there.
 * `YY` is a year of the hundred from `firstYear` on, and in no format without it.
 */
export function readDay(
  text: string,
  formats: readonly string[],
  months?: readonly string[],
  firstYear = 0,
): string | null {
  for (const format of formats) {
    if (format === EXCEL) {
      const days = Number(/^([0-9]{2,7})(?:\.0+)?$/.exec(text)?.[1] ?? 0);
      const found = days < EXCEL_FIRST ? '' : new Date(EXCEL_START + days * DAY_MS).toISOString().slice(0, 10);
      if (isDay(found)) return found;
      continue;
    }
    const { short, month, day, name, ...groups } = dayPatternOf(format).exec(text)?.groups ?? {};
    const year = short === undefined ? groups['year'] : yearOf(Number(short), firstYear);
    if (year === undefined || day === undefined) continue;
    const named = fold(name ?? '');
    const isNamed = (one: string): boolean =>
      months === undefined ? named.length >= MONTH_LETTERS && one.startsWith(named) : fold(one) === named;
    const number = month ?? String(1 + (months ?? MONTHS).findIndex(isNamed));
    const found = `${year}-${number.padStart(2, '0')}-${day.padStart(2, '0')}`;
    if (isDay(found)) return found;
  }
  return null;
}

/** The year of two digits among the hundred from another on, in four. */
const yearOf = (short: number, first: number): string =>
  String(first + ((short - (first % 100) + 100) % 100)).padStart(4, '0');
