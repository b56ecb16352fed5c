import { Column } from 'typeorm';

/**
 * What a column of a read model means, its unit included, and what a new row begins with where
 * nothing is said.
 */
interface ColumnMeaning {
  readonly meaning: string;
  readonly start: string | number | boolean | null | undefined;
}

const meanings = new WeakMap<object, Map<string, ColumnMeaning>>();

/** The columns of a row's class, by name, in the order of their declaration. */
export const columnsOf = (entity: new () => object): ReadonlyMap<string, ColumnMeaning> =>
  meanings.get(entity.prototype as object) ?? new Map<string, ColumnMeaning>();

const column =
  (type: 'text' | 'integer' | 'bigint' | 'boolean' | 'simple-json', start: ColumnMeaning['start'], nullable = false) =>
  (meaning: string): PropertyDecorator =>
  (target, name) => {
    Column({ type, nullable })(target, name);
    let own = meanings.get(target);
    if (own === undefined) meanings.set(target, (own = new Map<string, ColumnMeaning>()));
    own.set(String(name), { meaning, start });
  };

// Each takes what the column means, its unit included. `OrNull`: null until something is known.

/** A word, a code or an id. */
export const text = column('text', undefined);
export const textOrNull = column('text', null, true);
/** A day, YYYY-MM-DD. */
export const day = column('text', undefined);
export const dayOrNull = column('text', null, true);
/** A whole number that a row begins with at 0. */
export const count = column('integer', 0);
export const countOrNull = column('integer', null, true);
/** Money in minor units of the row's currency; a row begins with 0. */
export const amount = column('bigint', 0);
/** True or false; a row begins with false. */
export const flag = column('boolean', false);
/** A value of several parts. */
export const json = column('simple-json', undefined);
