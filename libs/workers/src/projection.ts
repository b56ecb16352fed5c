import { EventFeed, type Observer, Projecting, Projector, ReadModelStore } from '@entente/engine';
import { MODELS } from '@entente/read-models';
import { ProjectionWorker } from './projection-worker.js';
import { Models, RebuildWorker } from './rebuild-worker.js';

const now = (): string => new Date().toISOString();

/** What folds the log into rows, wherever it runs: it asks for an `EventFeed`, an `EventLog`, a `ReadModelStore` and, as `Observer`, who watches. */
export const PROJECTION = [
  {
    provide: Projector,
    inject: [EventFeed, ReadModelStore, 'Observer'],
    useFactory: (feed: EventFeed, rows: ReadModelStore, observer: Observer) =>
      new Projector(MODELS, feed, rows, now, undefined, observer),
  },
  { provide: Projecting, useExisting: Projector },
  { provide: Models, useValue: { all: MODELS } },
  ProjectionWorker,
  RebuildWorker,
];
