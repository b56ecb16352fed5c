import { ErrorList, type FieldError, MAX_NAMED_ERRORS } from './structure.js';

/**
 * A text of JSON as it was parsed, and each place where the parsed value lacks something of the
 * text; or why it cannot be read.
 */
export type ReadJson =
  | { readonly json: unknown; readonly errors: readonly FieldError[] }
  | {
      readonly unreadable: string;
      /** The parser's reason, if it is no JSON. */
      readonly cause?: Error;
    };

/** The number of significant digits that a double can hold at most. */
const MAX_DIGITS = 17;
/** No contract has an object with nearly as many fields. */
const MAX_FIELDS = 1000;

export interface JsonReading {
  /** What is read, in sentences. */
  readonly what?: string;
  /** The greatest number of fields in one object. */
  readonly maxFields?: number;
  /** Whether it is parsed also if an object has more. */
  readonly whole?: boolean;
}

/**
 * Parses JSON in UTF-8. Nothing is replaced silently: bytes that are not UTF-8 are unreadable, as
 * is a name that could reach a prototype; a name that occurs twice in one object and a number that
 * cannot be kept as it was written are errors. So is an object with too many fields: it is not even
 * parsed, so that it costs no more than to count them.
 */
export function readJson(
  bytes: Uint8Array | null,
  { what = 'the body', maxFields = MAX_FIELDS, whole = false }: JsonReading = {},
): ReadJson {
  const must = `${what} must be JSON in UTF-8`;
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes ?? undefined);
  } catch {
    return { unreadable: `${must}: it has bytes that are not UTF-8` };
  }
  try {
    const { errors, reserved, isLarge } = scan(text, maxFields);
    const json: unknown = isLarge && !whole ? null : JSON.parse(text);
    return reserved === null ? { json, errors } : { unreadable: `${what} may not have a field ${reserved}` };
  } catch (error) {
    return { unreadable: must, cause: error as Error };
  }
}

/** An object or a list that is open at one place of the text. */
interface Open {
  /** The names in an object so far; null in a list. */
  readonly names: Set<string> | null;
  /** The number of names so far. */
  count: number;
  /** The current name or index. */
  at: string | number;
}

const COLON = /\s*:/y;
const NUMBER = /-?[0-9][-+.0-9eE]*/y;
/** Spaces, colons, and the letters of `true`, `false` and `null`. */
const BETWEEN = /[\s:a-z]+/y;

/**
 * Looks for ambiguous names and numbers, and large objects. In a text that is not valid JSON, it
 * may find anything.
 */
function scan(
  text: string,
  maxFields: number,
): { readonly errors: readonly FieldError[]; readonly reserved: string | null; readonly isLarge: boolean } {
  const errors = new ErrorList();
  const open: Open[] = [];
  let found = 0;
  let isLarge = false;
  const add = (message: string): void => {
    found += 1;
    errors.add(open.map(({ at }) => String(at)).join('.'), message);
  };
  for (let i = 0; i < text.length && found < MAX_NAMED_ERRORS; i += 1) {
    const of = open.at(-1);
    switch (text[i]) {
      case '{':
        open.push({ names: new Set(), count: 0, at: '' });
        break;
      case '[':
        open.push({ names: null, count: 0, at: 0 });
        break;
      case '}':
      case ']':
        open.pop();
        if (of !== undefined && of.count > maxFields) {
          isLarge = true;
          add(`must have no more than ${maxFields} fields, and has ${of.count}`);
        }
        break;
      case ',':
        if (typeof of?.at === 'number') of.at += 1;
        break;
      case '"': {
        const end = endOfString(text, i);
        if (of?.names && matchAt(COLON, text, end + 1) !== null) {
          const name = nameIn(text.slice(i, end + 1));
          of.at = name;
          of.count += 1;
          if (reachesPrototype(open, name)) return { errors: [], reserved: name, isLarge };
          if (of.names.has(name)) add('is given twice');
          if (of.count <= maxFields) of.names.add(name);
        }
        i = end;
        break;
      }
      default: {
        const number = matchAt(NUMBER, text, i);
        if (number !== null && !isKept(number)) add('is a number of more digits than can be kept');
        i += (number ?? matchAt(BETWEEN, text, i) ?? ' ').length - 1;
      }
    }
  }
  return { errors: errors.list(), reserved: null, isLarge };
}

/** A name by its text in quotation marks. */
const nameIn = (text: string): string => (text.includes('\\') ? (JSON.parse(text) as string) : text.slice(1, -1));

function reachesPrototype(open: readonly Open[], name: string): boolean {
  return name === '__proto__' || (name === 'prototype' && open.at(-2)?.at === 'constructor');
}

function matchAt(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? null;
}

/** The place of the quotation mark that ends a string; the end of the text if there is none. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text[end - 1 - backslashes] === '\\') backslashes += 1;
    if (backslashes % 2 === 0) return end;
  }
  return text.length;
}

/** Whether a number is written with no more than a double can hold. */
function isKept(number: string): boolean {
  const digits = number.replace(/e.*$/i, '').replaceAll(/[-.]/g, '').replace(/^0+/, '').replace(/0+$/, '');
  const value = Number(number);
  return digits.length <= MAX_DIGITS && Number.isFinite(value) && (value !== 0 || digits === '');
}

const IS_JSON = /^application\/(?:[a-z0-9.+-]+\+)?json\s*(?:;|$)/i;
const CHARSET = /;\s*charset\s*=\s*"?([^";\s]*)/i;

/** Whether a media type is JSON, or a format that is written in it. */
export const isJson = (mediaType: string): boolean => IS_JSON.test(mediaType);

/**
 * What a body's headers say that keeps it from being read as JSON in UTF-8, by the header's name;
 * null if nothing does.
 */
export function bodyHeaderError(mediaType: string | undefined, encoding: string | undefined): FieldError | null {
  if (encoding !== undefined && !/^\s*(?:identity)?\s*$/i.test(encoding))
    return { path: 'content-encoding', message: 'must be absent: a compressed body is not read' };
  if (mediaType === undefined) return null;
  if (!isJson(mediaType)) return { path: 'content-type', message: 'must be application/json' };
  const charset = CHARSET.exec(mediaType)?.[1];
  return charset === undefined || /^utf-?8$/i.test(charset)
    ? null
    : { path: 'content-type', message: 'must be application/json in UTF-8: no other charset is read' };
}
