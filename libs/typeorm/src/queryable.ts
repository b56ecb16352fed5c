import type {
  AnsweredQuestion,
  AnyProjection,
  ColumnCodes,
  ColumnFormats,
  ColumnType,
  DailyColumn,
  Totals,
  View,
} from '@entente/kernel';
import type { EntitySchema, ObjectLiteral, SelectQueryBuilder } from 'typeorm';
import { type RowMaker, rowMaker } from './row-maker.js';
import { type OwnColumn, decode } from './tables.js';

/**
 * The parameter of a view's query. It returns a builder that selects a model's rows at one
 * position, under an alias.
 */
export type SourceBuilder = (entity: new () => object, alias: string) => SelectQueryBuilder<ObjectLiteral>;

/** A view whose query this library can run. */
export type StoredView = View<SourceBuilder, SelectQueryBuilder<ObjectLiteral>>;

/** A model with its active table. */
export interface StoredModel {
  readonly model: AnyProjection;
  readonly columns: readonly OwnColumn[];
  readonly schema: EntitySchema<ObjectLiteral>;
  readonly table: string;
  /** `<version>.<generation>.<epoch>`, and `~<era>` if the log was restored or moved. */
  readonly version: string;
  /**
   * Whether the code has another version of the model. The rows stay active until that version has
   * been filled.
   */
  readonly outdated: boolean;
}

/**
 * The columns that depend on the day of the answer, if the table has the stored columns that they
 * need.
 */
export const dailyOf = ({ model, columns }: StoredModel): readonly (readonly [string, DailyColumn])[] =>
  Object.entries(model.daily ?? {}).filter(([, { due, done, from, then, closed = {} }]) =>
    [due, done, from, then, ...Object.keys(closed)].every(
      (needed) => needed === undefined || columns.some(({ name }) => name === needed),
    ),
  );

const typesOf = (daily: readonly (readonly [string, DailyColumn])[]): ColumnTypes =>
  Object.fromEntries(daily.flatMap(([name, { kind }]) => (kind === 'until' ? [] : [[name, DAILY_TYPES[kind]]])));

const DAILY_TYPES = {
  overdue: 'boolean',
  'days-late': 'integer',
  'days-left': 'integer',
  'elapsed-percent': 'decimal',
} as const satisfies Record<Exclude<DailyColumn['kind'], 'until'>, ColumnType>;

/** A model or a view that can be queried. */
export interface Queryable {
  readonly name: string;
  readonly topic: string | null;
  readonly answers: readonly AnsweredQuestion[];
  readonly version: string;
  readonly about: string;
  readonly type: 'model' | 'view';
  readonly columns: Readonly<Record<string, ColumnType>>;
  /** The meaning of each column, with its unit. */
  readonly meanings: Readonly<Record<string, string>>;
  readonly formats: ColumnFormats;
  readonly codes: ColumnCodes;
  /**
   * The selected columns, in order. For a model, they include the origin of the row ({@link
   * SYSTEM_COLUMNS}).
   */
  readonly selects: readonly string[];
  /** The types of the columns, in the same order. */
  readonly types: readonly ColumnType[];
  /** Converts the selected values to the columns of a row. */
  readonly make: RowMaker;
  /** The indexes of the key columns in `selects`. */
  readonly keyAt: readonly number[];
  /** The columns that identify a row. For a model: its stream and its row key. */
  readonly key: readonly string[];
  readonly totals: Totals;
  /** Whether columns depend on the day of the answer. */
  readonly daily: boolean;
  readonly reads: readonly StoredModel[];
  /** Further models whose rows are summed in queries for what had occurred by a day. */
  readonly sums: readonly StoredModel[];
  /** The view; null for a model. */
  readonly view: StoredView | null;
}

/**
 * A model's totals, limited to the columns of its table. An older version may lack some columns.
 */
function totalsOver(stored: StoredModel): Totals {
  const { totals } = stored.model;
  const names = [...stored.columns.map(({ name }) => name), ...dailyOf(stored).map(([name]) => name)];
  const has = (column: string): boolean => names.includes(column);
  return { ...totals, by: totals.by.filter(has), sums: totals.sums.filter(has) };
}

/** The columns that identify a model's row and its origin. */
export const SYSTEM_COLUMNS = ['stream', 'row_key', 'since', 'event_id'] as const;

