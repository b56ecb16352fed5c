/** How a model stands. */
export interface ModelStatus {
  readonly model: string;
  readonly position: bigint;
  readonly parked: number;
  /** Why it folds no more; null while it does. */
  readonly stopped: string | null;
}

/** A projection that runs, here or elsewhere, for those who ask how it stands. */
export abstract class ProjectionStatus {
  /** None until it has begun and knows how far each has come. */
  abstract status(): readonly ModelStatus[];
  /** Why nothing is folded just now; null while it is. */
  abstract fault(): string | null;
}
