import type { CsvFormat } from './csv-records.js';
import { ReportFile } from './report-file.js';

/** The columns that a file of refused rows has before the file's own. */
export const REFUSED_COLUMNS = ['entente_line', 'entente_code', 'entente_reason'] as const;

/** Whether a header is that of a file of refused rows. */
export const isRefusedHeader = (header: readonly string[]): boolean =>
  REFUSED_COLUMNS.every((name, i) => header[i]?.trim() === name);

const MAX_REASON_LENGTH = 500;

/** The lines with which a file of refused rows begins. */
export const refusedHead = ({ delimiter }: CsvFormat, preamble: readonly string[], header: string): string =>
  `\ufeff${[...preamble, [...REFUSED_COLUMNS, header].join(delimiter)].map((line) => `${line}\n`).join('')}`;

/** A refused row: its line, a code and the reason, then its text as it is. */
export function refusedLine(
  { delimiter, quote }: CsvFormat,
  {
    line,
    code,
    why,
    raw,
  }: { readonly line: number; readonly code: string; readonly why: string; readonly raw: string },
): string {
  const reason = (why.length > MAX_REASON_LENGTH ? `${why.slice(0, MAX_REASON_LENGTH)}...` : why).replace(/\s+/gu, ' ');
  const quoted =
    quote === '' ? reason.replaceAll(delimiter, ' ') : `${quote}${reason.replaceAll(quote, quote + quote)}${quote}`;
  return `${[String(line), code, quoted, raw].join(delimiter)}\n`;
}

/**
 * The refused rows of an import, as they are in its file, each after its line, a code and the
 * reason: mended, it can be imported with the same mapping. It is written in UTF-8 with a byte
 * order mark.
 */
export class RefusedFile {
  private rows = 0;

  private constructor(
    private readonly file: ReportFile,
    private readonly format: CsvFormat,
  ) {}

  /** Fails with a sentence if it cannot be written, is another file, or the one imported. */
  static async create(path: string, imported: string, format: CsvFormat): Promise<RefusedFile> {
    const report = { rows: 'refused', mark: REFUSED_COLUMNS[0] } as const;
    return new RefusedFile(await ReportFile.create(path, imported, report), format);
  }

  /** Begins it with the lines before the header, and the header, as they are in the file. */
  begin(preamble: readonly string[], header: string): Promise<void> {
    return this.file.write(refusedHead(this.format, preamble, header));
  }

  add(line: number, code: string, why: string, raw: string): Promise<void> {
    this.rows += 1;
    return this.file.write(refusedLine(this.format, { line, code, why, raw }));
  }

  /** Completes it: its path, or null if there are no refused rows. */
  end(): Promise<string | null> {
    return this.file.end(this.rows > 0);
  }

  discard(): Promise<void> {
    return this.file.discard();
  }
}
