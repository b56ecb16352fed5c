import { pause } from '@entente/async';
import type { EventLog, ReadModelStore } from '@entente/engine';
import type { AnyProjection } from '@entente/kernel';

/** Decides when a projection begins to fold. */
export abstract class RolloutGate {
  /** Resolves when it should begin; rejects when the signal is aborted. */
  abstract wait(signal: AbortSignal): Promise<void>;
}

/**
 * The models whose active rows were folded by an older version than this code's. Rows of a newer
 * version belong to a process that will replace this one.
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

const CHECK_INTERVAL_MS = 500;

/**
 * Makes a projector of a newer version wait until its own tables are active, while projectors of an
 * older version fold the active ones. Otherwise each changed model would stall in the partitions
 * that are assigned to the new projector. If the older rows make no progress, it begins anyway.
 */
export class WaitForOlderProjectors extends RolloutGate {
  constructor(
    private readonly log: EventLog,
    private readonly rows: ReadModelStore,
    private readonly models: readonly AnyProjection[],
    /** Milliseconds without progress after which no older projector is assumed to run. */
    private readonly stallTimeoutMs = 5000,
  ) {
    super();
  }

  async wait(signal: AbortSignal): Promise<void> {
    let last = '';
    let since = performance.now();
    while ((await olderIn(this.rows, this.models)).length > 0) {
      const head = await this.log.head();
      const checkpoints = [...(await this.rows.checkpoints()).values()];
      const now = checkpoints.join(' ');
      const level = checkpoints.every((positions) => positions.every((at) => at >= head));
      if (now !== last || level) {
        last = now;
        since = performance.now();
      } else if (performance.now() - since > this.stallTimeoutMs) return;
      await pause(CHECK_INTERVAL_MS, signal);
      signal.throwIfAborted();
    }
  }
}
