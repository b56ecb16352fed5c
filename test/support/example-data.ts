import type { INestApplicationContext } from '@nestjs/common';
import { loadExampleData } from '@entente/embedded';
import { EventStore, Pseudonymizer } from '@entente/engine';

/** Loads the example data into the log of an application that decides commands. */
export const loadExample = (app: INestApplicationContext, today?: string): Promise<number | null> =>
  loadExampleData(app.get(EventStore), app.get(Pseudonymizer), today);
