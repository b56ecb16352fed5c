import type { AnyProjection, RecordedEvent } from '@entente/kernel';
import type { EventLog } from './event-store.js';
import { partitionOf } from './partition.js';
import { project } from './projector.js';
import type { Parked, ReadModelStore } from './read-model-store.js';
import { replay } from './replay.js';

/** Options of a rebuild. */
export interface RebuildOptions {
  readonly now: () => string;
  /** If true, the rows of an earlier, interrupted rebuild are discarded. */
  readonly fromScratch?: boolean;
  /** Called with the current position and the target position. */
  readonly progress?: (position: bigint, head: bigint) => void;
}

/**
 * Fills the pending tables of these models while the active ones stay in use, catches up and
 * promotes them. Commands, folding and reads continue, in this process or another. After an
 * interruption, the next call continues.
 */
export async function rebuild(
  log: EventLog,
  models: readonly AnyProjection[],
  store: ReadModelStore,
  { now, fromScratch = false, progress = () => undefined }: RebuildOptions,
): Promise<void> {
  const names = models.map(({ name }) => name);
  const pending = await store.rebuild(names, fromScratch);
  try {
    do {
      const head = await log.head();
      await replay(log, models, pending, head, now, (position) => progress(position, head));
    } while (!(await pending.cutOver()));
  } finally {
    await pending.close();
  }
}

/**
 * The result of the retry of a parked stream. `error` is null if it is no longer parked, else the
 * reason why it still is.
 */
export interface Retried {
  readonly model: string;
  readonly stream: string;
  readonly error: string | null;
}

/**
 * Folds parked streams again from the event that stopped them, in the order in which they were
 * parked. Use it after a fix, because the same fold would fail again. The missing versions get
 * their positions in the past. So the model's epoch increases, and its clients must read all rows
 * again.
 */
export async function retryParked(
  log: EventLog,
  models: readonly AnyProjection[],
  store: ReadModelStore,
  now: () => string,
  matches: (parked: Parked) => boolean = () => true,
): Promise<readonly Retried[]> {
  const retried: Retried[] = [];
  const outdated = await store.outdated();
  for (const parked of (await store.parked()).filter(matches)) {
    const model = models.find(({ name }) => name === parked.model);
    if (model === undefined) continue;
    const { stream, position } = parked;
    if (outdated.includes(model.name)) {
      retried.push({ model: model.name, stream, error: 'its rows are of an older version: rebuild the read model' });
      continue;
    }
    const partition = partitionOf(stream, store.partitions);
    for (;;) {
      const catalogVersion = await store.catalogVersion();
      // Another process may have cleared it first.
      const isStillParked = (await store.parked()).some((one) => one.model === model.name && one.stream === stream);
      if (!isStillParked) {
        retried.push({ model: model.name, stream, error: null });
        break;
      }
      const checkpoint = (await store.checkpoints()).get(model.name)?.[partition] ?? 0n;
      const missed: RecordedEvent[] = [];
      for await (const events of log.readStream(stream))
        missed.push(...events.filter((event) => event.position >= position && event.position <= checkpoint));
      const folding = await project(model, missed, store, now);
      const [parkedAgain] = folding.parked;
      const batch = {
        model: model.name,
        partition,
        from: checkpoint,
        to: checkpoint,
        closes: [...folding.closes.values()],
        versions: folding.versions,
        parked: folding.parked,
        cleared: [stream],
      };
      if (!(await store.commit([batch], catalogVersion))) continue;
      retried.push({ model: model.name, stream, error: parkedAgain?.error ?? null });
      break;
    }
  }
  return retried;
}
