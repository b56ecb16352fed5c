import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import type { AnyProjection } from '@entente/kernel';
import { DataSource } from 'typeorm';
import { promises } from '../../../test/contracts/read-model-store.js';
import { rowsQuery } from './queries.js';
import { modelSource } from './queryable.js';
import { ON_SQLITE, ownColumns, tableOf } from './tables.js';

const indexed: AnyProjection = { ...promises, indexes: [['status', 'due'], ['no_such_column']] };

/** How SQLite runs a query for the open rows that were due before a day, in their order. */
async function plan(model: AnyProjection): Promise<string> {
  const columns = ownColumns(model);
  const schema = tableOf(columns, 'promises_v1_g1', ON_SQLITE, model.indexes);
  const dataSource = await new DataSource({
    type: 'better-sqlite3',
    database: ':memory:',
    entities: [schema],
    synchronize: true,
  }).initialize();
  const source = modelSource(
    { model, columns, schema, table: 'promises_v1_g1', version: '1.1.1', outdated: false },
    new Map(),
  );
  const query = {
    where: [
      { column: 'status', in: ['open'] },
      { column: 'due', before: '2026-06-01' },
    ],
    sort: [{ column: 'due', descending: false }],
    limit: 200,
  };
  const [sql, values] = rowsQuery(dataSource, source, query, { positions: null, day: '2026-06-01', occurredBy: null });
  const steps = await dataSource.query<{ detail: string }[]>(`EXPLAIN QUERY PLAN ${sql}`, [...values]);
  await dataSource.destroy();
  return steps.map(({ detail }) => detail).join('; ');
}

describe('an index that a model declares', () => {
  it('finds the open rows that are due, in their order, without a look at any other row', async () => {
    const found = await plan(indexed);
    expect(found).toContain('USING INDEX promises_v1_g1_by_status_due (status=? AND due<?)');
    expect(found).not.toContain('TEMP B-TREE');
  });
  it('is missing from a model that declares none, which looks at every row', async () =>
    expect(await plan(promises)).not.toContain('by_status_due'));
});
