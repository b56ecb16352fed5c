/** The status of a model. */
export interface ModelStatus {
  readonly model: string;
  readonly position: bigint;
  readonly parked: number;
  /** Why it has stopped; null while it folds. */
  readonly stopped: string | null;
}

/** The status of a projection, in this process or another. */
export abstract class ProjectionStatus {
  /** Empty until it has started and has read the checkpoint of each model. */
  abstract status(): readonly ModelStatus[];
  /** Why nothing is folded now; null while events are folded. */
  abstract fault(): string | null;
}
