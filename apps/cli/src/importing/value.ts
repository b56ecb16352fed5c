import { minorUnitDigits } from '@entente/contracts';
import { Unreadable, decimalText, readDay, readDecimal, scaled } from './formats.js';
import type { Mapping, ValueSpec } from './mapping.js';
import { fold, idOf, tidy } from './names.js';

/** A value of a row; undefined if the fields with it are omitted. */
export type Value = string | number | boolean | readonly string[] | undefined;

/** The row, or the cell of a wide table, is no data. */
export class LeftOut extends Error {}

/** What reading a value may need of the row. */
export interface ValueContext {
  /** The text of a column. */
  readonly column: (name: string) => string;
  /** The same with its line breaks. */
  readonly lines: (name: string) => string;
  /** The currency that another value names. */
  readonly value: (name: string) => Value;
  /** Takes an id with the name that gave it; fails if another name has given it. */
  readonly nameId: (id: string, name: string) => void;
}

/** Reads one value of each row, by a mapping. */
export class ValueReader {
  private readonly pick: RegExp | null;
  private readonly table: ReadonlyMap<string, string | number | boolean> | null;
  private readonly none: ReadonlySet<string>;

  constructor(
    private readonly name: string,
    private readonly spec: ValueSpec,
    private readonly text: (column: (name: string) => string) => string,
    { tables = {} }: Mapping,
  ) {
    this.pick = spec.pick === undefined ? null : new RegExp(spec.pick, 'u');
    const table = spec.table === undefined ? undefined : tables[spec.table];
    this.table = table === undefined ? null : new Map(Object.entries(table).map(([word, own]) => [fold(word), own]));
    this.none = new Set((spec.none ?? []).map(fold));
  }

  /** Whether it is a list whose separator would not be there in a text on one line. */
  private get isOnLines(): boolean {
    const { as, separator = ';' } = this.spec;
    return as === 'list' && /[^\S ]/u.test(separator);
  }

  private items(text: string): string {
    const { separator = ';' } = this.spec;
    return text
      .split(separator)
      .map(tidy)
      .filter((item) => item !== '')
      .join(separator);
  }

  private fail(code: string, why: string): never {
    throw new Unreadable(code, `${this.name}: ${why}`);
  }

  /** The value; fails with why it cannot be read. */
  read(context: ValueContext): Value {
    const { empty = 'refuse', otherwise = 'refuse' } = this.spec;
    let text = this.isOnLines ? this.items(this.text(context.lines)) : tidy(this.text(context.column));
    if (text !== '' && this.pick !== null) {
      const picked = this.pick.exec(text)?.[1];
      if (picked === undefined) this.fail('value-unreadable', `"${text}" does not match ${this.spec.pick}`);
      text = tidy(picked);
    }
    if (text === '' || this.none.has(fold(text))) {
      if (empty === 'omit') return undefined;
      if (empty === 'leave-out') throw new LeftOut(this.name);
      return this.fail('value-missing', text === '' ? 'is empty' : `"${text}" means that there is none`);
    }
    if (this.table === null) return this.convert(text, context, true);
    const found = this.table.get(fold(text));
    if (found === undefined && otherwise === 'refuse')
      return this.fail('not-in-table', `"${text}" is not in the table ${this.spec.table}`);
    if (found === undefined) return this.convert(text, context, true);
    return typeof found === 'string' ? this.convert(found, context, false) : found;
  }

  private convert(text: string, context: ValueContext, isName: boolean): Value {
    const { as = 'text', scale = 1, separator = ';', format = ['YYYY-MM-DD'], months, firstYear, max } = this.spec;
    switch (as) {
      case 'text':
        return text;
      case 'list':
        return this.items(text)
          .split(separator)
          .filter((item) => item !== '');
      case 'period':
        // Spreadsheets write the number of a year with a decimal.
        return text.replace(/^([0-9]{4})\.0+$/, '$1');
      case 'day':
        return (
          readDay(text, format, months, firstYear) ??
          this.fail('day-unreadable', `"${text}" is no day as ${format.join(' or ')}`)
        );
      case 'id': {
        const id = idOf(text, max);
        if (id === null)
          return this.fail(
            'id-not-latin',
            `"${text}" has letters that are not Latin, characters that are not seen, or none: a table can give its id`,
          );
        if (isName) context.nameId(id, text);
        return id;
      }
      case 'number':
        return this.guard(() => scaled(this.decimal(text, 0), scale, 0, text));
      case 'decimal':
        return decimalText(this.decimal(text, 0));
      case 'money': {
        const digits = this.digits(context);
        return this.guard(() => scaled(this.decimal(text, digits), scale, digits, text));
      }
    }
  }

  private guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (error instanceof Unreadable && !error.message.startsWith(`${this.name}: `))
        this.fail(error.code, error.message);
      throw error;
    }
  }

  private decimal(text: string, digits: number): NonNullable<ReturnType<typeof readDecimal>> {
    const decimal = readDecimal(text, this.spec);
    if (decimal === null) return this.fail('amount-unreadable', `"${text}" is no number in this format`);
    // 1.300 may be 1300 elsewhere.
    if (decimal.places === 3 && digits !== 3 && this.spec.decimal === undefined && this.spec.as !== 'decimal')
      return this.fail('amount-unreadable', `"${text}" could be thousands: name the decimal separator in the mapping`);
    return decimal;
  }

  private digits(context: ValueContext): number {
    const { currency = '' } = this.spec;
    const code = currency.startsWith('{') ? context.value(currency.slice(1, -1).trim()) : currency;
    const digits = typeof code === 'string' ? minorUnitDigits(code) : null;
    return digits ?? this.fail('currency-unknown', `ISO 4217 has no minor unit of "${String(code)}"`);
  }
}
