import { messageOf } from '@entente/async';
/**
 * A failure that is neither a refusal by the rules nor a lost race. `retryAfter` is in seconds;
 * null if trying again does not help.
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

/** The codes of faults that mean that the event store can answer no caller now. */
const OUTAGES: readonly string[] = ['event-store-unanswered', 'event-store-no-leader', 'event-store-not-replicated'];

/** Whether the event store cannot answer now. Other work would fail in the same way. */
export const isOutage = (error: unknown): error is Fault => error instanceof Fault && OUTAGES.includes(error.code);

/** The event store has not answered within the time that a command may take. */
export class AnsweredTooLate extends Fault {
  constructor(waitedMs: number, outage: string | null) {
    super(
      'event-store-unanswered',
      `no answer within ${waitedMs / 1000} s: ${outage ?? 'the event store is too slow, or too many commands on this stream wait'}; try again: what has taken effect is then recognised, and not done twice`,
      5,
    );
  }
}

/**
 * The event store refuses an append because of a pending write that its leader has not replicated:
 * the leader has lost the other nodes. That write may still appear in the log.
 */
export class NotReplicated extends Fault {
  constructor(stream: string) {
    super(
      'event-store-not-replicated',
      `the event store takes no append to ${stream}: a write is under way that its leader has not replicated; see that more than half of the nodes run and reach each other, and try again`,
      5,
    );
  }
}

/**
 * The event store ends before events that were read from it: an older copy has replaced it. State
 * in memory, rows or published records may contain events that are no longer in the log. So the
 * process stops serving.
 */
export class LogTakenBack extends Fault {
  constructor(evidence: string) {
    super(
      'log-taken-back',
      `the event store ends before what was read of it: ${evidence}. It was set back, as by restoring a backup: run \`entente begin-era\`, then restart this process; if the topic still has more than the log, fill another one with \`entente repartition\``,
      30,
    );
  }
}

/** Too much work is waiting. This work was not begun. */
export class Overloaded extends Fault {
  constructor(waiting: number) {
    super('overloaded', `${waiting} appends are waiting already; try again shortly`, 1);
  }
}

/** The disk is full. Nothing of this work was written. */
export class DiskFull extends Fault {
  constructor(what: string) {
    super('disk-full', `there is no space left on the disk for ${what}; free some and try again`, 5);
  }
}

/**
 * The events of one command are more than the event store accepts at once. Nothing was recorded,
 * and a retry cannot succeed.
 */
export class TooLarge extends Fault {
  constructor(message: string, cause?: unknown) {
    super('too-large', message, null, { cause });
  }
}

/**
 * Other writers kept changing the stream. The command was decided several times and never recorded.
 */
export class Contention extends Fault {
  constructor(stream: string, attempts: number) {
    super('contention', `too many concurrent writes to ${stream}: gave up after ${attempts} attempts; try again`, 1);
  }
}

/** A read model did not reach the requested position in the time allowed. */
export class ReadModelBehind extends Fault {
  constructor(
    readonly wanted: bigint,
    readonly reached: bigint,
  ) {
    super('read-model-behind', `the read model has reached position ${reached}, not yet ${wanted}; try again`, 1);
  }
}

/**
 * A number that no log can have as position. A position is between 0 (before all events) and
 * 2^63-1.
 */
export class InvalidPosition extends Fault {
  constructor(position: bigint) {
    super('invalid-position', `${position} is not a position of a log: use one from 0 to ${LARGEST_POSITION}`);
  }
}

/** The largest position that every store can hold. */
export const LARGEST_POSITION = 2n ** 63n - 1n;

/** The deployment is closing and accepts no new work. */
export class ShuttingDown extends Fault {
  constructor() {
    super('shutting-down', 'the service is stopping; try again when it has started', 5);
  }
}

/**
 * It is unknown whether the last write took effect. The process must end and open the log again.
 */
export class OutcomeUnknown extends Fault {
  constructor(cause: unknown) {
    super('outcome-unknown', 'the disk failed during a commit; whether it took effect is known after a restart', null, {
      cause,
    });
  }
}

/** A file of the data folder is damaged; `remedy` names what to do. */
export class CorruptFile extends Fault {
  constructor(file: string, remedy: string, cause: unknown) {
    super('damaged', `${file} is damaged (${messageOf(cause)}): ${remedy}`, null, {
      cause,
    });
  }
}

/**
 * A part of the log cannot be read: another program or an administrator removed or wrote it.
 * `stream` is the stream of that part.
 */
export class DamagedLog extends Fault {
  constructor(
    code: 'stream-deleted' | 'foreign-event' | 'transaction' | 'no-position',
    readonly stream: string,
    message: string,
    cause?: unknown,
  ) {
    super(code, message, null, { cause });
  }
}

/** The title of a fault for senders. Its details are only in the process's log. */
export const FAULT_TITLE = 'something failed here; it has been logged';

/**
 * The rules threw an error for a command. That is a bug in the rules, and need not affect other
 * commands. The details are only in the process's log.
 */
export class DeciderFailed extends Fault {
  constructor(cause: unknown) {
    super('fault', FAULT_TITLE, null, { cause });
  }
}
