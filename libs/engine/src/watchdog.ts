import { messageOf, withTimeout } from '@entente/async';
import type { EventLog } from './event-store.js';

/** A component that follows the log and should reach its end. */
export interface ProgressSource {
  readonly name: string;
  /**
   * The position that it has reached, read from where it is stored; null before it has begun, which
   * is no alarm.
   */
  position(): Promise<bigint | null>;
  /**
   * If it follows something other than the log: the name of its items, and their number when
   * `position` was last called.
   */
  readonly other?: { readonly of: string; end(): bigint };
}

/**
 * Finds sources that have stalled, independent of their own reports. It compares each source's
 * position with the end of what it follows; both are read from where they are stored. A source that
 * is behind without progress for `stallTimeoutMs` milliseconds raises an alarm. A position that
 * cannot be read does too. Progress ends the alarm.
 */
export class Watchdog {
  private readonly behind = new Map<string, { readonly at: bigint | null; readonly since: number }>();
  private raised: ReadonlyMap<string, string> = new Map();

  constructor(
    private readonly log: EventLog,
    private readonly sources: readonly ProgressSource[],
    /** The clock for the text of an alarm, in milliseconds. */
    private readonly clock: () => number,
    private readonly stallTimeoutMs = 5000,
    /** A monotonic clock in milliseconds, for measuring `stallTimeoutMs`. */
    private readonly steadyClock: () => number = () => performance.now(),
  ) {}

  /** The alarms of the last check, by source, with the time since when it has stalled. */
  alarms(): ReadonlyMap<string, string> {
    return this.raised;
  }

  /** Checks all sources once. Call it every second. */
  async look(): Promise<void> {
    const log = this.sources.every(({ other }) => other !== undefined) ? 0n : await this.log.head();
    const raised = new Map<string, string>();
    const found = await Promise.all(
      this.sources.map(async ({ position, ...source }) => ({ ...source, answer: await readPosition(position) })),
    );
    for (const { name, other, answer } of found) {
      const [at, fault] = answer;
      const head = other?.end() ?? log;
      if (fault === null && (at === null || at >= head)) {
        this.behind.delete(name);
        continue;
      }
      const before = this.behind.get(name);
      const now = this.steadyClock();
      if (before?.at !== at) {
        this.behind.set(name, { at, since: now });
        continue;
      }
      const { since } = before as { since: number };
      if (now - since < this.stallTimeoutMs) continue;
      const where = fault ?? `at ${other?.of ?? 'position'} ${at} of ${head}`;
      raised.set(name, `stalled since ${new Date(this.clock() - (now - since)).toISOString()}: ${where}`);
    }
    this.raised = raised;
  }
}

/**
 * The time limit for the position of a source, in milliseconds. If it is exceeded, the source has
 * stalled.
 */
const POSITION_TIMEOUT_MS = 1000;

/** Reads the position of a source, or the reason why it is unknown. */
async function readPosition(
  position: ProgressSource['position'],
): Promise<readonly [at: bigint | null, fault: string | null]> {
  const late = (): never => {
    throw new Error('it did not return its position');
  };
  try {
    return [await withTimeout(position(), POSITION_TIMEOUT_MS, late), null];
  } catch (error) {
    return [-1n, messageOf(error)];
  }
}
