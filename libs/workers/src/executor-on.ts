import {
  type EventStore,
  Executor,
  type ExecutorOptions,
  type Observer,
  type Pseudonymizer,
  type RefusalLog,
} from '@entente/engine';
import { kinds } from './kinds.js';

/** Creates the executor of a deployment, for all kinds of stream. */
export const executorOn =
  (options: ExecutorOptions) =>
  (store: EventStore, pseudonymizer: Pseudonymizer, refusals: RefusalLog, observer: Observer): Executor =>
    new Executor(store, kinds, pseudonymizer, refusals, observer, options);
