import { isDay, readAsOf } from '@entente/contracts';
import {
  type EventLog,
  type ReadModelDescription,
  type ReadModelStore,
  type ResultRow,
  type RowQuery,
  readWhole,
  replay,
  today,
} from '@entente/engine';
import { readRowQuery } from '@entente/http';
import { MODELS } from '@entente/read-models';
import { currencyIn, money } from './event-text.js';
import { type Output, progress, table } from './output.js';

/** A position of the log, and the day by which lateness is computed there. */
export interface PointInTime {
  readonly position: bigint;
  readonly day: string;
  /** Only what had occurred by this day. */
  readonly occurredBy?: string;
}

/** Fails if a name cannot be limited to what had occurred by a day, or if that is no past day. */
export function takesOccurredBy(store: ReadModelStore, name: string, day: string): void {
  if (!isDay(day) || day > today()) throw new Error(`${day} must be a day (YYYY-MM-DD) that is not in the future`);
  const names = store.names().flatMap((one) => (one.occurredBy ? [one.name] : []));
  if (!names.includes(name)) throw new Error(`${name} does not take --occurred-by, which ${names.join(', ')} take`);
}

/**
 * A position, the end of a day (YYYY-MM-DD), or an instant. The day is that of `asOf` if it names a
 * time, else the present one, as in a query over HTTP.
 */
export async function pointAt(log: EventLog, asOf: string | undefined): Promise<PointInTime> {
  const head = await log.head();
  if (asOf === undefined) return { position: head, day: today() };
  if (/^[0-9]{1,19}$/.test(asOf)) {
    if (BigInt(asOf) > head) throw new Error(`position ${asOf} is after the end of the log, which is ${head}`);
    return { position: BigInt(asOf), day: today() };
  }
  const read = readAsOf(asOf, Date.now());
  if ('wrong' in read) throw new Error(`${asOf} ${read.wrong}; or a position of the log`);
  const day = isDay(asOf) ? asOf : read.instant.slice(0, 10);
  return { position: await log.positionAt(read.instant), day: day > today() ? today() : day };
}

/** Folds the events up to a position into an empty store. */
export async function foldFromScratch(
  log: EventLog,
  into: ReadModelStore,
  upTo: bigint,
  output: Output,
): Promise<void> {
  const report = progress(output, 'folded to position');
  await replay(
    log,
    MODELS,
    into,
    upTo,
    () => new Date().toISOString(),
    (at) => report(at, upTo),
  );
}

/** Which rows of a name, and in which order. */
export type Selection = Pick<RowQuery, 'where' | 'sort'>;

const ALL: Selection = { where: [], sort: [] };

/**
 * The filters and the order of a query over HTTP, each filter as `<column>=<value>`. Fails with
 * every error in them.
 */
export function readSelection(
  described: ReadModelDescription,
  filters: readonly string[],
  sort: string | undefined,
): Selection {
  const query: Record<string, string[] | string> = {};
  for (const filter of filters) {
    const [name = '', ...value] = filter.split('=');
    if (value.length === 0) throw new Error(`--where takes <column>=<value>, and not "${filter}"`);
    query[name] = [query[name] ?? [], value.join('=')].flat();
  }
  for (const [name, values] of Object.entries(query)) if (values.length === 1) query[name] = values[0] ?? '';
  const read = readRowQuery(described, { ...query, ...(sort !== undefined && { sort }) }, ['sort', 'contains']);
  if ('where' in read) return read;
  throw new Error(read.map(({ path, message }) => `${path} ${message}`).join('; '));
}

const positionsAt = (store: ReadModelStore, position: bigint): readonly bigint[] =>
  Array<bigint>(store.partitions).fill(position);

/** The rows of a name at a point in time; in the order of their keys, if no other is asked for. */
export async function* rowsAt(
  store: ReadModelStore,
  name: string,
  { position, day, occurredBy }: PointInTime,
  selection = ALL,
): AsyncIterable<ResultRow> {
  const { version } = await store.positions(name);
  const positions = positionsAt(store, position);
  const query = { ...selection, day, occurredBy: occurredBy ?? null, positions };
  for await (const rows of readWhole(store, name, query, version)) yield* rows;
}

const isMoney = (type: string | undefined): boolean => type === 'amount' || type === 'amount-sum';
const ALIGNED_LEFT = ['text', 'day', 'boolean', 'json'];

/** Cells as text for people: amounts with the currency beside them. */
const inUnits = (cells: Readonly<Record<string, unknown>>, { columns }: ReadModelDescription) =>
  Object.fromEntries(
    Object.entries(cells).map(([name, value]) => [
      name,
      isMoney(columns[name]) && value !== null ? money(value as number | string, currencyIn(cells)) : value,
    ]),
  );

/**
 * Prints the rows of a name as of a point in time. For people also their number, the point in time
 * and the totals; for programs only the rows, with amounts in minor units.
 */
