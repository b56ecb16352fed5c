import type { ColumnFormat, ColumnType, DailyColumn } from '@entente/kernel';
import { Column } from 'typeorm';

/** A column of a row or a view, as it is declared. */
export interface ColumnMeaning {
  readonly type: ColumnType;
  /** Its meaning with its unit. */
  readonly meaning: string;
  /** The codes that it can have, if they are a fixed list. */
  readonly codes: readonly string[] | null;
  /** Null if the type is enough. */
  readonly format: ColumnFormat | null;
}

interface RowColumn extends ColumnMeaning {
  /** Its default in a new row. */
  readonly start: string | number | boolean | null | undefined;
}

const declared = new WeakMap<object, Map<string, RowColumn>>();

/** The columns of a row's class, by name, in the order of their declaration. */
export const columnsOf = (entity: new () => object): ReadonlyMap<string, RowColumn> =>
  declared.get(entity.prototype as object) ?? new Map<string, RowColumn>();

/** The codes that a column of a model's class can have. */
export function codesOf<Row extends object>(entity: new () => Row, name: keyof Row & string): readonly string[] {
  const codes = columnsOf(entity).get(name)?.codes ?? null;
  if (codes === null) throw new Error(`${entity.name}.${name} has no fixed list of codes`);
  return codes;
}

/** How TypeORM calls the types. */
const STORED = {
  text: 'text',
  day: 'date',
  integer: 'integer',
  amount: 'bigint',
  boolean: 'boolean',
  json: 'simple-json',
} as const;

const column =
  (type: keyof typeof STORED, start: RowColumn['start'], nullable = false, format: ColumnFormat | null = null) =>
  (meaning: string, codes: readonly string[] | null = null): PropertyDecorator =>
  (target, name) => {
    Column({ type: STORED[type], nullable })(target, name);
    let own = declared.get(target);
    // A class that extends another has its columns, too.
    if (own === undefined) declared.set(target, (own = new Map(declared.get(Object.getPrototypeOf(target) as object))));
    own.set(String(name), { type, meaning, codes, format, start });
  };

// Each takes the meaning of the column with its unit; a text, the codes that it can have, too, if
// they are a fixed list. `OrNull`: null until it is known.

/** A word, a code or an id. */
export const text = column('text', undefined);
export const textOrNull = column('text', null, true);
/** A fixed list of codes in words. */
export const inWords = (codes: readonly string[]): string => `${codes.slice(0, -1).join(', ')} or ${codes.at(-1)}`;
/** One of a fixed list of codes, where they say what it means. */
export const oneOf = (codes: readonly string[]): PropertyDecorator => text(inWords(codes), codes);
/** A day, YYYY-MM-DD. */
export const day = column('day', undefined);
export const dayOrNull = column('day', null, true);
/** An instant, ISO 8601 in UTC. */
export const instant = column('text', undefined, false, 'instant');
/** A reference to a person in an organisation's own register, never a name. */
export const person = column('text', undefined, false, 'person');
export const personOrNull = column('text', null, true, 'person');
/** References to persons. */
export const persons = column('json', undefined, false, 'person');
/** A whole number; 0 in a new row. */
export const count = column('integer', 0);
export const countOrNull = column('integer', null, true);
/** Money in minor units of the row's currency; 0 in a new row. */
export const amount = column('amount', 0);
/** Money that is null until it is known. */
export const amountOrNull = column('amount', null, true);
/** True or false; false in a new row. */
export const flag = column('boolean', false);
/** A value of several parts. */
export const json = column('json', undefined);

/** Whether something promised for a day is open and past that day, by the day of the answer. */
export const overdue = (meaning: string, when: Omit<DailyColumn, 'kind' | 'meaning'>): DailyColumn => ({
  kind: 'overdue',
  meaning,
  ...when,
});

/** In place of a stored column: another value once a day has passed, or none. */
export const until = (meaning: string, when: Omit<DailyColumn, 'kind' | 'meaning'>): DailyColumn => ({
  kind: 'until',
  meaning,
  ...when,
});

/** How much of the time from one day to another has passed by the day of the answer. */
export const elapsedPercent = (meaning: string, from: string, due: string): DailyColumn => ({
  kind: 'elapsed-percent',
  meaning,
  from,
  due,
});

/** How many days are left until its last day. */
export const daysLeft = (meaning: string, when: Omit<DailyColumn, 'kind' | 'meaning'>): DailyColumn => ({
  kind: 'days-left',
  meaning,
  ...when,
});

/** How late it came, or how late it is by the day of the answer. */
export const daysLate = (meaning: string, when: Omit<DailyColumn, 'kind' | 'meaning'>): DailyColumn => ({
  kind: 'days-late',
  meaning,
  ...when,
});
