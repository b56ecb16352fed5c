import { join } from 'node:path';
import Database from 'better-sqlite3';

/**
 * Turns the rows of a read model into rows of an older version, as an upgrade finds them. `more`
 * is SQL on their table, to mark them.
 */
export function olderVersion(folder: string, model: string, more: (table: string) => string = () => ''): void {
  const db = new Database(join(folder, 'rows.sqlite'));
  db.exec(`ALTER TABLE "${model}_v1_g1" RENAME TO "${model}_v0_g1";
    UPDATE models SET version = 0 WHERE name = '${model}';
    UPDATE checkpoints SET table_name = '${model}_v0_g1' WHERE table_name = '${model}_v1_g1';
    ${more(`${model}_v0_g1`)}`);
  db.close();
}
