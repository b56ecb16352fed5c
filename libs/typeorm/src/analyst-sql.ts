import type { ColumnFormat, ColumnType } from '@entente/kernel';
import type { DataSource } from 'typeorm';
import { inUnits } from './minor-units.js';
import { currentRowsSql } from './queries.js';
import type { Queryable } from './queryable.js';

/** The definition of a SQL view. */
export interface SqlView {
  readonly name: string;
  /** The version of the model or view that it shows. */
  readonly version: number;
  readonly select: string;
  readonly comments: readonly string[];
}

interface SqlColumn {
  readonly name: string;
  readonly expression: string;
  readonly meaning: string;
}

/**
 * The SQL functions of the analysts' schema. They return null for a text that is not a day or not
 * an instant.
 */
export const functionsIn = (schema: string): readonly string[] => [
  `CREATE OR REPLACE FUNCTION ${schema}.day_of(text) RETURNS date LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $body$
    SELECT CASE WHEN $1 ~ '^(?!0000)[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$' THEN
      CASE WHEN substr($1, 9, 2)::int <= extract(day FROM make_date(substr($1, 1, 4)::int, substr($1, 6, 2)::int, 1) + interval '1 month' - interval '1 day')
        THEN make_date(substr($1, 1, 4)::int, substr($1, 6, 2)::int, substr($1, 9, 2)::int) END END $body$`,
  `CREATE OR REPLACE FUNCTION ${schema}.instant_of(text) RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $body$
    SELECT CASE WHEN substr($1, 11) ~ '^T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]+)?Z$' THEN
      (${schema}.day_of(substr($1, 1, 10)) + make_time(substr($1, 12, 2)::int, substr($1, 15, 2)::int, rtrim(substr($1, 18), 'Z')::double precision)) AT TIME ZONE 'UTC' END $body$`,
];

/** A SQL expression for today in UTC, in the format of days in rows. */
const TODAY = `to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD')`;

const SYSTEM_MEANINGS: Readonly<Record<string, string>> = {
  stream: 'the stream whose events made the row',
  row_key: 'which row of its stream it is; empty if a stream has one',
  since: 'the position of the event that made the row what it is',
  event_id: 'the id of that event',
};

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

function typed(schema: string, column: string, type: ColumnType | undefined, format: ColumnFormat | undefined): string {
  if (type === 'day') return `${schema}.day_of(${column})`;
  if (format === 'instant') return `${schema}.instant_of(${column})`;
  return type === 'json' ? `${column}::json` : column;
}

/**
 * The columns of a view. Columns with persons are left out. An amount has a second column in units
 * of its currency.
 */
function columnsOf(schema: string, source: Queryable): SqlColumn[] {
  const inCurrency = source.columns['currency'] === 'text';
  return source.selects.flatMap((name): readonly SqlColumn[] => {
    const format = source.formats[name];
    if (format === 'person') return [];
    const type = source.columns[name];
    const meaning = source.meanings[name] ?? SYSTEM_MEANINGS[name] ?? '';
    const column = { name, expression: typed(schema, `v.${name}`, type, format), meaning };
    if ((type !== 'amount' && type !== 'amount-sum') || !inCurrency) return [column];
    const units = { name: `${name}_in_units`, expression: inUnits(`v.${name}`, 'v.currency') };
    return [column, { ...units, meaning: `${name} in units of the currency, by its ISO 4217 exponent` }];
  });
}

/**
 * A column with the time since which the row's stream is parked. A view over several models has no
 * such column.
 */
function parkedSince(schema: string, { type, reads: [stored] }: Queryable): SqlColumn[] {
  if (type === 'view' || stored === undefined) return [];
  const since = `SELECT p.since FROM parked p WHERE p.table_name = ${literal(stored.table)} AND p.stream = v.stream`;
  const meaning = 'since when later events of the stream cannot be folded into the row; null if they are';
  return [{ name: 'parked_since', expression: `${schema}.instant_of((${since}))`, meaning }];
}

/**
 * The SQL view of a model or view: its current rows, with typed columns and comments. Its name is
 * that of the source, with underscores instead of hyphens.
 */
export function sqlViewOf(dataSource: DataSource, schema: string, source: Queryable): SqlView {
  const name = source.name.replaceAll('-', '_');
  const columns = [...columnsOf(schema, source), ...parkedSince(schema, source)];
  const list = columns.map(({ name: as, expression }) => `${expression} AS "${as}"`).join(', ');
  const rows = currentRowsSql(dataSource, source, TODAY, `${schema}.day_of`);
  const full = `${schema}."${name}"`;
  const [stored] = source.reads;
  return {
    name,
    version: source.view?.version ?? stored?.model.version ?? 0,
    select: `SELECT ${list} FROM (${rows}) v`,
    comments: [
      `COMMENT ON VIEW ${full} IS ${literal(source.about)}`,
      ...columns.map(({ name: of, meaning }) => `COMMENT ON COLUMN ${full}."${of}" IS ${literal(meaning)}`),
    ],
  };
}
