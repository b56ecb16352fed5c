import { withTimeout } from '@entente/async';
import type { EventLog } from './event-store.js';

/** Something that follows the log: it should reach the log's end. */
export interface ProgressSource {
  readonly name: string;
  /** How far it has come by its own store's word; null while it has not begun, which is well. */
  position(): Promise<bigint | null>;
  /**
   * Where it follows something else than the log: what that consists of, and how many of them there
   * were when its position was last asked for.
   */
  readonly other?: { readonly of: string; end(): bigint };
}

/**
 * Sees what has stalled, whatever it says of itself: each follower's position is held against the
 * end of what it follows, both read from where they are kept. Behind and not a step further for
 * `patience` milliseconds is an alarm; so is a position that cannot be read. It ends with the next
 * step.
 */
export class Watchdog {
  private readonly behind = new Map<string, { readonly at: bigint | null; readonly since: number }>();
  private raised: ReadonlyMap<string, string> = new Map();

  constructor(
    private readonly log: EventLog,
    private readonly followers: readonly ProgressSource[],
    /** The time of day, in milliseconds: what an alarm says. */
    private readonly clock: () => number,
    private readonly patience = 5000,
    /** A time that is never set back or forward, in milliseconds: what patience is measured by. */
    private readonly steady: () => number = () => performance.now(),
  ) {}

  /** The alarms of the last look: who has stalled, and since when. */
  alarms(): ReadonlyMap<string, string> {
    return this.raised;
  }

  /** Looks once; meant for every second. */
  async look(): Promise<void> {
    const log = this.followers.every(({ other }) => other !== undefined) ? 0n : await this.log.head();
    const raised = new Map<string, string>();
    const found = await Promise.all(
      this.followers.map(async ({ position, ...follower }) => ({ ...follower, answer: await answerOf(position) })),
    );
    for (const { name, other, answer } of found) {
      const [at, fault] = answer;
      const head = other?.end() ?? log;
      if (fault === null && (at === null || at >= head)) {
        this.behind.delete(name);
        continue;
      }
      const before = this.behind.get(name);
      const now = this.steady();
      if (before?.at !== at) {
        this.behind.set(name, { at, since: now });
        continue;
      }
      const { since } = before as { since: number };
      if (now - since < this.patience) continue;
      const where = fault ?? `at ${other?.of ?? 'position'} ${at} of ${head}`;
      raised.set(name, `stalled since ${new Date(this.clock() - (now - since)).toISOString()}: ${where}`);
    }
    this.raised = raised;
  }
}

/**
 * In this time, in milliseconds, a follower says how far it has come; one that says nothing stands
 * still.
 */
const ANSWERS_WITHIN = 1000;

/** How far a follower has come; or why nobody knows. */
async function answerOf(
  position: ProgressSource['position'],
): Promise<readonly [at: bigint | null, fault: string | null]> {
  const late = (): never => {
    throw new Error('it does not say how far it has come');
  };
  try {
    return [await withTimeout(position(), ANSWERS_WITHIN, late), null];
  } catch (error) {
    return [-1n, error instanceof Error ? error.message : String(error)];
  }
}
