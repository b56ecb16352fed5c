import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { getMetadataArgsStorage } from 'typeorm';
import { columnsOf } from './columns.js';
import { MODELS } from './models.js';

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

describe('the columns of the read models', () => {
  it('are found', () => expect(columns.length).toBeGreaterThan(50));

  it('have a meaning of at least 10 characters', () =>
    expect(columns.filter(({ is }) => (is?.meaning ?? '').length < 10).map(({ column }) => column)).toEqual([]));

  it('begin at 0 for counts and money, at false for flags, and at null if they may be null', () => {
    const startOf = (type: unknown, nullable: boolean) =>
      nullable ? null : type === 'integer' || type === 'bigint' ? 0 : type === 'boolean' ? false : undefined;
    const wrong = columns.filter(({ type, nullable, is }) => is?.start !== startOf(type, nullable));
    expect(wrong.map(({ column }) => column)).toEqual([]);
  });
});
