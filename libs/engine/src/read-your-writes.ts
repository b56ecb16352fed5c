import { endsWithin } from '@entente/async';
import { ReadModelBehind } from './faults.js';
import { partitionOf } from './partition.js';
import type { Positions, ReadModelStore } from './read-model-store.js';

/**
 * What a receipt hands out so that its sender can read its own write: opaque to the reader, a
 * position, the stream that it belongs to, and the log's era.
 */
export const consistencyToken = (position: bigint, stream: string, era = ''): string =>
  Buffer.from(`${position} ${stream}${era === '' ? '' : ` ${era}`}`).toString('base64url');

/**
 * What a reader has seen and wants to find in the rows: a position of the log, and the stream whose
 * write it was; null where all that was recorded by then is meant.
 */
export interface ConsistencyToken {
  readonly position: bigint;
  readonly stream: string | null;
  /**
   * The log's era in which it was recorded; '' for a bare position too, which says nothing of it.
   */
  readonly era: string;
}

/** What a token stands for, or a bare position; null where it is neither. */
export function parseConsistencyToken(token: string): ConsistencyToken | null {
  if (/^[0-9]{1,19}$/.test(token)) return { position: BigInt(token), stream: null, era: '' };
  const [, position, stream, era = ''] =
    /^([0-9]{1,19}) (\S+)(?: ([0-9a-f]{8}))?$/.exec(Buffer.from(token, 'base64url').toString('utf8')) ?? [];
  return position === undefined || stream === undefined ? null : { position: BigInt(position), stream, era };
}

/**
 * Resolves with the reach of a name when it has come to what was seen, within so many milliseconds;
 * else fails with {@link ReadModelBehind}. For a write of one stream its own partition is enough; a
 * bare position waits for all of them.
 */
export async function waitFor(
  store: ReadModelStore,
  name: string,
  { position, stream }: Pick<ConsistencyToken, 'position' | 'stream'>,
  within = 5000,
): Promise<Positions> {
  const come = (pin: Positions): bigint =>
    stream === null ? pin.reduce((a, b) => (b < a ? b : a)) : (pin[partitionOf(stream, store.partitions)] ?? 0n);
  const ends = performance.now() + within;
  for (;;) {
    let wake = (): void => undefined;
    const moved = new Promise<void>((resolve) => (wake = resolve));
    const silence = store.onCommit(() => wake());
    try {
      const { pin } = await store.positions(name);
      if (come(pin) >= position) return pin;
      const left = ends - performance.now();
      if (left <= 0) throw new ReadModelBehind(position, come(pin));
      await endsWithin(moved, Math.min(left, 500));
    } finally {
      silence();
    }
  }
}
