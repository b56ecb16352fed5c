import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { getMetadataArgsStorage } from 'typeorm';
import { columnsOf } from './columns.js';
import { MODELS, VIEWS } from './models.js';
import { QUESTIONS } from './questions.js';

/** The models with column descriptions. */
const described = MODELS.filter(({ entity }) => columnsOf(entity).size > 0);
/** Every column as TypeORM creates it, with its type. */
const columns = described.flatMap(({ name: model, entity }) =>
  getMetadataArgsStorage()
    .filterColumns(entity)
    .map(({ propertyName, options: { type, nullable = false } }) => ({
      column: `${model}.${propertyName}`,
      type,
      nullable,
      is: columnsOf(entity).get(propertyName),
    })),
);

/** Every column of models and views that is a quantity of goods, with the columns beside it. */
const quantities = [...MODELS, ...VIEWS].flatMap(({ name, about, meanings = {} }) =>
  Object.entries(meanings)
    .filter(
      ([column, meaning]) =>
        /quantit/.test(`${column} ${meaning}`) && !/^(lines|state|the day|the transfer|by line)/.test(meaning),
    )
    .map(([column, meaning]) => ({ name, about, column, meaning, beside: Object.keys(meanings) })),
);

describe('the topic of a read model', () => {
  it('is one of a few groups, each of at least five names: the page lists none apart', () => {
    const topics = Map.groupBy([...MODELS, ...VIEWS], ({ topic = 'none' }) => topic);
    const few = [...topics].filter(([topic, names]) => topic === 'none' || names.length < 5);
    expect(few.map(([topic, names]) => `${topic}: ${names.map(({ name }) => name).join()}`)).toEqual([]);
    expect(topics.size).toBeLessThan(10);
  });
});

describe('the questions', () => {
  it('name tables that there are', () => {
    const names = new Set([...MODELS, ...VIEWS].map(({ name }) => name));
    expect(QUESTIONS.filter(({ table }) => !names.has(table))).toEqual([]);
  });
});

describe('the columns of the read models', () => {
  it('are found', () => expect(columns.length).toBeGreaterThan(50));

  it('have a meaning of at least 10 characters', () =>
    expect(columns.filter(({ is }) => (is?.meaning ?? '').length < 10).map(({ column }) => column)).toEqual([]));

  it('that are quantities have item and unit beside them, state what they count, or name the view that adds both', () => {
    expect(quantities.length).toBeGreaterThan(12);
    const named = VIEWS.filter(({ columns }) => 'unit' in columns && 'item' in columns).map(({ name }) => name);
    const wrong = quantities.filter(({ about, meaning, beside }) => {
      const isBeside = beside.includes('item') && beside.includes('unit');
      const isAdded = named.some((view) => new RegExp(`\`${view}\` adds (item and|the) unit`).test(about));
      return !isBeside && !isAdded && !/, in (items|persons)/.test(meaning);
    });
    expect(wrong.map(({ name, column }) => `${name}.${column}`)).toEqual([]);
  });

  it('name the codes of a fixed list in their meaning', () => {
    const coded = columns.flatMap(({ column, is }) => (is?.codes ?? []).map((code) => ({ column, code, is })));
    expect(coded.length).toBeGreaterThan(200);
    const hidden = coded.filter(({ code, is }) => !new RegExp(`(?<![a-z-])${code}(?![a-z])`).test(is?.meaning ?? ''));
    expect(hidden.map(({ column, code }) => `${column}: ${code}`)).toEqual([]);
  });

  it('have a fixed list of codes where they hold a status or a kind of scope', () => {
    const all = [...MODELS, ...VIEWS].flatMap(({ name, meanings = {}, codes = {} }) =>
      Object.keys(meanings).flatMap((column) =>
        /^(?:status|state|stage|scope_kind|subject_kind|basis)$/.test(column) && !Object.hasOwn(codes, column)
          ? [`${name}.${column}`]
          : [],
      ),
    );
    // The sources of these are laws and decisions, by their own codes.
    expect(all).toEqual(['conditions.basis', 'exceptions.basis', 'conditions-in-force.basis']);
    const strange = VIEWS.flatMap(({ name, columns: own, codes = {} }) =>
      Object.keys(codes).flatMap((column) => (own[column] === 'text' ? [] : [`${name}.${column}`])),
    );
    expect(strange).toEqual([]);
    const lists = [...MODELS, ...VIEWS].flatMap(({ codes = {} }) => Object.values(codes));
    expect(lists.filter((list) => new Set(list).size < list.length)).toEqual([]);
  });

  it('begin at 0 for counts and money, at false for flags, and at null if they may be null', () => {
    const startOf = (type: unknown, nullable: boolean) =>
      nullable ? null : type === 'integer' || type === 'bigint' ? 0 : type === 'boolean' ? false : undefined;
    const wrong = columns.filter(({ type, nullable, is }) => is?.start !== startOf(type, nullable));
    expect(wrong.map(({ column }) => column)).toEqual([]);
  });
});
