/** Something failed that is neither the rules saying no nor a lost race. `retryAfter` in seconds where trying again helps. */
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
export class Busy extends Fault {
  constructor(waiting: number) {
    super('busy', `${waiting} appends wait already; try again shortly`, 1);
  }
}

/** The disk is full. Nothing of this piece is there. */
export class NoRoom extends Fault {
  constructor(what: string) {
    super('no-room', `there is no room left on the disk for ${what}; make room and try again`, 5);
  }
}

/** Others kept changing the stream; the command was decided several times and recorded never. */
export class Contention extends Fault {
  constructor(stream: string, times: number) {
    super('contention', `${stream} kept changing: decided ${times} times, recorded never; try again`, 1);
  }
}

/** A read model has not reached what was asked for in the time allowed. */
export class NotThereYet extends Fault {
  constructor(
    readonly wanted: bigint,
    readonly reached: bigint,
  ) {
    super('not-there-yet', `the read model has reached position ${reached}, not yet ${wanted}; try again`, 1);
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

/** The house is closing: nothing new is taken in. */
export class Closing extends Fault {
  constructor() {
    super('closing', 'the service is stopping; try again when it has started', 5);
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

/** A file of the data folder cannot be read as it was written: what is there is damaged, and `remedy` says what to do. */
export class Damaged extends Fault {
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

/** The rules themselves failed at a command: a bug in them, which no other command need meet. What is said of it stays in the log. */
export class RulesFailed extends Fault {
  constructor(cause: unknown) {
    super('fault', 'something failed here; it has been logged', null, { cause });
  }
}
