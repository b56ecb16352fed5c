import type { RecordedEvent } from '@entente/kernel';
import type { Parked } from './read-model-store.js';

/** An event that a read model cannot fold, and the error. */
export interface DeadLetter {
  readonly parked: Parked;
  readonly event: RecordedEvent;
}

/**
 * Reports events that a read model cannot fold, for operators who watch another system. The rows
 * store the list of parked streams; this is an additional notice.
 *
 * `put` resolves when the notices are durable. It is called before the streams are parked, so no
 * notice is missing. If a process dies in between, or another process parked the stream first, a
 * notice may appear twice.
 */
export abstract class DeadLetters {
  abstract put(deadLetters: readonly DeadLetter[]): Promise<void>;
  abstract close(): Promise<void>;
}
