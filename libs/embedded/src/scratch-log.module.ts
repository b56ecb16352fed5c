import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventStore } from '@entente/engine';
import { SqliteEventStore } from '@entente/sqlite';

/** Works on an empty log with a separate clock, in milliseconds, and removes it. */
export async function withScratchLog<T>(clock: () => number, work: (store: EventStore) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'entente-scratch-'));
  const store = new SqliteEventStore({ folder, clock });
  try {
    return await work(store);
  } finally {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
