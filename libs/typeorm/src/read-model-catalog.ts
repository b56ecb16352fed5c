import type { ReadModelDescription } from '@entente/engine';
import { type AnyProjection, pick } from '@entente/kernel';
import type { ModelTable } from './sqlite-catalogue.js';
import { type Queryable, type StoredModel, type StoredView, modelSource, viewSource } from './queryable.js';
import { type StorageTypes, tableOf } from './tables.js';

/**
 * The models of the code with their stored tables and columns. The version of each includes the
 * log's era.
 */
export function resolveTables(
  tables: readonly ModelTable[],
  models: readonly AnyProjection[],
  stored: StorageTypes,
  era: string,
): ReadonlyMap<string, StoredModel> {
  const found = new Map<string, StoredModel>();
  for (const { name, version, generation, epoch, columns, table } of tables) {
    const model = models.find((one) => one.name === name);
    if (model === undefined) continue;
    found.set(name, {
      model,
      columns,
      table,
      schema: tableOf(columns, table, stored, model),
      version: `${[version, generation, epoch].join('.')}${era === '' ? '' : `~${era}`}`,
      outdated: version !== model.version,
    });
  }
  return found;
}

/** The members that a description copies from its model or view. */
const DESCRIBED = [
  'name',
  'topic',
  'answers',
  'about',
  'type',
  'columns',
  'meanings',
  'formats',
  'codes',
  'key',
  'totals',
  'daily',
] as const satisfies readonly (keyof Queryable & keyof ReadModelDescription)[];

/**
 * The active tables at one catalog version: one for each model. It also has every model and view
 * that can be queried.
 */
export class ReadModelCatalog {
  private readonly sources: ReadonlyMap<string, Queryable>;

  constructor(
    readonly version: number,
    readonly models: ReadonlyMap<string, StoredModel>,
    views: readonly StoredView[],
  ) {
    const own = [...models.values()].map((stored) => modelSource(stored, models));
    this.sources = new Map([...own, ...views.map((view) => viewSource(view, models))].map((one) => [one.name, one]));
  }

  /** Models whose active tables have another version than the code. */
  outdated(): readonly string[] {
    return [...this.models.values()].filter(({ outdated }) => outdated).map(({ model }) => model.name);
  }

  names(): readonly ReadModelDescription[] {
    return [...this.sources.values()].map((source) => {
      const { view, reads, sums } = source;
      return {
        ...pick(source, ...DESCRIBED),
        occurredBy: (view ?? (reads[0] as StoredModel).model).occurredBy !== undefined,
        reads: [...reads, ...sums].map(({ model }) => model.name),
      };
    });
  }

  model(name: string): StoredModel {
    const stored = this.models.get(name);
    if (stored === undefined) throw new Error(`there is no model ${name}`);
    return stored;
  }

  /** The model of an active table; undefined if the table is not active. */
  modelIn(table: unknown): StoredModel | undefined {
    return [...this.models.values()].find((stored) => stored.table === table);
  }

  source(name: string): Queryable {
    const source = this.sources.get(name);
    if (source === undefined) throw new Error(`there is no read model ${name}`);
    return source;
  }
}
