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

/**
 * Parses JSON in UTF-8, which `what` names in sentences. Nothing is replaced silently: bytes that
 * are not UTF-8 are unreadable, as is a name that could reach a prototype; a name that occurs twice
 * in one object and a number that cannot be kept as it was written are errors.
 */
export function readJson(bytes: Uint8Array | null, what = 'the body'): ReadJson {
  const must = `${what} must be JSON in UTF-8`;
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes ?? undefined);
  } catch {
    return { unreadable: `${must}: it has bytes that are not UTF-8` };
  }
  try {
    const json: unknown = JSON.parse(text);
    const { errors, reserved } = scan(text);
    return reserved === null ? { json, errors } : { unreadable: `${what} may not have a field ${reserved}` };
  } catch (error) {
    return { unreadable: must, cause: error as Error };
  }
}

/** An object or a list that is open at one place of the text. */
interface Open {
  /** The names in an object so far; null in a list. */
  readonly names: Set<string> | null;
  /** The current name or index. */
  at: string | number;
}

const COLON = /\s*:/y;
const NUMBER = /[-+.0-9eE]+/y;

/** Looks for ambiguous names and numbers in a text that is valid JSON. */
function scan(text: string): { readonly errors: readonly FieldError[]; readonly reserved: string | null } {
  const errors = new ErrorList();
  const open: Open[] = [];
  let found = 0;
  const add = (message: string): void => {
    found += 1;
    errors.add(open.map(({ at }) => String(at)).join('.'), message);
  };
  for (let i = 0; i < text.length && found < MAX_NAMED_ERRORS; i += 1) {
    const of = open.at(-1);
    switch (text[i]) {
      case '{':
        open.push({ names: new Set(), at: '' });
        break;
      case '[':
        open.push({ names: null, at: 0 });
        break;
      case '}':
      case ']':
        open.pop();
        break;
      case ',':
        if (typeof of?.at === 'number') of.at += 1;
        break;
      case '"': {
        const end = endOfString(text, i);
        if (of?.names && matchAt(COLON, text, end + 1) !== null) {
          const name = JSON.parse(text.slice(i, end + 1)) as string;
          of.at = name;
          if (reachesPrototype(open, name)) return { errors: [], reserved: name };
          if (of.names.has(name)) add('is given twice');
          of.names.add(name);
        }
        i = end;
        break;
      }
      default: {
        const number = matchAt(NUMBER, text, i);
        // The letters of `true`, `false` and `null` come by one by one.
        if (number === null || !/[0-9]/.test(number)) break;
        if (!isKept(number)) add('is a number of more digits than can be kept');
        i += number.length - 1;
      }
    }
  }
  return { errors: errors.list(), reserved: null };
}

function reachesPrototype(open: readonly Open[], name: string): boolean {
  return name === '__proto__' || (name === 'prototype' && open.at(-2)?.at === 'constructor');
}

function matchAt(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? null;
}

/** The place of the quotation mark that ends a string. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); ; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text[end - 1 - backslashes] === '\\') backslashes += 1;
    if (backslashes % 2 === 0) return end;
  }
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
