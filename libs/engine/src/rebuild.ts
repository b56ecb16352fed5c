import type { AnyProjection, RecordedEvent } from '@entente/kernel';
import type { EventLog } from './event-store.js';
import { partitionOf } from './partition.js';
import { foldOnto } from './project.js';
import type { Parked, ReadModelStore } from './read-model-store.js';
import { replay } from './replay.js';

/** How a rebuild is done. */
export interface RebuildOptions {
  readonly now: () => string;
  /** Throw away what an earlier rebuild filled before it was broken off. */
  readonly anew?: boolean;
  /** Told how far it has come, and how far there is to go. */
  readonly progress?: (position: bigint, head: bigint) => void;
}

/**
 * Fills the next version of these models beside the living one, catches up and takes over;
 * commands, folding and reading go on meanwhile, in this process or another. Broken off anywhere,
 * the living version serves on, and the next call goes on from there.
 */
export async function rebuild(
  log: EventLog,
  models: readonly AnyProjection[],
  store: ReadModelStore,
  { now, anew = false, progress = () => undefined }: RebuildOptions,
): Promise<void> {
  const names = models.map(({ name }) => name);
  const next = await store.rebuild(names, anew);
  try {
    do {
      const head = await log.head();
      await replay(log, models, next, head, now, (position) => progress(position, head));
    } while (!(await next.cutOver()));
  } finally {
    await next.close();
  }
}

/**
 * What became of a parked stream that was tried again: null where it is parked no more, else why it
 * still is.
 */
export interface Retried {
  readonly model: string;
  readonly stream: string;
  readonly error: string | null;
}

/**
 * Folds parked streams from the event on that stopped them, in the order in which they were parked:
 * after a fix, since the same fold fails again. The versions that a stream had missed take their
 * places in history, so the model's epoch moves on and its readers begin anew.
 */
export async function retryParked(
  log: EventLog,
  models: readonly AnyProjection[],
  store: ReadModelStore,
  now: () => string,
  wanted: (parked: Parked) => boolean = () => true,
): Promise<readonly Retried[]> {
  const retried: Retried[] = [];
  const outdated = await store.outdated();
  for (const parked of (await store.parked()).filter(wanted)) {
    const model = models.find(({ name }) => name === parked.model);
    if (model === undefined) continue;
    const { stream, position } = parked;
    if (outdated.includes(model.name)) {
      retried.push({ model: model.name, stream, error: 'its rows are of an older version: rebuild the read model' });
      continue;
    }
    const partition = partitionOf(stream, store.partitions);
    for (;;) {
      const turn = await store.catalogVersion();
      // Another one may have been faster.
      const still = (await store.parked()).some((one) => one.model === model.name && one.stream === stream);
      if (!still) {
        retried.push({ model: model.name, stream, error: null });
        break;
      }
      const checkpoint = (await store.checkpoints()).get(model.name)?.[partition] ?? 0n;
      const missed: RecordedEvent[] = [];
      for await (const events of log.readStream(stream))
        missed.push(...events.filter((event) => event.position >= position && event.position <= checkpoint));
      const folding = await foldOnto(model, missed, store, now);
      const [again] = folding.parked;
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
      if (!(await store.commit([batch], turn))) continue;
      retried.push({ model: model.name, stream, error: again?.error ?? null });
      break;
    }
  }
  return retried;
}
