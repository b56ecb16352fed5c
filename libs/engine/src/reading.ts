import { NotThereYet } from './faults.js';
import type { Pin, ReadModelStore } from './read-model-store.js';

/** What a receipt hands out so that its sender can read its own write: opaque to the reader, a position and the stream that it belongs to. */
export const afterToken = (position: bigint, stream: string): string =>
  Buffer.from(`${position} ${stream}`).toString('base64url');

/** The position that a token stands for, or the bare position; null where it is neither. */
export function positionOf(token: string): bigint | null {
  if (/^[0-9]{1,19}$/.test(token)) return BigInt(token);
  const said = /^([0-9]{1,19}) \S+$/.exec(Buffer.from(token, 'base64url').toString('utf8'));
  return said === null ? null : BigInt(said[1] as string);
}

/** Resolves with the reach of a name when it has come to a position, within so many milliseconds; else fails with {@link NotThereYet}. */
export async function reaches(store: ReadModelStore, name: string, wanted: bigint, within = 5000): Promise<Pin> {
  const lowest = (pin: Pin): bigint => pin.reduce((a, b) => (b < a ? b : a));
  const ends = performance.now() + within;
  for (;;) {
    let wake = (): void => undefined;
    const moved = new Promise<void>((resolve) => (wake = resolve));
    const silence = store.onCommit(() => wake());
    try {
      const { pin } = await store.reach(name);
      if (lowest(pin) >= wanted) return pin;
      const left = ends - performance.now();
      if (left <= 0) throw new NotThereYet(wanted, lowest(pin));
      const timer = setTimeout(wake, Math.min(left, 500));
      await moved;
      clearTimeout(timer);
    } finally {
      silence();
    }
  }
}
