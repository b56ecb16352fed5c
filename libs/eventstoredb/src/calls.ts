import { setTimeout as pause } from 'node:timers/promises';
import {
  AccessDeniedError,
  MaxAppendSizeExceededError,
  StreamDeletedError,
  StreamNotFoundError,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import { Fault } from '@entente/engine';

/** Pauses between tries, as parts of the time that an answer may take: four tries in all. */
const PAUSES = [0.01, 0.04, 0.16];
/** The time of a call is counted in so many parts. One that comes late counts once: while this process itself stood still, no answer could be seen. */
const PARTS = 10;

const [INVALID_ARGUMENT, UNAUTHENTICATED] = [3, 16];

/** Nothing came within the time of a call; nobody knows whether it took effect. */
class Silence extends Error {
  constructor(ms: number) {
    super(`no answer within ${ms / 1000} s`);
  }
}

/** Answers that trying again does not change. */
const isDefinite = (error: unknown): boolean =>
  error instanceof WrongExpectedVersionError ||
  error instanceof StreamNotFoundError ||
  error instanceof StreamDeletedError ||
  error instanceof AccessDeniedError ||
  error instanceof MaxAppendSizeExceededError ||
  error instanceof Fault ||
  isInvalid(error);

/** The server says that the question itself is wrong: to read from where no event begins, for one. */
export const isInvalid = (error: unknown): boolean => codeOf(error) === INVALID_ARGUMENT;

const codeOf = (error: unknown): unknown => (error as { code?: unknown } | null)?.code;

/**
 * Calls to the server, each with a time of its own: a silent server makes a call of the client hang past its deadline. What was not answered, or was answered by a node that does not
 * lead, starts or ends, is tried again: everything asked here may be asked twice.
 */
export class Calls {
  constructor(
    /** Where the server is, without credentials. */
    readonly address: string,
    /** How long an answer may take, in milliseconds. */
    readonly patience: number,
  ) {}

  /**
   * One try. A call that says its answer piece by piece gives a `sign` with each, and has its whole time again. `ended` is called where nobody waits for it any more.
   */
  async once<T>(call: (sign: () => void) => Promise<T>, ended?: () => void): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    let left = PARTS;
    const silence = new Promise<never>((_, reject) => {
      timer = setInterval(() => {
        left -= 1;
        if (left > 0) return;
        clearInterval(timer);
        reject(new Silence(this.patience));
        ended?.();
      }, this.patience / PARTS);
    });
    try {
      return await Promise.race([call(() => (left = PARTS)), silence]);
    } finally {
      clearInterval(timer);
    }
  }

  /** Tries until it is answered, four times at most; then a fault that says what to do, with a time to try again. Definite answers come through as they are. */
  async ask<T>(what: string, call: () => Promise<T>): Promise<T> {
    for (let tried = 0; ; tried += 1) {
      try {
        return await call();
      } catch (error) {
        if (isDefinite(error)) throw this.meaning(error);
        const wait = PAUSES[tried];
        if (wait === undefined) throw this.unanswered(what, tried + 1, error);
        await pause(wait * this.patience);
      }
    }
  }

  private unanswered(what: string, times: number, cause: unknown): Fault {
    const why = cause instanceof Error ? cause.message : String(cause);
    return new Fault(
      'event-store-unanswered',
      `the event store at ${this.address} did not ${what}, asked ${times} times (${why}); try again: what took effect meanwhile is found then, and not done twice`,
      5,
      { cause },
    );
  }

  /** What an operator must do about a definite error; conflicts and what is not there are the caller's matter. */
  private meaning(error: unknown): unknown {
    if (error instanceof AccessDeniedError && codeOf(error) === UNAUTHENTICATED)
      return new Fault(
        'event-store-access',
        `the event store at ${this.address} does not know this user with this password: see the connection string`,
        null,
        { cause: error },
      );
    if (error instanceof AccessDeniedError)
      return new Fault(
        'event-store-access',
        `the event store at ${this.address} denies access: its user must be allowed to read $all and to write the log's streams`,
        null,
        { cause: error },
      );
    if (error instanceof MaxAppendSizeExceededError)
      return new Fault(
        'too-large',
        `the event store at ${this.address} takes ${error.maxAppendSize} bytes in one append, and this is more; make the command smaller`,
        null,
        { cause: error },
      );
    if (error instanceof StreamDeletedError)
      return new Fault(
        'stream-deleted',
        `the stream ${error.streamName} was deleted on the server, by another program: restore the server from a backup`,
        null,
        { cause: error },
      );
    return error;
  }
}
