/** Receives notifications and durations in milliseconds. Its methods must not throw or block. */
export interface Observer {
  /** Called when a command was answered, or failed by a fault. */
  commandHandled(
    outcome: 'accepted' | 'repeated' | 'dry-run' | 'refused' | 'id-reused' | 'revision-mismatch' | 'fault',
    code: string | null,
    ms: number,
  ): void;
  /**
   * Called when the rules have decided a command. The duration includes folding its stream and the
   * consulted streams. The events are not recorded yet.
   */
  decided(ms: number): void;
  /** Called when another writer appended first. The executor decides the command again. */
  conflict(): void;
  /** Called when a batch of events was folded and committed. */
  projected(events: number, ms: number): void;
}

/** An observer that does nothing. */
export const UNOBSERVED: Observer = {
  commandHandled: () => undefined,
  decided: () => undefined,
  conflict: () => undefined,
  projected: () => undefined,
};
