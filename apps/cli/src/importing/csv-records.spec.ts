import { describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { CsvReader, type CsvRow, MAX_LINE_LENGTH } from './csv-records.js';

const COMMA = { delimiter: ',', quote: '"' };

/** The rows of a text that comes in pieces of some length. */
function rowsOf(text: string, { pieces = 7, columns = null as number | null, format = COMMA } = {}): CsvRow[] {
  const reader = new CsvReader(format);
  reader.columns = columns;
  const rows: CsvRow[] = [];
  const drain = (): void => {
    for (let row = reader.next(); row !== null; row = reader.next()) rows.push(row);
  };
  for (let at = 0; at < text.length; at += pieces) {
    reader.push(text.slice(at, at + pieces));
    drain();
  }
  reader.end();
  drain();
  return rows;
}
const fieldsOf = (text: string, options = {}) => rowsOf(text, options).map(({ fields, why }) => fields ?? why);

describe('a CSV file', () => {
  it('has the fields of RFC 4180, with quotation marks, delimiters and line breaks in quoted ones', () => {
    expect(fieldsOf('a,b\n"x, ""y""","1\r\n2"\n,\n')).toEqual([
      ['a', 'b'],
      ['x, "y"', '1\r\n2'],
      ['', ''],
    ]);
    expect(fieldsOf("a;'b;c'", { format: { delimiter: ';', quote: "'" } })).toEqual([['a', 'b;c']]);
    expect(fieldsOf('5" gun\t1', { format: { delimiter: '\t', quote: '' } })).toEqual([['5" gun', '1']]);
  });

  it('ends its lines with LF, CRLF and CR in any mixture, and its last one with nothing', () => {
    expect(rowsOf('a\r\nb\nc\rd', { pieces: 2 }).map(({ line, raw, end }) => [line, raw, end])).toEqual([
      [1, 'a', '\r\n'],
      [2, 'b', '\n'],
      [3, 'c', '\r'],
      [4, 'd', ''],
    ]);
    expect(rowsOf('')).toEqual([]);
    expect(rowsOf('\n\n').map(({ raw }) => raw)).toEqual(['', '']);
  });

  it('ends them with LF alone from a line on, and then loses a row to CR outside quotation marks', () => {
    for (const [pieces, ended] of [
      [1, false],
      [3, false],
      [100, true],
    ] as const) {
      const reader = new CsvReader(COMMA);
      const text = 'h,i\na\rb,1\r\n"c\rd",2\n,\n\re,3\nf,4\r';
      const rows: (CsvRow | null)[] = [];
      for (let at = 0; at < text.length; at += pieces) {
        reader.push(text.slice(at, at + pieces));
        if (ended) reader.end();
        for (let row = reader.next(); row !== null; row = reader.next()) {
          if (rows.length === 0) reader.endAtLf();
          rows.push(row);
        }
      }
      reader.end();
      rows.push(reader.next());
      const read = rows.flatMap((row) => (row === null ? [] : [[row.line, row.fields ?? row.why, row.end]]));
      expect(read).toEqual([
        [1, ['h', 'i'], '\n'],
        [2, 'a carriage return inside field 1', '\r\n'],
        [3, ['c\rd', '2'], '\n'],
        [4, ['', ''], '\n'],
        [5, 'a carriage return inside field 1', '\n'],
        [6, ['f', '4'], '\r'],
      ]);
      expect(rows.flatMap((row) => (row === null ? [] : [row.raw + row.end])).join('')).toBe(text);
    }
  });

  it('loses one line to text behind a closing quotation mark, to one that is not closed and to one inside a field', () => {
    const good = ['"Norland, Kingdom of",1', '"Estmark",2'];
    for (const bad of ['"Sudria" x,3', 'Sudria,"3', 'Su"dria,3', '"Sudria,3', '"'])
      expect([bad, rowsOf(`${good[0]}\n${bad}\n${good.join('\n')}`, { columns: 2 }).map((row) => row.raw)]).toEqual([
        bad,
        [good[0], bad, ...good],
      ]);
    expect(fieldsOf('"Sudria" x,3')).toEqual(['text behind the closing quotation mark of field 1']);
    expect(fieldsOf('Su"dria,3')).toEqual(['a quotation mark inside field 1, which does not begin with one']);
    expect(fieldsOf('a,"3\nb,4')).toEqual(['a quotation mark that is not closed', ['b', '4']]);
  });

  it('joins lines to a row only if the row then has as many fields as the header', () => {
    expect(fieldsOf('a,"b\nc",d', { columns: 3 })).toEqual([['a', 'b\nc', 'd']]);
    expect(fieldsOf('a,"b\nc",d\ne,f', { columns: 2 })).toEqual([
      'a quotation mark that is not closed in its line',
      'a quotation mark inside field 1, which does not begin with one',
      ['e', 'f'],
    ]);
    const many = `a,"${'\n'.repeat(200)}",c`;
    expect(rowsOf(many)).toHaveLength(201);
  });

  it('is refused if a line is longer than any row', () => {
    expect(() => rowsOf(`a\n${'x'.repeat(MAX_LINE_LENGTH + 1)}`, { pieces: 65536 })).toThrow(
      `line 2 has more than ${MAX_LINE_LENGTH} characters`,
    );
  });

  it('is read as csv-parse reads it, if it is well-formed', () => {
    const field = fc.string({ unit: fc.constantFrom('a', 'é', '1', ' ', ',', '"', '\n', '\r\n', ';') });
    const table = fc.integer({ min: 2, max: 4 }).chain((columns) => {
      const row = fc.array(field, { minLength: columns, maxLength: columns });
      return fc.tuple(fc.constant(columns), fc.array(row, { minLength: 1, maxLength: 8 }));
    });
    fc.assert(
      fc.property(
        table,
        fc.constantFrom('\n', '\r\n'),
        fc.integer({ min: 1, max: 9 }),
        ([columns, rows], end, pieces) => {
          const quoted = (text: string) => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
          const text = rows.map((row) => row.map(quoted).join(',') + end).join('');
          expect(fieldsOf(text, { columns, pieces })).toEqual(parse(text, { relax_column_count: true }));
          expect(fieldsOf(text, { columns, pieces })).toEqual(rows);
        },
      ),
    );
  });

  it('keeps every character of its text in its rows, whatever is malformed', () => {
    const text = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r', ';', 'é'), maxLength: 60 });
    fc.assert(
      fc.property(
        text,
        fc.integer({ min: 1, max: 9 }),
        fc.option(fc.integer({ min: 1, max: 4 })),
        (text, pieces, columns) => {
          const rows = rowsOf(text, { pieces, columns });
          expect(rows.map(({ raw, end }) => raw + end).join('')).toBe(text);
          const lines = text.split(/\r\n|\n|\r/);
          for (const { line, raw } of rows) expect(lines[line - 1]).toBe(raw.split(/\r\n|\n|\r/)[0]);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
