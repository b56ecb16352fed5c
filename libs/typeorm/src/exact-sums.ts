import type { ExactSums } from '@entente/kernel';
import type { DataSource } from 'typeorm';

/** How a database represents exact sums within a query, and how they are encoded and decoded. */
export interface SumStorage extends ExactSums {
  /** Encodes a sum as a value of a statement. */
  encode(sum: bigint): string;
  /** Decodes a selected sum to decimal digits. */
  decode(stored: unknown): string;
  /** The expressions that the total of a column of sums selects, by the suffix of their names. */
  partsOfSum(column: string): Parts;
  /**
   * The expressions that the total of a column of whole numbers selects, by the suffix of their
   * names.
   */
  partsOfInteger(column: string): Parts;
}

type Parts = Readonly<Record<string, string>>;

const LARGEST = BigInt(Number.MAX_SAFE_INTEGER);
const LOWER_BITS = 32n;
const LOWER_MASK = (1n << LOWER_BITS) - 1n;
/** Added to the upper part, so that no sum in text form has a sign. */
const OFFSET = 1n << 62n;
const UPPER_DIGITS = 19;
const LOWER_DIGITS = 10;

const encodeText = (sum: bigint): string =>
  String((sum >> LOWER_BITS) + OFFSET).padStart(UPPER_DIGITS, '0') +
  String(sum & LOWER_MASK).padStart(LOWER_DIGITS, '0');

const decodeText = (text: string): bigint =>
  ((BigInt(text.slice(0, UPPER_DIGITS)) - OFFSET) << LOWER_BITS) + BigInt(text.slice(UPPER_DIGITS));

const literal = (sum: bigint): string => `'${encodeText(sum)}'`;
const upperIn = (text: string): string => `(CAST(substr(${text}, 1, ${UPPER_DIGITS}) AS INTEGER) - ${OFFSET})`;
const lowerIn = (text: string): string => `CAST(substr(${text}, ${UPPER_DIGITS + 1}) AS INTEGER)`;

/**
 * SQLite's sums have 64 bits, and fail on overflow. So the upper and the lower 32 bits of each
 * value are summed separately. That is exact for two thousand million values of any size. Within a
 * query, a sum is text of a fixed length, so texts sort as the numbers do.
 */
const ON_SQLITE: SumStorage = {
  sum(expression) {
    const upper = `SUM((${expression}) >> ${LOWER_BITS})`;
    const lower = `SUM((${expression}) & ${LOWER_MASK})`;
    const parts = `${upper} + (${lower} >> ${LOWER_BITS}) + ${OFFSET}, ${lower} & ${LOWER_MASK}`;
    return `CASE WHEN ${upper} IS NOT NULL THEN printf('%0${UPPER_DIGITS}d%0${LOWER_DIGITS}d', ${parts}) END`;
  },
  orZero: (sum) => `COALESCE(${sum}, ${literal(0n)})`,
  clamped: (sum) =>
    `CASE WHEN ${sum} > ${literal(LARGEST)} THEN ${LARGEST} WHEN ${sum} < ${literal(-LARGEST)} THEN ${-LARGEST}
      ELSE (${upperIn(sum)} << ${LOWER_BITS}) + ${lowerIn(sum)} END`,
  encode: encodeText,
  decode: (stored) => String(decodeText(String(stored))),
  partsOfSum: (column) => ({ '': lowerIn(column), [UPPER]: upperIn(column) }),
  partsOfInteger: (column) => ({ '': `${column} & ${LOWER_MASK}`, [UPPER]: `${column} >> ${LOWER_BITS}` }),
};

/** On PostgreSQL, sums are of type numeric. */
const ON_POSTGRES: SumStorage = {
  sum: (expression) => `SUM(${expression})`,
  orZero: (sum) => `COALESCE(${sum}, 0)`,
  clamped: (sum) => `GREATEST(LEAST(${sum}, ${LARGEST}), ${-LARGEST})`,
  encode: String,
  decode: String,
  partsOfSum: (column) => ({ '': column }),
  partsOfInteger: (column) => ({ '': column }),
};

/** The suffix of the column with the upper bits of a total. */
const UPPER = '__upper';

/**
 * The exact total of a column in decimal digits, from its selected parts; null if no row has a
 * value. Such a total is unknown, and not 0.
 */
export function totalIn(row: Readonly<Record<string, unknown>>, column: string): string | null {
  if (row[column] === null) return null;
  const upper = row[`${column}${UPPER}`];
  const sum = row[column] as string;
  return upper === undefined ? sum : String((BigInt(upper as string) << LOWER_BITS) + BigInt(sum));
}

/** How the database of a data source represents sums. */
export const sumsIn = (dataSource: DataSource): SumStorage =>
  dataSource.options.type === 'better-sqlite3' ? ON_SQLITE : ON_POSTGRES;
