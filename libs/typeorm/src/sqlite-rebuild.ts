import { type ModelBatch, type Parked, type Positions, Rebuild, type RowId } from '@entente/engine';
import type { AnyProjection } from '@entente/kernel';
import type BetterSqlite3 from 'better-sqlite3';
import { type ModelTable, bumpCatalogVersion, promote } from './sqlite-catalogue.js';
import { RowWriter } from './row-writer.js';
import type { StoredModel } from './queryable.js';

/** The next tables of some models, filled on a connection of its own. */
export class SqliteRebuild extends Rebuild {
  readonly partitions = 1;
  private readonly writer: RowWriter;

  constructor(
    private readonly db: BetterSqlite3.Database,
    private readonly next: readonly ModelTable[],
    stored: ReadonlyMap<string, StoredModel>,
    private readonly living: () => ReadonlyMap<string, StoredModel>,
    private readonly taken: () => Promise<void>,
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
    return new Promise((resolve) => resolve(this.writer.commit(batches, () => this.stands())));
  }

  async cutOver(): Promise<boolean> {
    const taken = this.db
      .transaction(() => {
        if (!this.stands()) throw new Error('another rebuild of the same read model took over: this one ends');
        if (!this.writer.reaches(new RowWriter(this.db, this.living()))) return false;
        for (const next of this.next) promote(this.db, next);
        bumpCatalogVersion(this.db);
        return true;
      })
      .immediate();
    if (taken) await this.taken();
    return taken;
  }

  close(): Promise<void> {
    this.db.close();
    return Promise.resolve();
  }

  /** Whether it is still this that is being filled. */
  private stands(): boolean {
    const there = this.db.prepare('SELECT generation FROM nexts WHERE name = ?').pluck();
    return this.next.every(({ name, generation }) => there.get(name) === generation);
  }
}
