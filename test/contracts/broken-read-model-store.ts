import {
  type RowChangeSet,
  type ReadModelDescription,
  ReadModelStore,
  Rebuild,
  type ResultPage,
  type RowScan,
} from '@entente/engine';

/** Folds nothing, and reports that it has promoted the table. */
class BrokenRebuild extends Rebuild {
  readonly partitions = 1;
  refuses(): null {
    return null;
  }
  checkpoints(): Promise<ReadonlyMap<string, readonly bigint[]>> {
    return Promise.resolve(new Map());
  }
  parked(): Promise<[]> {
    return Promise.resolve([]);
  }
  current(): Promise<ReadonlyMap<string, object>> {
    return Promise.resolve(new Map());
  }
  commit(): Promise<boolean> {
    return Promise.resolve(true);
  }
  cutOver(): Promise<boolean> {
    return Promise.resolve(true);
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
}

/**
 * A store that accepts everything, stores nothing and reports no error: no case of the suite may
 * pass on it.
 */
export class BrokenReadModelStore extends ReadModelStore {
  readonly partitions = 1;
  refuses(): null {
    return null;
  }
  open(): Promise<void> {
    return Promise.resolve();
  }
  names(): readonly ReadModelDescription[] {
    return [];
  }
  outdated(): Promise<[]> {
    return Promise.resolve([]);
  }
  catalogVersion(): Promise<number> {
    return Promise.resolve(1);
  }
  rebuild(): Promise<Rebuild> {
    return Promise.resolve(new BrokenRebuild());
  }
  parked(): Promise<[]> {
    return Promise.resolve([]);
  }
  current(): Promise<ReadonlyMap<string, object>> {
    return Promise.resolve(new Map());
  }
  commit(): Promise<boolean> {
    return Promise.resolve(true);
  }
  checkpoints(): Promise<ReadonlyMap<string, readonly bigint[]>> {
    return Promise.resolve(new Map());
  }
  query(): Promise<ResultPage> {
    return Promise.resolve({ rows: [], more: false, positions: [0n], version: '1' });
  }
  scan(): Promise<RowScan> {
    return Promise.resolve({ version: '1', next: () => Promise.resolve([]), close: () => Promise.resolve() });
  }
  totals(): Promise<[]> {
    return Promise.resolve([]);
  }
  positions(): Promise<{ positions: [bigint]; version: string }> {
    return Promise.resolve({ positions: [0n], version: '1' });
  }
  changes(): Promise<RowChangeSet> {
    return Promise.resolve({ changes: [], positions: [0n], version: '1', tooMany: false });
  }
  origins(): Promise<{ origins: []; count: number }> {
    return Promise.resolve({ origins: [], count: 0 });
  }
  onCommit(): () => void {
    return () => undefined;
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
}
