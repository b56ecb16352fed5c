import type { Schema } from './schema.js';

/** A field in error: its path, and what it must be. */
export interface FieldError {
  readonly path: string;
  readonly message: string;
}

/** An answer names at most this many fields in error, and counts the rest. */
export const MAX_NAMED_ERRORS = 100;
/** A longer path is cut: a sender may have chosen the name of an unknown field. */
const MAX_PATH_LENGTH = 200;
const MAX_MESSAGE_LENGTH = 600;

const cut = (text: string, max: number): string => (text.length > max ? `${text.slice(0, max)}...` : text);

/** Collects errors, at most as many as an answer names. */
export class ErrorList {
  private readonly named: FieldError[] = [];
  private count = 0;

  add(path: string, message: string): void {
    this.count += 1;
    if (this.named.length >= MAX_NAMED_ERRORS) return;
    this.named.push({ path: cut(path, MAX_PATH_LENGTH), message: cut(message, MAX_MESSAGE_LENGTH) });
  }

  /** The named errors, and the number of further ones. */
  list(): readonly FieldError[] {
    const more = this.count - this.named.length;
    return more === 0 ? this.named : [...this.named, { path: '', message: `and ${more} more fields are wrong` }];
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/**
 * Checks a value against the names and sizes of its schema, before any rule checks its contents: a
 * name that the schema does not declare and a list that is too long are errors. Returns a copy
 * without them, no deeper than the schema, whose cost to check is bounded.
 */
export function checkStructure(schema: Schema, value: unknown, path: string, errors: ErrorList): unknown {
  const at = (name: string | number): string => (path === '' ? String(name) : `${path}.${name}`);
  const { type, properties, items, maxItems, additionalProperties, maxProperties } = schema as {
    readonly type?: string;
    readonly properties?: Readonly<Record<string, Schema>>;
    readonly items?: Schema;
    readonly maxItems?: number;
    readonly additionalProperties?: Schema | false;
    readonly maxProperties?: number;
  };
  if (type === 'array' && Array.isArray(value)) {
    const most = maxItems ?? value.length;
    if (value.length > most) errors.add(path, `${path} must contain no more than ${most} elements`);
    return value.slice(0, most).map((item, i) => checkStructure(items ?? {}, item, at(i), errors));
  }
  if (type === 'object' && isObject(value)) {
    const checked: [string, unknown][] = [];
    for (const [name, own] of Object.entries(value)) {
      const declared = properties !== undefined && Object.hasOwn(properties, name) ? properties[name] : undefined;
      if (properties !== undefined && declared === undefined) errors.add(at(name), 'there is no such field');
      else if (properties === undefined && name in Object.prototype) errors.add(at(name), 'this name is reserved');
      else if (checked.length <= (maxProperties ?? Infinity))
        checked.push([name, checkStructure(declared ?? (additionalProperties || {}), own, at(name), errors)]);
    }
    return Object.fromEntries(checked);
  }
  // The rules report the type error: they only need to see that the type is wrong.
  return Array.isArray(value) ? [] : isObject(value) ? {} : value;
}
