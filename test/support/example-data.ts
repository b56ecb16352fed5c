import { setTimeout as pause } from 'node:timers/promises';
import type { INestApplicationContext } from '@nestjs/common';
import { loadExampleData } from '@entente/embedded';
import { EventStore, Pseudonymizer, ReadModelStore, progressSources } from '@entente/engine';
import { MODELS } from '@entente/read-models';

/** Loads the example data into the log of an application that decides, and waits for its rows. */
export async function loadExample(app: INestApplicationContext, today?: string): Promise<number | null> {
  const store = app.get(EventStore);
  const loaded = await loadExampleData(store, app.get(Pseudonymizer), today);
  const head = await store.head();
  const names = MODELS.map(({ name }) => name);
  const end = Date.now() + 30_000;
  for (const { name, position } of progressSources(app.get(ReadModelStore), names))
    while (((await position()) ?? 0n) < head) {
      if (Date.now() > end) throw new Error(`${name} does not reach the end of the example data`);
      await pause(10);
    }
  return loaded;
}
