import { type ModelBatch, type Parked, type Positions, Rebuild, type RowId } from '@entente/engine';
import type { AnyProjection } from '@entente/kernel';
import type { ModelTable } from './sqlite-catalogue.js';
import { lockStoreInfo, activeTables, bumpCatalogVersion, promote } from './postgres-catalogue.js';
import type { SqlClient, Connections } from './postgres-connections.js';
import { Fenced, PostgresRowWriter } from './postgres-row-writer.js';
import type { StoredModel } from './queryable.js';

/** The next tables of some models, filled beside the living ones, whoever folds those meanwhile. */
export class PostgresRebuild extends Rebuild {
  private readonly writer: PostgresRowWriter;

  constructor(
    private readonly connections: Connections,
    readonly partitions: number,
    private readonly next: readonly ModelTable[],
    private readonly stored: (kept: readonly ModelTable[]) => ReadonlyMap<string, StoredModel>,
    private readonly taken: () => Promise<void>,
  ) {
    super();
    this.writer = new PostgresRowWriter(stored(next));
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
      await this.connections.transaction(async (asks) => {
        if (!(await this.stands(asks))) throw new Fenced();
        await this.writer.keep(asks, batches);
      });
      return true;
    } catch (error) {
      if (error instanceof Fenced) return false;
      throw error;
    }
  }

  async cutOver(): Promise<boolean> {
    const taken = await this.connections.transaction(async (asks) => {
      await lockStoreInfo(asks);
      if (!(await this.stands(asks)))
        throw new Error('another rebuild of the same read model took over: this one ends');
      if (!(await this.writer.reaches(asks, new PostgresRowWriter(this.stored(await activeTables(asks))))))
        return false;
      for (const next of this.next) await promote(asks, next);
      await bumpCatalogVersion(asks);
      return true;
    });
    if (taken) await this.taken();
    return taken;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Whether it is still this that is being filled, until the transaction ends. */
  private async stands(asks: SqlClient): Promise<boolean> {
    const { rows } = await asks.query<{ name: string; generation: number }>(
      'SELECT name, generation FROM nexts WHERE name = ANY($1) FOR SHARE',
      [this.next.map(({ name }) => name)],
    );
    return this.next.every(({ name, generation }) =>
      rows.some((there) => there.name === name && there.generation === generation),
    );
  }
}
