import { Fault } from './faults.js';
import type { ReadModelStore, ResultRow, RowScan, WholeQuery } from './read-model-store.js';

/**
 * A scan that is idle for this time, in milliseconds, is closed, so that a slow reader uses no
 * connection and no snapshot. If the reader continues, another scan begins after the last row.
 */
const MAX_IDLE_MS = 2000;

/** A query at fixed positions and on a fixed day. */
export type PinnedQuery = WholeQuery & Required<Pick<WholeQuery, 'positions' | 'day'>>;

/**
 * All rows of a query in its order, in batches of limited size. The result is the same at every
 * read. Rows are sorted once, and again after each long pause of the reader. Throws the fault
 * `rows-moved` if tables of another version are active.
 */
export async function* readWhole(
  store: ReadModelStore,
  name: string,
  query: PinnedQuery,
  version: string,
  maxIdleMs = MAX_IDLE_MS,
): AsyncIterable<readonly ResultRow[]> {
  let scan: RowScan | null = null;
  let afterRow: ResultRow | undefined;
  const leave = async (): Promise<void> => {
    const left = scan;
    scan = null;
    await left?.close();
  };
  try {
    for (;;) {
      scan ??= await begin(store, name, afterRow === undefined ? query : { ...query, afterRow }, version);
      const rows: readonly ResultRow[] = await scan.next();
      if (rows.length === 0) return;
      afterRow = rows.at(-1);
      const idle = setTimeout(() => void leave().catch(() => undefined), maxIdleMs).unref();
      try {
        yield rows;
      } finally {
        clearTimeout(idle);
      }
    }
  } finally {
    await leave();
  }
}

async function begin(store: ReadModelStore, name: string, query: WholeQuery, version: string): Promise<RowScan> {
  const scan = await store.scan(name, query);
  if (scan.version === version) return scan;
  await scan.close();
  throw new Fault('rows-moved', 'these rows were rebuilt while they were read; ask again', 1);
}
