import { createHash } from 'node:crypto';
import { type FieldError, isDay, parseInstant } from '@entente/contracts';
import {
  type ReadModelDescription,
  type Filter,
  type Positions,
  type ResultRow,
  type RowQuery,
  asciiLowerCase,
  today,
} from '@entente/engine';
import { type Cell, type ColumnType, isSum } from '@entente/kernel';
import { EVENT_TYPES, KINDS, unknownNames } from './names.js';
import { plusHint, positionOf, wholeNumber } from './parameters.js';

/** A request for rows, from the query string. */
export interface RowRequest {
  readonly where: readonly Filter[];
  readonly sort: RowQuery['sort'];
  readonly limit: number;
  /** The value as sent: a position, a day or an instant. */
  readonly asOf: string | null;
  readonly after: string | null;
  readonly cursor: Cursor | null;
  /** The day of the answer. Null: that of `as-of` if it names a time, else today. */
  readonly day: string | null;
  /** If set, only what had occurred by this day. */
  readonly occurredBy: string | null;
  /**
   * The columns to group totals by. They replace the model's own, except those that keep sums
   * apart.
   */
  readonly by: readonly string[];
}

/** The end of a page. It is opaque to the client. */
export interface Cursor {
  readonly of: string;
  readonly version: string;
  readonly positions: Positions;
  readonly day: string;
  readonly sortValues: readonly Cell[];
  readonly key: string;
}

/** The parameters of a query besides its columns. */
export const OWN = ['sort', 'contains', 'limit', 'cursor', 'as-of', 'after', 'day', 'occurred-by', 'by'];
const MAX_LIMIT = 1000;
/** A search text: one line, as every text of a row is. */
const CONTAINED = /^[^\p{Cc}\p{Cs}]{1,200}$/u;
const CONTAINED_IS = 'takes 1 to 200 characters of text, without control characters';

/** A sum in decimal digits. No sum of rows has more digits. */
const SUM = /^-?[0-9]{1,28}$/;

/** Parses the value of a column; undefined if it is invalid. An empty value is null. */
function cellOf(type: ColumnType, text: string): Cell | undefined {
  if (text === '') return null;
  switch (type) {
    case 'text':
      return text;
    case 'day':
      return isDay(text) ? text : undefined;
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : undefined;
    case 'integer':
    case 'amount':
      return /^-?[0-9]{1,16}$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : undefined;
    case 'integer-sum':
    case 'amount-sum':
      return SUM.test(text) ? String(BigInt(text)) : undefined;
    case 'decimal':
      return /^-?[0-9]{1,15}(\.[0-9]{1,6})?$/.test(text) ? Number(text) : undefined;
    case 'json':
      return undefined;
  }
}

/** The codes of columns with names of the catalogue. Read models do not declare them. */
const FROM_CATALOGUE: ReadModelDescription['codes'] = { kind: KINDS, type: EVENT_TYPES };
const OF_EVENTS = ['journal', 'consultations', 'outdated-decisions'];

/** The codes that a column can have, if they are a fixed list. */
export function codesOf({ name, codes }: ReadModelDescription, column: string): readonly string[] | null {
  const own = Object.hasOwn(codes, column) ? codes[column] : undefined;
  return own ?? (OF_EVENTS.includes(name) ? FROM_CATALOGUE[column] : undefined) ?? null;
}

type Bound = 'min' | 'max' | 'before';

/** The first and the last instant of a day (UTC). */
const startOf = (day: string): string => `${day}T00:00:00.000Z`;
const endOf = (day: string): string => `${day}T23:59:59.999Z`;

/**
 * A filter of instants, in the format of rows; null if a value is invalid. A day means its start as
 * a lower bound and for `before`, its end as an upper bound, and otherwise the whole day.
 */
