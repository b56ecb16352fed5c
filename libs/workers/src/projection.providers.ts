import { DeadLetters, EventFeed, type Observer, ProjectionStatus, Projector, ReadModelStore } from '@entente/engine';
import { MODELS } from '@entente/read-models';
import { ProjectionWorker } from './projection-worker.js';
import { Models, RebuildWorker } from './rebuild-worker.js';

const now = (): string => new Date().toISOString();

/**
 * The providers that fold the log into rows. They need an `EventFeed`, an `EventLog`, a
 * `ReadModelStore` and an `Observer`. If there are `DeadLetters`, events that cannot be folded are
 * also written there. `shared` states that other processes fold the same models.
 */
export const projection = ({ shared }: Pick<Models, 'shared'>) => [
  {
    provide: Projector,
    inject: [EventFeed, ReadModelStore, 'Observer', { token: DeadLetters, optional: true }],
    useFactory: (feed: EventFeed, rows: ReadModelStore, observer: Observer, deadLetters?: DeadLetters) =>
      new Projector(MODELS, feed, rows, now, undefined, observer, deadLetters ?? null),
  },
  { provide: ProjectionStatus, useExisting: Projector },
  { provide: Models, useValue: { all: MODELS, shared } },
  ProjectionWorker,
  RebuildWorker,
];