type ColumnTypes = Readonly<Record<string, ColumnType>>;
const inOrder = (columns: ColumnTypes, key: readonly string[], system: readonly string[] = []) => {
  const selects = [...Object.keys(columns), ...system];
  return {
    columns,
    make: rowMaker(columns),
    selects,
    types: Object.values(columns),
    key,
    keyAt: key.map((name) => selects.indexOf(name)),
  };
};

/** The meanings of the stored columns and of the columns that depend on the day. */
const meaningsOf = ({ meanings = {}, daily = {} }: Pick<AnyProjection, 'meanings' | 'daily'>) => ({
  ...meanings,
  ...Object.fromEntries(Object.entries(daily).map(([name, { meaning }]) => [name, meaning])),
});

/** The other models whose rows the sums of these models add up. */
function summedIn(reads: readonly StoredModel[], models: ReadonlyMap<string, StoredModel>): readonly StoredModel[] {
  const names = reads.flatMap(({ model }) => Object.values(model.occurred?.sums ?? {}).map(({ rows }) => rows));
  return [...new Set(names)].flatMap((name) => {
    const model = models.get(name);
    if (model === undefined) throw new Error(`${name} is summed, and is no model`);
    return reads.includes(model) ? [] : [model];
  });
}

/** Makes a model queryable. */
export const modelSource = (stored: StoredModel, models: ReadonlyMap<string, StoredModel>): Queryable => ({
  name: stored.model.name,
  version: stored.version,
  topic: stored.model.topic ?? null,
  answers: stored.model.answers ?? [],
  about: stored.model.about,
  type: 'model',
  ...inOrder(
    {
      ...Object.fromEntries(stored.columns.map(({ name, type }) => [name, type])),
      ...typesOf(dailyOf(stored)),
    },
    ['stream', 'row_key'],
    SYSTEM_COLUMNS,
  ),
  totals: totalsOver(stored),
  meanings: meaningsOf(stored.model),
  formats: stored.model.formats ?? {},
  codes: stored.model.codes ?? {},
  daily: dailyOf(stored).length > 0,
  reads: [stored],
  sums: summedIn([stored], models),
  view: null,
});

/** Makes a view queryable. Throws if the view reads an unknown model. */
export function viewSource(view: StoredView, models: ReadonlyMap<string, StoredModel>): Queryable {
  const reads = Object.keys(view.movedBy).map((name) => {
    const model = models.get(name);
    if (model === undefined) throw new Error(`the view ${view.name} reads ${name}, which is no model`);
    return model;
  });
  const parts = [...reads].sort((a, b) => (a.model.name < b.model.name ? -1 : 1)).map(({ version }) => version);
  return {
    name: view.name,
    version: [view.version, ...parts].join('-'),
    topic: view.topic ?? null,
    answers: view.answers ?? [],
    about: view.about,
    type: 'view',
    ...inOrder({ ...view.columns, ...typesOf(Object.entries(view.daily ?? {})) }, view.key),
    totals: view.totals,
    meanings: meaningsOf(view),
    formats: view.formats ?? {},
    codes: view.codes ?? {},
    daily: view.daily !== undefined || reads.some((stored) => dailyOf(stored).length > 0),
    reads,
    sums: summedIn(reads, models),
    view,
  };
}

/** The permanent id of a row: a model's stream and row key, or the key values of a view. */
export function rowIdOf({ type, types, keyAt }: Queryable, row: readonly unknown[]): string {
  const first = String(row[keyAt[0] ?? 0]);
  if (keyAt.length === 1) return first;
  // A database may return a whole number as text.
  if (type === 'view') return JSON.stringify(keyAt.map((at) => decode(types[at] ?? 'text', row[at])));
  const key = row[keyAt[1] ?? 0];
  return key === '' ? first : `${first}#${String(key)}`;
}

/** The key values of a row id, by column; null if it is not a valid id. */
export function keyOf(source: Queryable, rowId: string): Readonly<Record<string, string | number | null>> | null {
  if (source.type === 'model') {
    const at = rowId.indexOf('#');
    return at < 0 ? { stream: rowId, row_key: '' } : { stream: rowId.slice(0, at), row_key: rowId.slice(at + 1) };
  }
  if (source.key.length === 1) return { [source.key[0] as string]: rowId };
  try {
    const values: unknown = JSON.parse(rowId);
    if (!Array.isArray(values) || values.length !== source.key.length) return null;
    return Object.fromEntries(source.key.map((name, i) => [name, values[i] as string | null]));
  } catch {
    return null;
  }
}