function instantFilter(column: string, bound: Bound | undefined, given: readonly unknown[]): Filter | null {
  const [first] = given;
  const day = given.length === 1 && typeof first === 'string' && isDay(first) ? first : null;
  if (day !== null && bound === undefined) return { column, min: startOf(day), max: endOf(day) };
  if (day !== null && bound !== undefined) return { column, [bound]: bound === 'max' ? endOf(day) : startOf(day) };
  const instants = given.map((text) =>
    text === '' ? null : typeof text === 'string' ? parseInstant(text) : undefined,
  );
  // An empty value means a missing value, which cannot be a bound.
  const wrong = instants.some((instant, i) => instant === undefined || (instant === null && given[i] !== ''));
  if (wrong || instants.length > 100) return null;
  if (bound === undefined) return { column, in: instants as Cell[] };
  return instants.length > 1 || instants[0] === null ? null : { column, [bound]: instants[0] as Cell };
}

const CODES_LISTED = 'GET /v1/read-models lists them';
const EXPECTED_INSTANT =
  'takes an instant (YYYY-MM-DDThh:mm:ssZ or with an offset such as +02:00), or one day that exists (YYYY-MM-DD)';

const EXPECTED: Readonly<Record<ColumnType, string>> = {
  text: 'takes text',
  day: 'takes a day: YYYY-MM-DD',
  boolean: 'takes true or false',
  integer: 'takes a whole number',
  amount: 'takes a whole number of minor units',
  'integer-sum': 'takes a whole number',
  'amount-sum': 'takes a whole number of minor units',
  decimal: 'takes a number',
  json: 'cannot be filtered by',
};

/**
 * Parses the filters, the order and the page, or returns every error in them. `byDay` are the names
 * that take `occurred-by`.
 */
