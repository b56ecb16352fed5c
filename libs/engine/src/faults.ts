/**
 * Something failed that is neither the rules saying no nor a lost race. `retryAfter` in seconds
 * where trying again helps.
 */
export class Fault extends Error {
  constructor(
    /** A stable name in kebab-case. */
    readonly code: string,
    message: string,
    readonly retryAfter: number | null = null,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** More work waits than the bound allows. Nothing of this piece was begun. */
export class Overloaded extends Fault {
  constructor(waiting: number) {
    super('overloaded', `${waiting} appends wait already; try again shortly`, 1);
  }
}

/** The disk is full. Nothing of this piece is there. */
export class DiskFull extends Fault {
  constructor(what: string) {
    super('disk-full', `there is no room left on the disk for ${what}; make room and try again`, 5);
  }
}

/**
 * The events of one command are more than the event store takes at once. Nothing of it is there,
 * and no further try changes that.
 */
export class TooLarge extends Fault {
  constructor(message: string, cause?: unknown) {
    super('too-large', message, null, { cause });
  }
}

/** Others kept changing the stream; the command was decided several times and recorded never. */
export class Contention extends Fault {
  constructor(stream: string, times: number) {
    super('contention', `${stream} kept changing: decided ${times} times, recorded never; try again`, 1);
  }
}

/** A read model has not reached what was asked for in the time allowed. */
export class ReadModelBehind extends Fault {
  constructor(
    readonly wanted: bigint,
    readonly reached: bigint,
  ) {
    super('read-model-behind', `the read model has reached position ${reached}, not yet ${wanted}; try again`, 1);
  }
}

/** A number that can be no position of a log: those are 0, for before all events, to 2^63-1. */
export class InvalidPosition extends Fault {
  constructor(position: bigint) {
    super('invalid-position', `${position} is no position of a log: give one from 0 to ${LARGEST_POSITION}`);
  }
}

/** The largest position that every store can hold. */
export const LARGEST_POSITION = 2n ** 63n - 1n;

/** The deployment is closing: nothing new is taken in. */
export class ShuttingDown extends Fault {
  constructor() {
    super('shutting-down', 'the service is stopping; try again when it has started', 5);
  }
}

/** The effect of the last write is unknown: the process must end and open again. */
export class OutcomeUnknown extends Fault {
  constructor(cause: unknown) {
    super('outcome-unknown', 'the disk failed during a commit; whether it took effect is known after a restart', null, {
      cause,
    });
  }
}

/**
 * A file of the data folder cannot be read as it was written: what is there is damaged, and
 * `remedy` says what to do.
 */
export class CorruptFile extends Fault {
  constructor(file: string, remedy: string, cause: unknown) {
    super(
      'damaged',
      `${file} is damaged (${cause instanceof Error ? cause.message : String(cause)}): ${remedy}`,
      null,
      {
        cause,
      },
    );
  }
}

/**
 * The rules themselves failed at a command: a bug in them, which no other command need meet. What
 * is said of it stays in the log.
 */
export class DeciderFailed extends Fault {
  constructor(cause: unknown) {
    super('fault', 'something failed here; it has been logged', null, { cause });
  }
}
