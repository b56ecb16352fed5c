import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { type NumberFormat, decimalText, isDayFormat, readDay, readDecimal, scaled } from './formats.js';

const read = (text: string, format: NumberFormat = {}): string | null => {
  const found = readDecimal(text, format);
  return found === null ? null : decimalText(found);
};

describe('numbers', () => {
  it('are read by the separators of the mapping, and not by others', () => {
    expect(['1300000', '-5', '0.50', '.5', '7.'].map((text) => read(text))).toEqual([
      '1300000',
      '-5',
      '0.50',
      '0.5',
      '7',
    ]);
    expect(['1,300', '1 300', '12x', '', '-', '--1', '1.2.3', '1e3'].map((text) => read(text))).toEqual(
      Array<null>(8).fill(null),
    );
    expect(read('1,300,000.25', { thousands: ',' })).toBe('1300000.25');
    expect(read('1.300.000,25', { thousands: '.', decimal: ',' })).toBe('1300000.25');
    expect(read('1\u00a0300\u202f000', { thousands: ' ' })).toBe('1300000');
    expect(read("1\u2019300'000", { thousands: "'" })).toBe('1300000');
    expect(read('12,34,567', { thousands: ',' })).toBe('1234567');
    for (const wrong of ['1,30', '1300,000', ',300', '1,,300', '1,3000'])
      expect([wrong, read(wrong, { thousands: ',' })]).toEqual([wrong, null]);
  });

  it('are below zero by a sign before or behind, a minus sign, or parentheses if the mapping has them', () => {
    expect(['-5', '5-', '\u22125', '- 5'].map((text) => read(text))).toEqual(['-5', '-5', '-5', '-5']);
    expect([read('(5)'), read('(5)', { parentheses: true }), read('(5', { parentheses: true })]).toEqual([
      null,
      '-5',
      null,
    ]);
    expect(read('$1,300 ', { thousands: ',', strip: ['$'] })).toBe('1300');
  });

  it('are scaled exactly, and refused rather than rounded', () => {
    const money = (text: string, scale: number, digits: number) =>
      scaled(readDecimal(text, {}) ?? { units: 0n, places: 0 }, scale, digits, text);
    expect([money('912.5', 1000, 2), money('1.5', 1, 1), money('-0.01', 1, 2), money('5', 1, 0)]).toEqual([
      91_250_000, 15, -1, 5,
    ]);
    expect(money('0.100', 1, 3)).toBe(100);
    expect(() => money('0.001', 1, 2)).toThrow('a fraction that the unit does not have');
    expect(() => money('99999999999999999', 1, 2)).toThrow('more than a row can hold');
    expect(money('9007199254740991', 1, 0)).toBe(Number.MAX_SAFE_INTEGER);
    expect(() => money('9007199254740992', 1, 0)).toThrow('more than a row can hold');
  });
});

describe('days', () => {
  it('are read by the formats of the mapping, if they exist', () => {
    expect(readDay('2026-02-28', ['YYYY-MM-DD'])).toBe('2026-02-28');
    expect(readDay('3.1.2026', ['DD.MM.YYYY', 'D.M.YYYY'])).toBe('2026-01-03');
    expect(readDay('01/03/2026', ['MM/DD/YYYY'])).toBe('2026-01-03');
    expect(readDay('3 Sept. 2026', ['D MMM YYYY'])).toBe('2026-09-03');
    const months = ['sty', 'lut', 'mar', 'kwi', 'maj', 'cze', 'lip', 'sie', 'wrz', 'paź', 'lis', 'gru'];
    expect(readDay('3 paź 2026', ['D MMM YYYY'], months)).toBe('2026-10-03');
    for (const none of ['2026-02-30', '2026-13-01', '26-01-01', '2026-01-01x', ''])
      expect([none, readDay(none, ['YYYY-MM-DD'])]).toEqual([none, null]);
    for (const none of ['Foo', 'Junk', 'Mayor', 'Marraskuu', 'Ma', 'marzo'])
      expect([none, readDay(`3 ${none} 2026`, ['D MMM YYYY'])]).toEqual([none, null]);
    for (const name of ['mar', 'MARCH', 'Marc.'])
      expect([name, readDay(`3 ${name} 2026`, ['D MMM YYYY'])]).toEqual([name, '2026-03-03']);
    expect(readDay('3 PA\u0179 2026', ['D MMM YYYY'], months.with(9, 'paz\u0301'))).toBe('2026-10-03');
  });

  it('have a year of two digits among the hundred from one that is named, in no format without it', () => {
    const short = (text: string, first: number) => readDay(text, ['D-MMM-YY'], undefined, first);
    expect([
      short('3-Mar-26', 1970),
      short('3-Mar-69', 1970),
      short('3-Mar-70', 1970),
      short('3-Mar-00', 2000),
    ]).toEqual(['2026-03-03', '2069-03-03', '1970-03-03', '2000-03-03']);
    expect([short('3-Mar-2026', 1970), readDay('3-Mar-26', ['D-MMM-YYYY'], undefined, 1970)]).toEqual([null, null]);
  });

  it('are the number by which a spreadsheet counts them, from March 1900 on', () => {
    const excel = (text: string) => readDay(text, ['EXCEL']);
    expect(['44986', '44986.0', '61', '73050'].map(excel)).toEqual([
      '2023-03-01',
      '2023-03-01',
      '1900-03-01',
      '2099-12-31',
    ]);
    expect(['44986.5', '60', '2023', '2958466', '9999999', '-1', ''].map(excel)).toEqual([
      null,
      null,
      '1905-07-15',
      null,
      null,
      null,
      null,
    ]);
  });

  it('have formats with a year, a month and a day', () => {
    expect(['YYYY-MM-DD', 'D.M.YYYY', 'D MMM YYYY', 'D-MMM-YY', 'EXCEL'].filter(isDayFormat)).toHaveLength(5);
    expect(['YYYY-MM', 'DD.MM', 'YYYY', '', 'YYYY-MM-DD DD', 'DD.MM.YYYY YY'].filter(isDayFormat)).toEqual([]);
  });
});
