import { createHash } from 'node:crypto';
import {
  type ReadModelDescription,
  type ReadModelStore,
  type Resume,
  type ResultRow,
  readWhole,
} from '@entente/engine';
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

type ExportQuery = Pick<RowRequest, 'where' | 'sort' | 'occurredBy'>;

/** The positions and the day at which a query is read. */
export type ExportAt = Resume & { readonly day: string };

/** A query as text, line by line. */
export async function* exported(
  { format, csvFormulas }: { readonly format: ExportFormat; readonly csvFormulas: CsvFormulas },
  store: ReadModelStore,
  described: ReadModelDescription,
  { where, sort, occurredBy }: ExportQuery,
  { positions, version, day }: ExportAt,
): AsyncIterable<string> {
  const { head, line } = format === 'csv' ? csv(described, csvFormulas) : ndjson();
  yield head;
  const query = { where, sort, occurredBy, positions, day };
  for await (const rows of readWhole(store, described.name, query, version)) {
    yield rows.map(line).join('');
    // Other requests run between batches.
    await new Promise(setImmediate);
  }
}

/** The maximum number of characters of a text that is kept while its digest is computed. */
const MAX_KEPT = 1024 * 1024;

/**
 * The SHA-256 digest of a query's text in base 64, which a header states before the text. The
 * result also has the text itself, or null if it is too long to be kept. It is then read again.
 */
export async function digestOf(
  text: AsyncIterable<string>,
): Promise<{ readonly digest: string; readonly kept: readonly string[] | null }> {
  const hash = createHash('sha256');
  let kept: string[] | null = [];
  let length = 0;
  for await (const part of text) {
    hash.update(part);
    length += part.length;
    if (length > MAX_KEPT) kept = null;
    else kept?.push(part);
  }
  return { digest: hash.digest('base64'), kept };
}

function ndjson(): { head: string; line: (row: ResultRow) => string } {
  return { head: '', line: (row) => `${JSON.stringify(toRowDto(row))}\n` };
}

/** The suffix of the name of a column with amounts. */
const UNIT = ' (minor units)';
/**
 * Matches text that a spreadsheet may run as a formula, including characters that it skips first.
 */
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
  /** A sum is text, but never a formula. */
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