export function readRowQuery(
  described: ReadModelDescription,
  query: Readonly<Record<string, unknown>>,
  allowed: readonly string[] = OWN,
  byDay: readonly string[] = [],
): RowRequest | readonly FieldError[] {
  const columns: Readonly<Record<string, ColumnType>> =
    described.type === 'model' ? { ...described.columns, stream: 'text' } : described.columns;
  const errors: FieldError[] = [];
  const where: Filter[] = [];
  const addError = (path: string, message: string): void => void errors.push({ path, message });
  for (const [name, given] of Object.entries(query)) {
    if (allowed.includes(name)) {
      if (typeof given !== 'string') addError(name, 'must be given once');
      continue;
    }
    const [, column = '', bound] = /^(.*?)(?:\.(min|max|before|contains))?$/.exec(name) ?? [];
    const type = Object.hasOwn(columns, column) ? columns[column] : undefined;
    if (type === undefined) {
      addError(name, `is no column and no parameter here; columns: ${Object.keys(columns).join(', ')}`);
      continue;
    }
    if (bound === 'contains') {
      if (type !== 'text') addError(name, 'is no text column: only text contains text');
      else if (typeof given !== 'string' || !CONTAINED.test(given)) addError(name, CONTAINED_IS);
      else where.push({ columns: [column], contains: given });
      continue;
    }
    if (described.formats[column] === 'instant') {
      const filter = instantFilter(column, bound as Bound | undefined, [given].flat());
      if (filter === null) addError(name, EXPECTED_INSTANT + [given].flat().map(plusHint).join(''));
      else where.push(filter);
      continue;
    }
    const codes = bound === undefined ? codesOf(described, column) : null;
    if (codes !== null) {
      const named = [given].flat().filter((text) => typeof text === 'string' && text !== '') as string[];
      errors.push(...unknownNames(name, named, codes, CODES_LISTED));
    }
    const cells = [given].flat().map((text) => (typeof text === 'string' ? cellOf(type, text) : undefined));
    if (
      cells.includes(undefined) ||
      (bound !== undefined && (cells.length > 1 || cells[0] === null)) ||
      cells.length > 100
    )
      addError(name, EXPECTED[type]);
    else if (bound === undefined) where.push({ column, in: cells as Cell[] });
    else where.push({ column, [bound]: cells[0] as Cell });
  }
  const text = (name: string): string | null =>
    allowed.includes(name) && typeof query[name] === 'string' ? query[name] : null;
  const contains = text('contains');
  if (contains !== null) {
    if (!CONTAINED.test(contains)) addError('contains', CONTAINED_IS);
    const columnsOfText = Object.keys(columns).filter((name) => columns[name] === 'text');
    where.push({ columns: columnsOfText, contains });
  }
  const sort = (text('sort') ?? '')
    .split(',')
    .filter((part) => part !== '')
    .map((part) => ({ column: part.replace(/^-/, ''), descending: part.startsWith('-') }));
  for (const { column } of sort)
    if (column === '') addError('sort', 'has a minus sign without the column that it reverses');
    else if (!Object.hasOwn(columns, column) || columns[column] === 'json')
      addError('sort', `${column} is no column to sort by; columns: ${Object.keys(columns).join(', ')}`);
  if (new Set(sort.map(({ column }) => column)).size < sort.length) addError('sort', 'names a column twice');
  const by = (text('by') ?? '').split(',').filter((part) => part !== '');
  for (const column of by)
    if (!Object.hasOwn(columns, column) || !GROUPED.includes(columns[column] as ColumnType))
      addError('by', `${column} is no column to group by; columns: ${groupable(columns).join(', ')}`);
  errors.push(...wrongDays({ day: text('day') ?? undefined, 'occurred-by': text('occurred-by') ?? undefined }));
  if (text('occurred-by') !== null && !described.occurredBy)
    addError('occurred-by', `is taken by ${byDay.join(', ')}; of other names, filter a day such as occurred_on.max`);
  const limit = wholeNumber(text('limit') ?? '100', 1, MAX_LIMIT);
  if (limit === null) addError('limit', `must be 1 to ${MAX_LIMIT}`);
  const cursor = text('cursor') === null ? null : readCursor(text('cursor') as string);
  if (
    text('cursor') !== null &&
    (cursor?.of !== queryOf(described.name, { where, sort, occurredBy: text('occurred-by') }) ||
      !sort.every(({ column }, i) => isSortValue(columns[column], cursor.sortValues[i])))
  )
    addError('cursor', 'belongs to another query: a cursor continues a query with the same filters and order');
  if (cursor !== null && text('as-of') !== null) addError('as-of', 'is pinned by the cursor already');
  if (cursor !== null && text('day') !== null) addError('day', 'is pinned by the cursor already');
  if (errors.length > 0 || limit === null) return errors;
  return {
    where,
    sort,
    limit,
    asOf: text('as-of'),
    after: text('after'),
    cursor,
    day: text('day'),
    occurredBy: text('occurred-by'),
    by,
  };
}

/** The types of columns that totals can be grouped by. */
const GROUPED: readonly ColumnType[] = ['text', 'day', 'boolean', 'integer'];
const groupable = (columns: Readonly<Record<string, ColumnType>>): readonly string[] =>
  Object.keys(columns).filter((name) => GROUPED.includes(columns[name] as ColumnType));

/** Why a day is not allowed as the day of an answer; null if it is. */
const wrongDay = (text: string): string | null =>
  !isDay(text) ? 'must be a day that exists (YYYY-MM-DD)' : text > today() ? 'must not lie in the future' : null;

/** The errors in the days of a query: `day` and `occurred-by`. */
export const wrongDays = (query: Readonly<Record<string, unknown>>): readonly FieldError[] =>
  ['day', 'occurred-by'].flatMap((path) => {
    const { [path]: given } = query;
    if (given === undefined) return [];
    const message = typeof given === 'string' ? wrongDay(given) : 'must be given once';
    return message === null ? [] : [{ path, message }];
  });

const queryOf = (
  name: string,
  { where, sort, occurredBy }: Pick<RowRequest, 'where' | 'sort' | 'occurredBy'>,
): string =>
  createHash('sha256')
    .update(JSON.stringify([name, where, sort, occurredBy]))
    .digest('base64url')
    .slice(0, 16);