export async function printRows(
  store: ReadModelStore,
  described: ReadModelDescription,
  point: PointInTime,
  selection: Selection,
  output: Output,
): Promise<void> {
  const { name, columns } = described;
  const { position, day, occurredBy } = point;
  const right = new Set(Object.keys(columns).filter((column) => !ALIGNED_LEFT.includes(columns[column] ?? '')));
  let page: Record<string, unknown>[] = [];
  let count = 0;
  const flush = (): void => {
    if (page.length > 0 && !output.json) output.out(table(page, right));
    page = [];
  };
  for await (const row of rowsAt(store, name, point, selection)) {
    count += 1;
    if (output.json) output.out(JSON.stringify({ row_id: row.key, ...row.columns }));
    else if (page.push(inUnits(row.columns, described)) === 200) flush();
  }
  flush();
  const only = occurredBy === undefined ? '' : ': what had occurred by then, as known at the position';
  const line = `${count} rows at position ${position}, on ${day} (UTC)${only}`;
  if (output.json) return output.err(line);
  output.out(line);
  const as = { day, occurredBy: occurredBy ?? null };
  const totals = await store.totals(name, selection.where, positionsAt(store, position), as);
  if (totals.length === 0) return;
  const lines = totals.map(({ by, counts, count: counted, sums }) =>
    inUnits({ ...by, [counts]: counted, ...sums }, described),
  );
  output.out(`\nTotals\n${table(lines, new Set([...right, ...totals.map(({ counts }) => counts)]))}`);
}

/** Prints what a name has: the meaning of each column, with its unit, and what totals count. */
export function printColumns(described: ReadModelDescription, output: Output): void {
  const { name, about, columns, meanings, totals, daily } = described;
  const lines = Object.entries(columns).map(([column, type]) => ({ column, type, meaning: meanings[column] ?? '' }));
  if (output.json) for (const line of lines) output.out(JSON.stringify(line));
  else {
    const has = [
      `${name}: ${about}`,
      table(lines),
      `Totals: ${totals.counts} by ${totals.by.join(' and ') || 'nothing'}${totals.sums.length === 0 ? '' : `; sums of ${totals.sums.join(', ')}`}`,
      ...(lines.some(({ type }) => isMoney(type))
        ? ['Amounts are in minor units with --json, and else in the currency beside them.']
        : []),
      ...(daily ? ['Some columns depend on the day below the rows, such as lateness.'] : []),
    ];
    output.out(has.join('\n\n'));
  }
}

/** A row or a column that differs between two sides. */
export interface Difference {
  readonly name: string;
  readonly row: string;
  /** The column that differs; `(row)` if one side lacks the whole row. */
  readonly column: string;
  readonly left: unknown;
  readonly right: unknown;
}

/** One side of a comparison. */
export interface Side extends PointInTime {
  readonly store: ReadModelStore;
}

/**
 * Every row and column that differs between two sides. Both are read in the order of their keys, so
 * neither is held in memory.
 */
export async function* differences(name: string, left: Side, right: Side): AsyncIterable<Difference> {
  const [lefts, rights] = [left, right].map((side) => rowsAt(side.store, name, side)[Symbol.asyncIterator]()) as [
    AsyncIterator<ResultRow>,
    AsyncIterator<ResultRow>,
  ];
  const order = new Map<string, ResultRow>();
  let a = await lefts.next();
  let b = await rights.next();
  while (a.done !== true || b.done !== true) {
    if (a.done !== true && b.done !== true && a.value.key === b.value.key) {
      yield* columnsThatDiffer(name, a.value, b.value);
      a = await lefts.next();
      b = await rights.next();
    } else {
      // The keys differ, so one of the rows is missing on the other side. Both wait until the same
      // key comes, or the end.
      if (a.done !== true) {
        yield* meet(name, order, a.value, 'left');
        a = await lefts.next();
      }
      if (b.done !== true) {
        yield* meet(name, order, b.value, 'right');
        b = await rights.next();
      }
    }
  }
  for (const [side, row] of order)
    yield side.startsWith('left ')
      ? { name, row: row.key, column: '(row)', left: row.columns, right: null }
      : { name, row: row.key, column: '(row)', left: null, right: row.columns };
}

function* meet(
  name: string,
  waiting: Map<string, ResultRow>,
  row: ResultRow,
  side: 'left' | 'right',
): Iterable<Difference> {
  const other = `${side === 'left' ? 'right' : 'left'} ${row.key}`;
  const like = waiting.get(other);
  if (like === undefined) return void waiting.set(`${side} ${row.key}`, row);
  waiting.delete(other);
  yield* side === 'left' ? columnsThatDiffer(name, row, like) : columnsThatDiffer(name, like, row);
}

function* columnsThatDiffer(name: string, left: ResultRow, right: ResultRow): Iterable<Difference> {
  for (const column of Object.keys({ ...left.columns, ...right.columns })) {
    const was = left.columns[column] ?? null;
    const is = right.columns[column] ?? null;
    if (JSON.stringify(was) !== JSON.stringify(is)) yield { name, row: left.key, column, left: was, right: is };
  }
}
