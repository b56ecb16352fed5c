/** Receives what happens and how long it took, in milliseconds. It neither waits nor fails. */
export interface Observer {
  /** A command was answered, or failed by a fault. */
  commandHandled(
    outcome: 'accepted' | 'repeated' | 'dry-run' | 'refused' | 'id-reused' | 'revision-mismatch' | 'fault',
    code: string | null,
    ms: number,
  ): void;
  /**
   * A decision was made: its stream and those that it consults were folded, and the rules have
   * decided. The events are not recorded yet.
   */
  decided(ms: number): void;
  /** A race was lost: the executor decides the command again. */
  conflict(): void;
  /** A batch of events was folded and committed. */
  projected(events: number, ms: number): void;
}

/** An observer that does nothing. */
export const UNOBSERVED: Observer = {
  commandHandled: () => undefined,
  decided: () => undefined,
  conflict: () => undefined,
  projected: () => undefined,
};
