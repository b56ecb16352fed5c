import { type CsvFormat, CsvReader, type CsvRow } from './csv-records.js';
import type { Mapping } from './mapping.js';
import { isRefusedHeader, REFUSED_COLUMNS } from './refused-file.js';
import { UnusableInput } from './unusable-input.js';

/** What comes before the rows of a file. */
export interface FileHead {
  /** The lines before the header, as they are. */
  readonly preamble: readonly string[];
  /** The names of the columns, and their text as it is. */
  readonly header: readonly string[];
  readonly rawHeader: string;
  /** Whether it is a file of refused rows: a part of a file that was imported. */
  readonly isRefused: boolean;
}

export const formatOf = ({ file = {} }: Pick<Mapping, 'file'>): CsvFormat => ({
  delimiter: file.delimiter ?? ',',
  quote: file.quote ?? '"',
});

const escaped = (sign: string): string => sign.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');

function reasonsIn({ delimiter, quote }: CsvFormat): RegExp {
  const end = escaped(delimiter);
  const plain = `[^${end}]*`;
  const q = escaped(quote);
  const reason = quote === '' ? plain : `(?:${q}(?:[^${q}]|${q}${q})*${q}|[^${q}${end}]*)`;
  return new RegExp(`^${plain}${end}${plain}${end}${reason}${end}`, 'u');
}

/** Splits a file's text into its head and its rows, piece by piece. */
export class FileRows {
  head: FileHead | null = null;
  private readonly preamble: string[] = [];
  private readonly reader: CsvReader;
  private readonly headerLine: number;
  /** The three fields that a refused row has before its own. */
  private readonly reasons: RegExp;

  constructor(
    mapping: Pick<Mapping, 'file'>,
    private readonly file: string,
  ) {
    const format = formatOf(mapping);
    this.reader = new CsvReader(format);
    this.reasons = reasonsIn(format);
    this.headerLine = mapping.file?.headerLine ?? 1;
  }

  /** The rows that the next piece of the file completes. Null is its end. */
  *push(text: string | null): Generator<CsvRow, void> {
    try {
      if (text === null) this.reader.end();
      else this.reader.push(text);
    } catch (error) {
      throw new UnusableInput(`${this.file}: ${(error as Error).message}: is the delimiter or the encoding another?`, {
        cause: error,
      });
    }
    while (this.preamble.length < this.headerLine - 1) {
      const line = this.reader.nextLine();
      if (line === null) break;
      this.preamble.push(line.raw);
    }
    if (this.head === null && this.preamble.length === this.headerLine - 1) this.readHeader();
    if (this.head === null && text === null)
      throw new UnusableInput(
        this.preamble.length === 0 && this.headerLine === 1
          ? `${this.file} is empty`
          : `${this.file} ends before line ${this.headerLine}, which the mapping names as the header`,
      );
    if (this.head === null) return;
    for (let row = this.reader.next(); row !== null; row = this.reader.next()) yield this.withoutReasons(row);
  }

  private readHeader(): void {
    const row = this.reader.next();
    if (row === null) return;
    if (row.fields === null) throw new UnusableInput(`line ${row.line} of ${this.file} is no header: ${row.why}`);
    if (row.fields.every((name) => name.trim() === ''))
      throw new UnusableInput(`line ${row.line} of ${this.file} is no header: it is blank`);
    this.reader.columns = row.fields.length;
    if (row.end === '\n') this.reader.endAtLf();
    const isRefused = isRefusedHeader(row.fields);
    const { fields, raw } = isRefused ? this.strip(row) : { fields: row.fields, raw: row.raw };
    this.head = { preamble: this.preamble, header: fields, rawHeader: raw, isRefused };
  }

  /** A row of a file of refused rows as it was in the file that was imported first. */
  private withoutReasons(row: CsvRow): CsvRow {
    if (this.head?.isRefused !== true) return row;
    const { fields, raw } = this.strip(row);
    return { ...row, raw, fields: row.fields === null ? null : fields };
  }

  private strip({ raw, fields }: CsvRow): { readonly raw: string; readonly fields: readonly string[] } {
    return { raw: raw.replace(this.reasons, ''), fields: (fields ?? []).slice(REFUSED_COLUMNS.length) };
  }
}
