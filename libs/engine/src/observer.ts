/**
 * Is told what becomes of things and how long they take, in milliseconds; it neither waits nor
 * fails.
 */
export interface Observer {
  /** A command was settled, or failed by a fault. */
  commandHandled(
    as: 'accepted' | 'repeated' | 'would' | 'refused' | 'id-reused' | 'stale' | 'fault',
    code: string | null,
    ms: number,
  ): void;
  /**
   * A decision was made: its streams folded, those that it consults too, and the rules asked. What
   * was decided is not recorded yet.
   */
  decided(ms: number): void;
  /** A race was lost: the command is decided again. */
  conflict(): void;
  /** A batch of events was folded and kept. */
  projected(events: number, ms: number): void;
}

/** Nobody watches. */
export const UNOBSERVED: Observer = {
  commandHandled: () => undefined,
  decided: () => undefined,
  conflict: () => undefined,
  projected: () => undefined,
};
