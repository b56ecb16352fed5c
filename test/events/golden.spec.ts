import 'reflect-metadata';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { CATALOGUE, schemaOf, fieldErrors } from '@entente/contracts';

interface Golden {
  readonly type: string;
  readonly version: number;
  readonly data: unknown;
}

/** Every path of names in a value, lists seen through. */
const paths = (value: unknown, at = ''): string[] => {
  if (Array.isArray(value)) return value.flatMap((item) => paths(item, `${at}[]`));
  if (value === null || typeof value !== 'object') return [at];
  return Object.entries(value).flatMap(([name, item]) => paths(item, `${at}.${name}`));
};

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}
const schemaPaths = ({ properties, items }: Schema, at = ''): string[] => {
  if (items !== undefined) return schemaPaths(items, `${at}[]`);
  if (properties === undefined) return [at];
  return Object.entries(properties).flatMap(([name, schema]) => schemaPaths(schema, `${at}.${name}`));
};

const frozen = (kind: string) => readdirSync(join(import.meta.dirname, kind)).sort();
const read = (kind: string, file: string) => JSON.parse(readFileSync(join(import.meta.dirname, kind, file), 'utf8')) as Golden;

describe.each(CATALOGUE.map((contract) => [contract.kind, contract] as const))('the golden files of %s', (kind, { events }) => {
  it('exist for every event in every version', () => {
    const newest = Object.entries(events).map(([type, { version }]) => `${type}.v${version}.json`);
    expect(frozen(kind)).toEqual(expect.arrayContaining(newest));
    for (const file of frozen(kind)) {
      const { type, version } = read(kind, file);
      expect(file).toMatch(new RegExp(`^${type}\\.v${version}(\\.[a-zA-Z]+)?\\.json$`));
      expect(Object.keys(events)).toContain(type);
    }
  });

  it.each(Object.entries(events))('%s is read by its class, and keeps its fields', (type, { version, data }) => {
    // Further files hold optional fields that were added later.
    const all = frozen(kind).filter((file) => file.startsWith(`${type}.v${version}.`));
    const goldens = all.map((file) => read(kind, file).data);
    for (const golden of goldens) expect(fieldErrors(data, golden)).toEqual([]);
    const known = schemaPaths(schemaOf(data) as unknown as Schema);
    const held = [...new Set(goldens.flatMap((golden) => paths(golden)))];
    for (const path of known) expect(held.some((at) => at === path || at.startsWith(`${path}.`))).toBe(true);
    expect(held.filter((at) => !known.some((path) => at === path || at.startsWith(`${path}.`)))).toEqual([]);
  });
});
