import { join } from 'node:path';
import { MODELS } from '@entente/read-models';
import Database from 'better-sqlite3';

/** The version of a read model in the code. */
export const versionOf = (model: string): number => {
  const found = MODELS.find(({ name }) => name === model);
  if (found === undefined) throw new Error(`there is no read model ${model}`);
  return found.version;
};

/** The table of a read model that no rebuild has replaced yet. */
export const tableOf = (model: string): string => `${model}_v${versionOf(model)}_g1`;

/**
 * Turns the rows of a read model into rows of an older version, as an upgrade finds them. `more`
 * is SQL on their table, to mark them.
 */
export function olderVersion(folder: string, model: string, more: (table: string) => string = () => ''): void {
  const db = new Database(join(folder, 'rows.sqlite'));
  db.exec(`ALTER TABLE "${tableOf(model)}" RENAME TO "${model}_v0_g1";
    UPDATE models SET version = 0 WHERE name = '${model}';
    UPDATE checkpoints SET table_name = '${model}_v0_g1' WHERE table_name = '${tableOf(model)}';
    ${more(`${model}_v0_g1`)}`);
  db.close();
}

/** The fund of each account in {@link olderFunding}. */
export const OLD_FUND = 'as an older version wrote it';

/** Turns the rows of `funding` into rows of an older version, which had another fund. */
export const olderFunding = (folder: string): void =>
  olderVersion(folder, 'funding', (table) => `UPDATE ${table} SET fund = '${OLD_FUND}'`);
