/** A row of a CSV file as it was read, or why it cannot be. */
export interface CsvRow {
  /** The number of its first line in the file, from 1. */
  readonly line: number;
  /** Its text as the file has it, without the line end. */
  readonly raw: string;
  /** The line end behind it; empty if the file ends there. */
  readonly end: string;
  /** Its fields, or the reason why it has none. */
  readonly fields: readonly string[] | null;
  readonly why: string;
}

export interface CsvFormat {
  readonly delimiter: string;
  /** The quotation mark; empty if the file has none. */
  readonly quote: string;
}

/** A field in quotation marks may have line breaks: a row has at most this many lines. */
const MAX_ROW_LINES = 100;
/** A longer line means another delimiter, encoding or kind of file. */
export const MAX_LINE_LENGTH = 1024 * 1024;

interface PhysicalLine {
  readonly text: string;
  readonly end: string;
}

/** The fields of one row, read line by line. */
class RowScanner {
  readonly fields: string[] = [];
  private field = '';
  private inQuotes = false;

  constructor(private readonly format: CsvFormat) {}

  /**
   * Reads the next line of the row: whether the row ends with it, is still open, or why it is bad.
   */
  read({ text, end }: PhysicalLine): 'ended' | 'open' | { readonly why: string } {
    const { delimiter, quote } = this.format;
    let at = 0;
    for (;;) {
      if (this.inQuotes) {
        const closing = text.indexOf(quote, at);
        if (closing < 0) {
          this.field += text.slice(at) + end;
          return 'open';
        }
        this.field += text.slice(at, closing);
        at = closing + 1;
        if (text[at] === quote) {
          this.field += quote;
          at += 1;
          continue;
        }
        this.inQuotes = false;
        if (at < text.length && text[at] !== delimiter)
          return { why: `text behind the closing quotation mark of field ${this.fields.length + 1}` };
        this.fields.push(this.field);
      } else if (quote !== '' && text[at] === quote) {
        this.inQuotes = true;
        this.field = '';
        at += 1;
        continue;
      } else {
        const next = text.indexOf(delimiter, at);
        const field = text.slice(at, next < 0 ? text.length : next);
        if (quote !== '' && field.includes(quote))
          return { why: `a quotation mark inside field ${this.fields.length + 1}, which does not begin with one` };
        if (field.includes('\r')) return { why: `a carriage return inside field ${this.fields.length + 1}` };
        this.fields.push(field);
        at += field.length;
      }
      if (at >= text.length) return 'ended';
      at += delimiter.length;
    }
  }
}

/**
 * Splits the text of a CSV file (RFC 4180) into rows, piece by piece. A badly quoted row costs its
 * own line alone: reading continues with the next one. So the raw texts and line ends of all rows
 * are the file, whatever is malformed.
 *
 * A field may have line breaks if the row is well-formed to its end and has as many fields as
 * `columns`; if not, its first line is a row that cannot be read. Lines end with LF, CRLF or CR, in
 * any mixture; after {@link CsvReader.endAtLf} with LF or CRLF alone.
 */
export class CsvReader {
  /** The number of fields that a row of several lines must have; null if any number will do. */
  columns: number | null = null;
  private rest = '';
  private readonly lines: PhysicalLine[] = [];
  private first = 0;
  private line = 1;
  private ended = false;
  private breaks = /\r\n|\n|\r/g;

  constructor(private readonly format: CsvFormat) {}

  /** CR alone ends no line from here on: outside quotation marks it is a fault of its row. */
  endAtLf(): void {
    this.breaks = /\r\n|\n/g;
    const lines = this.lines.splice(0).slice(this.first);
    this.first = 0;
    this.rest = lines.map(({ text, end }) => text + end).join('') + this.rest;
    this.split();
  }

  /** Takes in the next piece of the file. */
  push(text: string): void {
    this.rest += text;
    this.split();
  }

  /** The file has ended. */
  end(): void {
    this.ended = true;
    this.split();
  }

  /** The next line as it is, without regard to quotation marks; null until there is one. */
  nextLine(): CsvRow | null {
    const line = this.lines[this.first];
    return line === undefined ? null : this.take(1, null, '');
  }

  /** The next row; null until the file has been pushed as far as its end, or has ended. */
  next(): CsvRow | null {
    if (this.first >= this.lines.length) return null;
    const scanner = new RowScanner(this.format);
    for (let count = 0; ; count += 1) {
      const line = this.lines[this.first + count];
      if (line === undefined && !this.ended && count < MAX_ROW_LINES) return null;
      if (line === undefined || count === MAX_ROW_LINES)
        return this.take(1, null, 'a quotation mark that is not closed');
      const found = scanner.read(line);
      if (found === 'open') continue;
      if (found !== 'ended') return this.take(1, null, count === 0 ? found.why : 'a quotation mark that is not closed');
      if (count > 0 && this.columns !== null && scanner.fields.length !== this.columns)
        return this.take(1, null, 'a quotation mark that is not closed in its line');
      return this.take(count + 1, scanner.fields, '');
    }
  }

  private take(count: number, fields: readonly string[] | null, why: string): CsvRow {
    const lines = this.lines.slice(this.first, this.first + count);
    const { line } = this;
    this.first += count;
    this.line += count;
    if (this.first > 1000 || this.first === this.lines.length) {
      this.lines.splice(0, this.first);
      this.first = 0;
    }
    const last = lines.at(-1) as PhysicalLine;
    const raw = lines.map((one, i) => (i === count - 1 ? one.text : one.text + one.end)).join('');
    return { line, raw, end: last.end, fields, why };
  }

  private split(): void {
    const { breaks } = this;
    breaks.lastIndex = 0;
    let from = 0;
    for (let found = breaks.exec(this.rest); found !== null; found = breaks.exec(this.rest)) {
      const to = breaks.lastIndex;
      // A CR at the end of what has come may be the first half of CRLF.
      if (found[0] === '\r' && to === this.rest.length && !this.ended) break;
      this.lines.push({ text: this.rest.slice(from, found.index), end: found[0] });
      from = to;
    }
    this.rest = this.rest.slice(from);
    if (this.rest.length > MAX_LINE_LENGTH)
      throw new Error(`line ${this.line + this.lines.length - this.first} has more than ${MAX_LINE_LENGTH} characters`);
    if (!this.ended || this.rest === '') return;
    const [text = '', end = ''] = this.rest.split(/(\r)$/);
    this.lines.push({ text, end });
    this.rest = '';
  }
}
