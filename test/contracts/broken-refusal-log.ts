import { RefusalLog } from '@entente/engine';

/** Keeps no refused command, and says that all is well. */
export class BrokenRefusalLog extends RefusalLog {
  note(): void {
    return undefined;
  }
  list(): Promise<{ refusals: []; leftOut: number }> {
    return Promise.resolve({ refusals: [], leftOut: 0 });
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
}
