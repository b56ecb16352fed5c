import { Wakeup } from '@entente/async';
import { ReadModelBehind } from './faults.js';
import { partitionOf } from './partition.js';
import type { Positions, ReadModelStore } from './read-model-store.js';

/**
 * The consistency token with which a sender reads its own write. It is opaque to the sender, and
 * contains a position, the stream of the write, and the log's era.
 */
export const consistencyToken = (position: bigint, stream: string, era = ''): string =>
  Buffer.from(`${position} ${stream}${era === '' ? '' : ` ${era}`}`).toString('base64url');

/**
 * A write that a reader wants to find in the rows: a position of the log, and the stream of the
 * write. A null stream means everything recorded up to the position.
 */
export interface ConsistencyToken {
  readonly position: bigint;
  readonly stream: string | null;
  /** The era of the position; '' also for a bare position, which names no era. */
  readonly era: string;
}

/** Parses a token or a bare position; null if it is neither. */
export function parseConsistencyToken(token: string): ConsistencyToken | null {
  if (/^[0-9]{1,19}$/.test(token)) return { position: BigInt(token), stream: null, era: '' };
  const [, position, stream, era = ''] =
    /^([0-9]{1,19}) (\S+)(?: ([0-9a-f]{8}))?$/.exec(Buffer.from(token, 'base64url').toString('utf8')) ?? [];
  return position === undefined || stream === undefined ? null : { position: BigInt(position), stream, era };
}

/**
 * Resolves with the positions of a read model once they include the token. Rejects with {@link
 * ReadModelBehind} after `timeoutMs` milliseconds. A token with a stream waits for the partition of
 * that stream; a bare position waits for all partitions.
 */
export async function waitForPosition(
  store: ReadModelStore,
  name: string,
  { position, stream }: Pick<ConsistencyToken, 'position' | 'stream'>,
  timeoutMs = 5000,
): Promise<Positions> {
  const reached = (positions: Positions): bigint =>
    stream === null
      ? positions.reduce((a, b) => (b < a ? b : a))
      : (positions[partitionOf(stream, store.partitions)] ?? 0n);
  const deadline = performance.now() + timeoutMs;
  const changes = new Wakeup();
  const unsubscribe = store.onCommit(() => changes.wake());
  try {
    for (;;) {
      changes.clear();
      const { positions } = await store.positions(name);
      if (reached(positions) >= position) return positions;
      const remaining = deadline - performance.now();
      if (remaining <= 0) throw new ReadModelBehind(position, reached(positions));
      await changes.wait(Math.min(remaining, 500));
    }
  } finally {
    unsubscribe();
  }
}
