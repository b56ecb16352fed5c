import type { AnyProjection, ColumnType, Json } from '@entente/kernel';
import { EntitySchema, type EntitySchemaColumnOptions, type ObjectLiteral, getMetadataArgsStorage } from 'typeorm';

/** A column of a row, as the model's entity class declares it. */
export interface OwnColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly nullable: boolean;
}

/**
 * The columns that every table has besides the model's own: the origin of the row, and the
 * positions from and until which it is valid.
 */
const SYSTEM: Readonly<Record<string, EntitySchemaColumnOptions>> = {
  stream: { type: 'text', primary: true },
  row_key: { type: 'text', primary: true },
  since: { type: 'bigint', primary: true },
  until: { type: 'bigint', nullable: true },
  partition: { type: 'integer' },
  event_id: { type: 'text' },
};

const TYPES: Readonly<Record<string, ColumnType>> = {
  text: 'text',
  varchar: 'text',
  date: 'day',
  integer: 'integer',
  bigint: 'amount',
  boolean: 'boolean',
  'simple-json': 'json',
};

/**
 * The own columns of a model, in the order of their declaration. Throws if a column has a type or a
 * name that rows cannot have.
 */
export function ownColumns(model: AnyProjection): readonly OwnColumn[] {
  return getMetadataArgsStorage()
    .filterColumns(inheritance(model.entity))
    .map(({ propertyName: name, options }) => {
      const type = TYPES[typeof options.type === 'string' ? options.type : ''];
      if (type === undefined)
        throw new Error(`${model.name}.${name}: a row's column is one of ${Object.keys(TYPES).join(', ')}`);
      if (name in SYSTEM || RESERVED.includes(name) || !/^[a-z][a-z0-9_]*$/.test(name))
        throw new Error(`${model.name}.${name}: this name is reserved, or not in lower_snake_case`);
      return { name, type, nullable: options.nullable ?? false };
    });
}

/** The names of members that a row has in JSON besides its columns. */
const RESERVED = ['row_id', 'event', 'parked_since'];

function inheritance(entity: new () => object): (new () => object)[] {
  const line: (new () => object)[] = [];
  for (let at: unknown = entity; typeof at === 'function' && at !== Function.prototype; at = Object.getPrototypeOf(at))
    line.unshift(at as new () => object);
  return line;
}

/** The column type of TypeORM for each type of a model. */
export type StorageTypes = Readonly<Record<ColumnType, 'text' | 'integer' | 'bigint' | 'boolean' | 'simple-json'>>;

/**
 * The columns that are filtered and sorted most often. On PostgreSQL, every model with such a
 * column has an index on it, over the current rows.
 */
const FILTERED = ['donor', 'recipient', 'programme', 'assistance_case', 'status', 'due'];

/** The TypeORM schema of a model's table: the columns of the class and the system columns. */
export function tableOf(
  columns: readonly OwnColumn[],
  table: string,
  stored: StorageTypes,
  { indexes = [], appendOnly = false }: Pick<AnyProjection, 'indexes' | 'appendOnly'> = {},
): EntitySchema<ObjectLiteral> {
  const has = (name: string): boolean => columns.some((column) => column.name === name);
  const filtered = stored === ON_POSTGRES ? FILTERED.filter(has).map((name) => [name]) : [];
  const own = Object.fromEntries(columns.map(({ name, type, nullable }) => [name, { type: stored[type], nullable }]));
  return new EntitySchema<ObjectLiteral>({
    name: table,
    tableName: table,
    columns: { ...SYSTEM, ...own },
    indices: [
      // If rows never change, the primary key has the same order.
      ...(appendOnly
        ? []
        : [{ name: `${table}_current`, columns: ['stream', 'row_key'], unique: true, where: '"until" IS NULL' }]),
      { name: `${table}_since`, columns: ['since'] },
      // Only closed versions: current rows are read in the order of their keys.
      { name: `${table}_until`, columns: ['until'], where: '"until" IS NOT NULL' },
      // The key follows, because it completes the order of every answer.
      ...[...filtered, ...indexes.filter((names) => names.every(has))].map((names) => ({
        name: `${table}_by_${names.join('_')}`,
        columns: [...names, 'stream', 'row_key'],
        where: '"until" IS NULL',
      })),
    ],
  });
}

/** The storage types on SQLite. */
export const ON_SQLITE: StorageTypes = {
  text: 'text',
  day: 'text',
  integer: 'integer',
  amount: 'bigint',
  'integer-sum': 'text',
  'amount-sum': 'text',
  decimal: 'text',
  boolean: 'boolean',
  json: 'simple-json',
};

/**
 * The storage types on PostgreSQL. Its type integer has 32 bits, so counts are stored as bigint.
 */
export const ON_POSTGRES: StorageTypes = { ...ON_SQLITE, integer: 'bigint' };

/**
 * The value of a cell, as SQLite stores it. Throws if the column cannot hold the value: the stream
 * is then parked or the batch refused, so no wrong figure is stored.
 */
export function encode({ name, type, nullable }: OwnColumn, value: unknown): string | number | bigint | null {
  if (value === null || value === undefined) {
    if (!nullable) throw new TypeError(`${name} is missing`);
    return null;
  }
  switch (type) {
    case 'boolean':
      if (typeof value === 'boolean') return value ? 1 : 0;
      break;
    case 'json':
      return JSON.stringify(value);
    case 'integer':
    case 'amount':
      if (Number.isSafeInteger(value)) return value as number;
      break;
    case 'text':
    case 'day':
    case 'decimal':
      if (typeof value === 'string') return value;
  }
  throw new TypeError(`${name} cannot hold ${JSON.stringify(value)}`);
}

/** Decodes a stored cell. */
export function decode(type: ColumnType, stored: unknown): Json {
  if (stored === null || stored === undefined) return null;
  if (type === 'text' && typeof stored === 'string') return stored;
  const value = stored as string | number | bigint | boolean;
  switch (type) {
    case 'boolean':
      return value === 1 || value === '1' || value === true || value === 1n;
    case 'json':
      return JSON.parse(String(value)) as Json;
    case 'integer':
    case 'amount':
    case 'decimal':
      return Number(value);
    case 'integer-sum':
    case 'amount-sum':
    case 'text':
    case 'day':
      return String(value);
  }
}
