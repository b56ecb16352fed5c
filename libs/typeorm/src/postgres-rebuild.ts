import { pause } from '@entente/async';
import { type ModelBatch, type Parked, type Positions, Rebuild, type RowId } from '@entente/engine';
import type { AnyProjection } from '@entente/kernel';
import type { ModelTable } from './sqlite-catalogue.js';
import { lockStoreInfo, activeTables, bumpCatalogVersion, promote } from './postgres-catalogue.js';
import type { SqlClient, Connections } from './postgres-connections.js';
import { Fenced, PostgresRowWriter } from './postgres-row-writer.js';
import type { StoredModel } from './queryable.js';

/** Thrown if analysts are reading views that must be moved. The cut-over is rolled back. */
class ViewsInUse extends Error {}
const VIEWS_IN_USE_RETRY_MS = 1000;

/**
 * A rebuild of some models: it fills pending tables while other workers fold into the active ones.
 */
export class PostgresRebuild extends Rebuild {
  private readonly writer: PostgresRowWriter;

  constructor(
    private readonly connections: Connections,
    readonly partitions: number,
    private readonly pending: readonly ModelTable[],
    private readonly stored: (tables: readonly ModelTable[]) => ReadonlyMap<string, StoredModel>,
    private readonly moveViews: (db: SqlClient) => Promise<boolean>,
    private readonly promoted: () => Promise<void>,
  ) {
    super();
    this.writer = new PostgresRowWriter(stored(pending));
  }

  refuses(model: AnyProjection, row: object): string | null {
    return this.writer.refuses(model.name, row);
  }
  checkpoints(): Promise<ReadonlyMap<string, Positions>> {
    return this.writer.checkpoints(this.connections, this.partitions);
  }
  parked(): Promise<readonly Parked[]> {
    return this.writer.parked(this.connections);
  }
  current(model: AnyProjection, ids: readonly RowId[]): Promise<ReadonlyMap<string, object>> {
    return this.writer.current(this.connections, model, ids);
  }

  async commit(batches: readonly ModelBatch[]): Promise<boolean> {
    try {
      await this.connections.transaction(async (db) => {
        if (!(await this.isCurrent(db))) throw new Fenced();
        await this.writer.write(db, batches);
      });
      return true;
    } catch (error) {
      if (error instanceof Fenced) return false;
      throw error;
    }
  }

  async cutOver(): Promise<boolean> {
    const promoted = await this.promoteAll().catch(async (error: unknown) => {
      if (!(error instanceof ViewsInUse)) throw error;
      await pause(VIEWS_IN_USE_RETRY_MS);
      return false;
    });
    if (promoted) await this.promoted();
    return promoted;
  }

  private promoteAll(): Promise<boolean> {
    return this.connections.transaction(async (db) => {
      await lockStoreInfo(db);
      if (!(await this.isCurrent(db)))
        throw new Error('another rebuild of the same read model was promoted: this one ends');
      if (!(await this.writer.reaches(db, new PostgresRowWriter(this.stored(await activeTables(db)))))) return false;
      for (const pending of this.pending) await promote(db, pending);
      await bumpCatalogVersion(db);
      if (!(await this.moveViews(db))) throw new ViewsInUse();
      return true;
    });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /**
   * Whether these are still the pending tables. A lock keeps that true until the transaction ends.
   */
  private async isCurrent(db: SqlClient): Promise<boolean> {
    const { rows } = await db.query<{ name: string; generation: number }>(
      'SELECT name, generation FROM pending_models WHERE name = ANY($1) FOR SHARE',
      [this.pending.map(({ name }) => name)],
    );
    return this.pending.every(({ name, generation }) =>
      rows.some((row) => row.name === name && row.generation === generation),
    );
  }
}
