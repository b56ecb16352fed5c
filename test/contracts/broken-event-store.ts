import { type Appended, EventStore } from '@entente/engine';
import type { RecordedEvent } from '@entente/kernel';

async function* nothing(): AsyncIterable<readonly RecordedEvent[]> {}

/**
 * A log that accepts everything, stores nothing and reports no error: no case of the suite may pass
 * on it.
 */
export class BrokenEventStore extends EventStore {
  readonly id = 'broken';
  append(): Promise<Appended> {
    return Promise.resolve({ ok: true, revision: 0, position: 0n });
  }
  readStream(): AsyncIterable<readonly RecordedEvent[]> {
    return nothing();
  }
  readLog(): AsyncIterable<readonly RecordedEvent[]> {
    return nothing();
  }
  eventAt(): Promise<null> {
    return Promise.resolve(null);
  }
  revisionOf(): Promise<number> {
    return Promise.resolve(0);
  }
  head(): Promise<bigint> {
    return Promise.resolve(0n);
  }
  positionAt(): Promise<bigint> {
    return Promise.resolve(0n);
  }
  importEvents(): Promise<[]> {
    return Promise.resolve([]);
  }
  waiting(): number {
    return 0;
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
}
