import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import type { RowQuery } from '@entente/engine';
import type { AnyProjection } from '@entente/kernel';
import { DataSource } from 'typeorm';
import { promises } from '../../../test/contracts/read-model-store.js';
import { rowsQuery } from './queries.js';
import { modelSource } from './queryable.js';
import { ON_SQLITE, ownColumns, tableOf } from './tables.js';

const indexed: AnyProjection = { ...promises, indexes: [['status', 'due'], ['no_such_column']] };

const DUE: RowQuery = {
  where: [
    { column: 'status', in: ['open'] },
    { column: 'due', before: '2026-06-01' },
  ],
  sort: [{ column: 'due', descending: false }],
  limit: 200,
};

/** How SQLite runs a query; by default that for the open rows due before a day, in their order. */
async function plan(model: AnyProjection, query = DUE): Promise<string> {
  const columns = ownColumns(model);
  const schema = tableOf(columns, 'promises_v1_g1', ON_SQLITE, model);
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

describe('the first page of a model', () => {
  const page = { where: [], sort: [], limit: 50 };

  it('is read in the order of its keys, past the versions that were closed', async () => {
    const found = await plan(promises, page);
    expect(found).toContain('SCAN r USING INDEX promises_v1_g1_current');
    expect(found).not.toContain('TEMP B-TREE');
  });
  it('whose rows never change is in the order of the primary key, which is its only one', async () => {
    const found = await plan({ ...promises, appendOnly: true }, page);
    expect(found).toContain('SCAN r USING INDEX sqlite_autoindex_promises_v1_g1_1');
    expect(found).not.toContain('TEMP B-TREE');
  });
});
