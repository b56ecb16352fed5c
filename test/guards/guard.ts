/** A guard that a test holds: code without which the test must fail. */
export interface Guard {
  /** What it keeps, in words. */
  readonly guard: string;
  /** The code as it stands, once, in its file. */
  readonly code: string;
  /** What stands there instead when it is removed or broken. */
  readonly instead: string;
  /** The spec that must fail then, and which of its tests: a part of their names. */
  readonly spec: string;
  readonly tests: string;
}

/** The guards of one file of the source. */
export interface Guarded {
  readonly file: string;
  readonly guards: readonly Guard[];
}
