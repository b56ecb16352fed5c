import { createHash } from 'node:crypto';

/** SHA-256 of a text, in hexadecimal digits. */
export const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** ASCII without two spaces in a row, or at an end: most texts are. */
const PLAIN = /^(?:[!-~]+(?: [!-~]+)*)?$/;

/** A text on one line: spaces of every kind folded, in Unicode's composed form. */
export const tidy = (text: string): string =>
  PLAIN.test(text) ? text : text.normalize('NFC').replace(/\s+/gu, ' ').trim();

/** A text as names are compared: without regard to case, kinds of space and Unicode forms. */
export const fold = (text: string): string => (PLAIN.test(text) ? text.toLowerCase() : foldAny(text));

const foldAny = (text: string): string =>
  text.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC').replace(/\s+/gu, ' ').trim();

/** A JSON value as values are compared: texts folded, fields in order. */
export function foldedJson(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(fold(value));
  if (Array.isArray(value)) return `[${value.map(foldedJson).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  const fields = Object.entries(value)
    .filter(([, own]) => own !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([name, own]) => `${JSON.stringify(name)}:${foldedJson(own)}`).join(',')}}`;
}

/** A character that has no place on the line, such as a zero-width space or a soft hyphen. */
const UNSEEN = /[\p{Cf}\p{Default_Ignorable_Code_Point}]/u;
const UNSEEN_ENDS = /^[\s\p{Cf}\p{Default_Ignorable_Code_Point}]+|[\s\p{Cf}\p{Default_Ignorable_Code_Point}]+$/gu;

/** Latin letters that no mark can be taken from. */
const LATIN: Readonly<Record<string, string>> = {
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ħ: 'h',
  ŋ: 'ng',
  ŧ: 't',
  ı: 'i',
  ĸ: 'k',
  ə: 'e',
};

/**
 * A name as an id: lower-case ASCII letters and digits, other signs as hyphens. Null if it has
 * letters or digits that are not Latin: an id without them could be another name's. Null, too, if
 * it has a character inside that is not seen, since it would part a name. A name that is longer
 * than `max` ends with a digest of the whole.
 */
export function idOf(name: string, max = 40): string | null {
  if (!PLAIN.test(name) && UNSEEN.test(name.replace(UNSEEN_ENDS, ''))) return null;
  const plain = fold(name)
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\0-\x7f]/gu, (letter) => LATIN[letter] ?? letter);
  if (/[^\0-\x7f]/u.test(plain.replace(/[^\p{L}\p{N}]/gu, ''))) return null;
  const id = plain.replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '');
  if (id === '') return null;
  if (id.length <= max) return id;
  return `${id.slice(0, max - 9).replace(/-+$/, '')}-${digestOf(fold(name)).slice(0, 8)}`;
}
