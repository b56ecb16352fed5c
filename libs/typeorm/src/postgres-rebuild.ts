import { type ModelBatch, type Parked, type Pin, Rebuild, type RowId } from '@entente/engine';
import type { AnyProjection } from '@entente/kernel';
import type { CataloguedModel } from './catalogue.js';
import { lockStoreInfo, livingIn, moveTurn, serveNext } from './postgres-catalogue.js';
import type { Queryable, Connections } from './postgres-connections.js';
import { Fenced, PostgresRowWriter } from './postgres-row-writer.js';
import type { StoredModel } from './source.js';

/** The next tables of some models, filled beside the living ones, whoever folds those meanwhile. */
export class PostgresRebuild extends Rebuild {
  private readonly writer: PostgresRowWriter;

  constructor(
    private readonly connections: Connections,
    readonly partitions: number,
    private readonly next: readonly CataloguedModel[],
    private readonly stored: (kept: readonly CataloguedModel[]) => ReadonlyMap<string, StoredModel>,
    private readonly taken: () => Promise<void>,
  ) {
    super();
    this.writer = new PostgresRowWriter(stored(next));
  }

  refuses(model: AnyProjection, row: object): string | null {
    return this.writer.refuses(model.name, row);
  }
  checkpoints(): Promise<ReadonlyMap<string, Pin>> {
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
      if (!(await this.writer.reaches(asks, new PostgresRowWriter(this.stored(await livingIn(asks)))))) return false;
      for (const next of this.next) await serveNext(asks, next);
      await moveTurn(asks);
      return true;
    });
    if (taken) await this.taken();
    return taken;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Whether it is still this that is being filled, until the transaction ends. */
  private async stands(asks: Queryable): Promise<boolean> {
    const { rows } = await asks.query<{ name: string; generation: number }>(
      'SELECT name, generation FROM nexts WHERE name = ANY($1) FOR SHARE',
      [this.next.map(({ name }) => name)],
    );
    return this.next.every(({ name, generation }) =>
      rows.some((there) => there.name === name && there.generation === generation),
    );
  }
}
