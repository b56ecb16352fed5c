import { createHash } from 'node:crypto';
import { type ReadModelDescription, Fault, type ReadModelStore, type Resume, type ResultRow } from '@entente/engine';
import { isSum } from '@entente/kernel';
import { type RowRequest, toRowDto } from './row-query.js';

/** The formats of a whole query. */
export type ExportFormat = 'csv' | 'ndjson';

/**
 * Whether a text that a spreadsheet could run as a formula is neutralised in CSV, by an apostrophe
 * before it, or kept as it is.
 */
export type CsvFormulas = 'neutralise' | 'keep';

/** How answers are made, by the settings of the deployment. */
export abstract class AnswerOptions {
  abstract readonly csvFormulas: CsvFormulas;
}

const PAGE_SIZE = 1000;
type ExportQuery = Pick<RowRequest, 'where' | 'sort' | 'occurredBy'>;

/** Where and on which day a query is read. */
export type ExportAt = Resume & { readonly day: string };

/**
 * All rows of a query at positions, one page at a time: the same rows in the same order each time.
 * Fails if other tables become active during the read.
 */
async function* pages(
  store: ReadModelStore,
  name: string,
  query: ExportQuery,
  { positions, version, day }: ExportAt,
): AsyncIterable<readonly ResultRow[]> {
  let last: ResultRow | undefined;
  for (let more = true; more;) {
    const page = await store.query(name, {
      ...query,
      limit: PAGE_SIZE,
      positions,
      day,
      ...(last === undefined ? {} : { afterRow: last }),
    });
    if (page.version !== version)
      throw new Fault('rows-moved', 'these rows were rebuilt while they were read; ask again', 1);
    yield page.rows;
    last = page.rows.at(-1);
    more = page.more;
    // Other requests run between two pages.
    await new Promise(setImmediate);
  }
}

/** A query as text, line by line. */
export async function* exported(
  { format, csvFormulas }: { readonly format: ExportFormat; readonly csvFormulas: CsvFormulas },
  store: ReadModelStore,
  described: ReadModelDescription,
  query: ExportQuery,
  from: ExportAt,
): AsyncIterable<string> {
  const { head, line } = format === 'csv' ? csv(described, csvFormulas) : ndjson();
  yield head;
  for await (const rows of pages(store, described.name, query, from)) yield rows.map(line).join('');
}

/**
 * The SHA-256 digest of a query's text, in base 64. The text is read once for it, because the
 * header comes before the text.
 */
export async function digestOf(text: AsyncIterable<string>): Promise<string> {
  const hash = createHash('sha256');
  for await (const part of text) hash.update(part);
  return hash.digest('base64');
}

function ndjson(): { head: string; line: (row: ResultRow) => string } {
  return { head: '', line: (row) => `${JSON.stringify(toRowDto(row))}\n` };
}

/** What follows the name of a column of amounts. */
const UNIT = ' (minor units)';
/** The beginnings of a formula, and what a spreadsheet skips before one. */
const FORMULA = /^[\s\p{Cf}]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r]/u;

/** Comma-separated values (RFC 4180), with a line of names and units. */
function csv(
  { columns }: ReadModelDescription,
  formulas: CsvFormulas,
): { head: string; line: (row: ResultRow) => string } {
  const names = Object.keys(columns);
  const isMoney = (name: string): boolean => columns[name] === 'amount' || columns[name] === 'amount-sum';
  const heads = names.map((name) => (isMoney(name) ? `${name}${UNIT}` : name));
  const cell = (value: unknown): string =>
    typeof value === 'string' && formulas === 'neutralise' && FORMULA.test(value) ? quoted(`'${value}`) : quoted(value);
  /** A sum is text, and no formula. */
  const cellOf = (row: ResultRow['columns'], name: string): string =>
    isSum(columns[name]) ? quoted(row[name]) : cell(row[name]);
  return {
    head: `${['row_id', ...heads].join(',')}\r\n`,
    line: ({ key, columns: row }) => `${[cell(key), ...names.map((name) => cellOf(row, name))].join(',')}\r\n`,
  };
}

function quoted(value: unknown): string {
  if (value === null || value === undefined) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
