import { setTimeout as pause } from 'node:timers/promises';
import type { EventLog, ReadModelStore } from '@entente/engine';
import type { AnyProjection } from '@entente/kernel';

/** When a projection begins to fold. */
export abstract class RolloutGate {
  /** Resolves when it should; rejects when the signal is given. */
  abstract wait(signal: AbortSignal): Promise<void>;
}

/**
 * Those of the models whose rows were folded by an older version than the code's, by what is
 * served. Rows of a newer one are another process's, which is to follow this one.
 */
export async function olderIn(rows: ReadModelStore, models: readonly AnyProjection[]): Promise<AnyProjection[]> {
  const older: AnyProjection[] = [];
  for (const name of await rows.outdated()) {
    const model = models.find((one) => one.name === name);
    const served = Number((await rows.positions(name)).version.split('.')[0]);
    if (model !== undefined && served < model.version) older.push(model);
  }
  return older;
}

const LOOK_EVERY = 500;

/**
 * Beside projections of an older version, which fold everything that is served, one of a newer
 * version waits until its own rows are served: before, partitions that it took would stall in
 * each model that has changed. Where nobody folds them, it begins all the same.
 */
export class WaitForOlderProjectors extends RolloutGate {
  constructor(
    private readonly log: EventLog,
    private readonly rows: ReadModelStore,
    private readonly models: readonly AnyProjection[],
    /** So long nothing moves where nobody folds, in milliseconds. */
    private readonly stallTimeoutMs = 5000,
  ) {
    super();
  }

  async wait(signal: AbortSignal): Promise<void> {
    let seen = '';
    let since = performance.now();
    while ((await olderIn(this.rows, this.models)).length > 0) {
      signal.throwIfAborted();
      const head = await this.log.head();
      const checkpoints = [...(await this.rows.checkpoints()).values()];
      const now = checkpoints.join(' ');
      const level = checkpoints.every((positions) => positions.every((at) => at >= head));
      if (now !== seen || level) {
        seen = now;
        since = performance.now();
      } else if (performance.now() - since > this.stallTimeoutMs) return;
      await pause(LOOK_EVERY, undefined, { signal });
    }
  }
}
