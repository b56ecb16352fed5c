import type { RecordedEvent } from '@entente/kernel';
import type { Parked } from './read-model-store.js';

/** An event at which a read model fails, and what it fails with. */
export interface DeadLetter {
  readonly parked: Parked;
  readonly event: RecordedEvent;
}

/**
 * Where events go that a read model cannot fold, for those who look after such things elsewhere.
 * What is parked is parked in the rows; this is a notice of it.
 *
 * `put` answers when they are kept there, before the stream is parked: so each is there, and where
 * a process dies in between, or another was first, it may be there twice.
 */
export abstract class DeadLetters {
  abstract put(letters: readonly DeadLetter[]): Promise<void>;
  abstract close(): Promise<void>;
}
