import type { RecordedEvent } from '@entente/kernel';
import type { Parked } from './read-model-store.js';

/** An event that a read model cannot fold, and the error. */
export interface DeadLetter {
  readonly parked: Parked;
  readonly event: RecordedEvent;
}

/**
 * Where events are reported that a read model cannot fold, for operators who watch another system.
 * The rows keep the list of parked streams; this is a notice.
 *
 * `put` resolves when the notices are durable, and is called before the streams are parked. So no
 * notice is missing. If a process dies in between, or another process parked the stream first, a
 * notice may be there twice.
 */
export abstract class DeadLetters {
  abstract put(letters: readonly DeadLetter[]): Promise<void>;
  abstract close(): Promise<void>;
}
