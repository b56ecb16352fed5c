import { createHash } from 'node:crypto';
import { type ReadModelDescription, Fault, type ReadModelStore, type Resume, type ResultRow } from '@entente/engine';
import { type RowRequest, toRowDto } from './row-query.js';

/** The formats of a whole query, by the `Accept` header. */
export const EXPORTS = { 'text/csv': csv, 'application/x-ndjson': ndjson } as const;
export type ExportFormat = keyof typeof EXPORTS;

/** The requested format; null for the ordinary answer. */
export const exportFormat = (accept: string | undefined): ExportFormat | null =>
  (Object.keys(EXPORTS) as ExportFormat[]).find((format) => accept?.includes(format) === true) ?? null;

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
  format: ExportFormat,
  store: ReadModelStore,
  described: ReadModelDescription,
  query: ExportQuery,
  from: ExportAt,
): AsyncIterable<string> {
  const { head, line } = EXPORTS[format](described);
  yield head;
  for await (const rows of pages(store, described.name, query, from)) yield rows.map(line).join('');
}

/**
 * The digest of a query's text, in the form of RFC 9530. The text is read once for it, because the
 * header comes before the text.
 */
export async function digestOf(text: AsyncIterable<string>): Promise<string> {
  const hash = createHash('sha256');
  for await (const part of text) hash.update(part);
  return `sha-256=:${hash.digest('base64')}:`;
}

function ndjson(): { head: string; line: (row: ResultRow) => string } {
  return { head: '', line: (row) => `${JSON.stringify(toRowDto(row))}\n` };
}

/** Comma-separated values (RFC 4180), with a line of names. */
function csv({ columns }: ReadModelDescription): { head: string; line: (row: ResultRow) => string } {
  const names = ['row_id', ...Object.keys(columns)];
  return {
    head: `${names.join(',')}\r\n`,
    line: ({ key, columns: row }) => `${[key, ...names.slice(1).map((name) => row[name])].map(cell).join(',')}\r\n`,
  };
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
