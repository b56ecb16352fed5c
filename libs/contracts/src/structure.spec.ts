import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { CATALOGUE } from './catalogue.js';
import { exampleOf, fieldsOf } from './schema.js';
import { MAX_NAMED_ERRORS } from './structure.js';
import { CommandEnvelope, readBody, fieldErrors } from './validate.js';

/** The names that every object has by nature. */
const NATURAL = Object.getOwnPropertyNames(Object.prototype);
const CLASSES = CATALOGUE.flatMap(({ kind, commands, events }) => [
  ...Object.entries(commands).map(([type, { body }]) => ({ name: `${kind} ${type}`, of: body })),
  ...Object.entries(events).map(([type, { data }]) => ({ name: `${kind} ${type}`, of: data })),
]).concat({ name: 'what is beside the fields of a command', of: CommandEnvelope });
/** The example with one more field of any name. */
const own = (example: object, name: string): object =>
  Object.defineProperty({ ...example }, name, { value: { a: 1 }, enumerable: true });

/** The fields of an example that hold objects or lists of them, by path. */
const objectsIn = (
  example: Readonly<Record<string, unknown>>,
): readonly { path: string; with: (more: object) => object }[] =>
  Object.entries(example).flatMap(([field, value]) => {
    const [first] = Array.isArray(value) ? (value as unknown[]) : [value];
    if (first === null || typeof first !== 'object') return [];
    const path = Array.isArray(value) ? `${field}.0` : field;
    return [{ path, with: (more: object) => ({ ...example, [field]: Array.isArray(value) ? [more] : more }) }];
  });

describe('the structure of a body', () => {
  it.each(CLASSES)('refuses a field whose name every object has by nature: $name', ({ of }) => {
    const example = exampleOf(of);
    for (const name of NATURAL) {
      expect(fieldErrors(of, own(example, name)).map(({ path }) => path)).toEqual([name]);
      for (const { path, with: holding } of objectsIn(example)) {
        const nested = (path.endsWith('.0') ? (example[path.slice(0, -2)] as object[])[0] : example[path]) as object;
        expect(fieldErrors(of, holding(own(nested, name))).map((error) => error.path)).toContain(`${path}.${name}`);
      }
    }
  });

  it.each(CLASSES)('names a bounded number of errors, and counts the rest: $name', ({ of }) => {
    const example = exampleOf(of);
    const many = Object.fromEntries(Array.from({ length: 1200 }, (_, i) => [`f${i}`, 1]));
    const unknown = fieldErrors(of, { ...example, ...many });
    expect(unknown).toHaveLength(MAX_NAMED_ERRORS + 1);
    expect(unknown.at(-1)?.message).toBe(`and ${1200 - MAX_NAMED_ERRORS} more fields are wrong`);
    for (const [name, { maxItems }] of fieldsOf(of.prototype as object).properties) {
      if (maxItems === undefined) continue;
      const errors = fieldErrors(of, {
        ...example,
        [name]: Array.from({ length: (maxItems as number) + 200 }, () => ({ 'no such': {} })),
      });
      expect(errors[0]).toEqual({
        path: name,
        message: `${name} must contain no more than ${maxItems as number} elements`,
      });
      expect(errors.length).toBeLessThanOrEqual(MAX_NAMED_ERRORS + 1);
    }
  });

  it('checks the size of a list before its contents, of which it looks at no more than it takes', () => {
    let looked = 0;
    const command = CATALOGUE.flatMap(({ commands }) => Object.values(commands)).find(
      ({ path }) => path === 'return-request',
    );
    const missing = new Proxy(
      Array.from({ length: 100_000 }, () => 'x y'),
      {
        get: (list, name) => {
          if (typeof name === 'string' && /^[0-9]+$/.test(name)) looked += 1;
          return Reflect.get(list, name) as unknown;
        },
      },
    );
    const { errors } = readBody((command as { body: new () => object }).body, { missing });
    expect(errors[0]).toEqual({ path: 'missing', message: 'missing must contain no more than 50 elements' });
    expect(looked).toBeLessThanOrEqual(50);
  });

  it('looks no deeper than the contract does', () => {
    const deep = JSON.parse(`${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`) as unknown;
    const { body } = Object.values(CATALOGUE[0]?.commands ?? {})[0] as { body: new () => object };
    const example = exampleOf(body);
    for (const name of Object.keys(example)) expect(fieldErrors(body, { ...example, [name]: deep })).not.toEqual([]);
  });
});
