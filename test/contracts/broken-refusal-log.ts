import { RefusalLog } from '@entente/engine';

/** Stores no refused command, and reports no error. */
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
