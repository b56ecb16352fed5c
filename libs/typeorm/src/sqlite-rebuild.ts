import { type ModelBatch, type Parked, type Positions, Rebuild, type RowId } from '@entente/engine';
import type { AnyProjection } from '@entente/kernel';
import type BetterSqlite3 from 'better-sqlite3';
import { type ModelTable, bumpCatalogVersion, promote } from './sqlite-catalogue.js';
import { RowWriter } from './row-writer.js';
import type { StoredModel } from './queryable.js';

/** A rebuild of some models: it fills pending tables on a separate connection. */
export class SqliteRebuild extends Rebuild {
  readonly partitions = 1;
  private readonly writer: RowWriter;

  constructor(
    private readonly db: BetterSqlite3.Database,
    private readonly pending: readonly ModelTable[],
    stored: ReadonlyMap<string, StoredModel>,
    private readonly active: () => ReadonlyMap<string, StoredModel>,
    private readonly promoted: () => Promise<void>,
  ) {
    super();
    this.writer = new RowWriter(db, stored);
  }

  refuses(model: AnyProjection, row: object): string | null {
    return this.writer.refuses(model.name, row);
  }
  checkpoints(): Promise<ReadonlyMap<string, Positions>> {
    return Promise.resolve(this.writer.checkpoints());
  }
  parked(): Promise<readonly Parked[]> {
    return Promise.resolve(this.writer.parked());
  }
  current(model: AnyProjection, ids: readonly RowId[]): Promise<ReadonlyMap<string, object>> {
    return Promise.resolve(this.writer.current(model, ids));
  }
  commit(batches: readonly ModelBatch[]): Promise<boolean> {
    return new Promise((resolve) => resolve(this.writer.commit(batches, () => this.isCurrent())));
  }

  async cutOver(): Promise<boolean> {
    const promoted = this.db
      .transaction(() => {
        if (!this.isCurrent()) throw new Error('another rebuild of the same read model was promoted: this one ends');
        if (!this.writer.reaches(new RowWriter(this.db, this.active()))) return false;
        for (const table of this.pending) promote(this.db, table);
        bumpCatalogVersion(this.db);
        return true;
      })
      .immediate();
    if (promoted) await this.promoted();
    return promoted;
  }

  close(): Promise<void> {
    this.db.close();
    return Promise.resolve();
  }

  /** Whether these are still the pending tables. */
  private isCurrent(): boolean {
    const selectGeneration = this.db.prepare('SELECT generation FROM pending_models WHERE name = ?').pluck();
    return this.pending.every(({ name, generation }) => selectGeneration.get(name) === generation);
  }
}