/** The cursor after the last row of a page. */
export const cursorOf = (
  name: string,
  request: RowRequest,
  { version, positions, day }: Pick<Cursor, 'version' | 'positions' | 'day'>,
  last: ResultRow,
): string =>
  Buffer.from(
    JSON.stringify([queryOf(name, request), version, positions.map(String), last.sortValues, last.key, day]),
  ).toString('base64url');

/** Whether a value of a cursor is valid for a column. Of sums, only digits can be compared. */
const isSortValue = (type: ColumnType | undefined, value: Cell | undefined): boolean =>
  !isSum(type) || value === null || (typeof value === 'string' && SUM.test(value));

const isCell = (value: unknown): value is Cell =>
  value === null || ['string', 'number', 'boolean'].includes(typeof value);

/** Parses a cursor of {@link cursorOf}; null if it is invalid. */
function readCursor(text: string): Cursor | null {
  try {
    const parts: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    if (!Array.isArray(parts) || parts.length !== 6) return null;
    const [of, version, positions, sortValues, key, day] = parts as unknown[];
    if (typeof day !== 'string' || !isDay(day)) return null;
    if (![of, version, key].every((part) => typeof part === 'string')) return null;
    if (!Array.isArray(positions) || positions.length === 0 || !Array.isArray(sortValues) || !sortValues.every(isCell))
      return null;
    const read = positions.flatMap((at) => positionOf(at) ?? []);
    if (read.length !== positions.length) return null;
    return { of: of as string, version: version as string, positions: read, day, sortValues, key: key as string };
  } catch {
    return null;
  }
}

/** A row in an answer: its columns, and its origin. */
export const toRowDto = ({ key, columns, source, parkedSince }: ResultRow): Record<string, unknown> => ({
  ...columns,
  row_id: key,
  ...(source === null ? {} : { stream: source.stream, since: String(source.since), event: source.event }),
  ...(parkedSince === null ? {} : { parked_since: parkedSince }),
});

/** The lowest of positions, as text. */
export const lowest = (positions: Positions): string => String(positions.reduce((a, b) => (b < a ? b : a)));

/** Compares two values of a column: below 0 if `one` comes before `other`, 0 if they are equal. */
function compared(type: ColumnType | undefined, one: Cell, other: Cell): number {
  if (isSum(type)) {
    const difference = BigInt(String(one)) - BigInt(String(other));
    return difference < 0n ? -1 : Number(difference > 0n);
  }
  if (typeof one === 'string') return Buffer.compare(Buffer.from(one), Buffer.from(String(other)));
  return Number(one) - Number(other);
}

/**
 * Whether a row matches filters, by the same rules as the database: a null is never between two
 * values, or before one. `stream` may be filtered too, because the key of a model's row begins with
 * it.
 */
export function matches(
  where: readonly Filter[],
  key: string,
  columns: Readonly<Record<string, unknown>>,
  types: Readonly<Record<string, ColumnType>>,
): boolean {
  const [stream] = key.split('#');
  const valueOf = (column: string): Cell =>
    ((Object.hasOwn(columns, column) ? columns[column] : column === 'stream' ? stream : null) ?? null) as Cell;
  return where.every((filter) => {
    if ('contains' in filter) {
      const text = asciiLowerCase(filter.contains);
      return filter.columns.some((column) => asciiLowerCase(String(valueOf(column) ?? '')).includes(text));
    }
    const { column, in: oneOf, min = null, max = null, before = null } = filter;
    const value = valueOf(column);
    if (oneOf !== undefined && !oneOf.includes(value)) return false;
    const bounds = [
      [min, (by: number) => by >= 0],
      [max, (by: number) => by <= 0],
      [before, (by: number) => by < 0],
    ] as const;
    return bounds.every(
      ([bound, holds]) => bound === null || (value !== null && holds(compared(types[column], value, bound))),
    );
  });
}
