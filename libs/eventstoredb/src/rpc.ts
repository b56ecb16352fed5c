import {
  AccessDeniedError,
  MaxAppendSizeExceededError,
  StreamDeletedError,
  StreamNotFoundError,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import { Backoff, pause } from '@entente/async';
import { Fault, TooLarge } from '@entente/engine';

/** Pauses between tries, as parts of the time that an answer may take; they grow fourfold. */
const FIRST_PAUSE = 0.01;
const MAX_PAUSE = 0.16;
/** A call without an answer is tried at least so often. */
const MIN_TRIES = 4;
/**
 * The time of a call is counted in so many parts. One that comes late counts once: while this
 * process itself stood still, no answer could be seen.
 */
const CALL_PARTS = 10;

/** Codes of gRPC. */
const UNKNOWN = 2;
const INVALID_ARGUMENT = 3;
const RESOURCE_EXHAUSTED = 8;
const ABORTED = 10;
const UNAUTHENTICATED = 16;

/** Nothing came within the time of a call; nobody knows whether it took effect. */
class NoAnswer extends Error {
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
  isBeyondTransport(error);

/**
 * Of a read of the whole log, or of a subscription to it, that begins at a position: no event
 * begins there. Servers say so with code 2, and of a subscription newer ones with code 3. Both
 * codes say other things, too: their words tell.
 */
export const isNoEventThere = (error: unknown): boolean =>
  [UNKNOWN, INVALID_ARGUMENT].includes(codeOf(error) as number) &&
  error instanceof Error &&
  /Unexpected ReadAllResult|invalid position/i.test(error.message);

/**
 * The server cut a subscription for which too many events waited; it goes on from its last
 * position.
 */
export const isCut = (error: unknown): boolean => codeOf(error) === ABORTED;

/**
 * More than the server's transport takes in one message. Code 8 says other things, too, as that a
 * proxy asks for calm: its words tell.
 */
const isBeyondTransport = (error: unknown): boolean =>
  codeOf(error) === RESOURCE_EXHAUSTED &&
  error instanceof Error &&
  /larger than max|exceeds the maximum/i.test(error.message);

const codeOf = (error: unknown): unknown => (error as { code?: unknown } | null)?.code;

/** Nodes were asked who leads, and none said so. */
export class NoLeader extends Error {
  constructor() {
    super('no node leads');
  }
}

/** Nodes were asked who leads, and none said so; or a node says that it knows of none. */
export const isNoLeader = (error: unknown): boolean =>
  error instanceof NoLeader || (error instanceof Error && /No leader info/i.test(error.message));

const NOT_TWICE = 'try again: what took effect meanwhile is found then, and not done twice';

/**
 * Calls to the server, each with a time of its own: a silent server makes a call of the client hang
 * past its deadline. What was not answered, or was answered by a node that does not lead, starts or
 * ends, is tried again: everything asked here may be asked twice.
 */
export class Rpc {
  private trouble: string | null = null;
  /** Why the last search for the node that leads found none; null if it found one. */
  private lost: Error | null = null;
  /** How many connections were made. */
  private connections = 0;

  constructor(
    /** Where the server is, without credentials. */
    readonly address: string,
    /** How long an answer may take, in milliseconds. */
    readonly patience: number,
  ) {}

  /**
   * One try. A call that says its answer piece by piece gives a `sign` with each, and has its whole
   * time again. `ended` is called where nobody waits for it any more.
   */
  async once<T>(call: (sign: () => void) => Promise<T>, ended?: () => void): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    let left = CALL_PARTS;
    const silence = new Promise<never>((_, reject) => {
      timer = setInterval(() => {
        left -= 1;
        if (left > 0) return;
        clearInterval(timer);
        reject(new NoAnswer(this.patience));
        ended?.();
      }, this.patience / CALL_PARTS);
    });
    try {
      return await Promise.race([call(() => (left = CALL_PARTS)), silence]);
    } finally {
      clearInterval(timer);
    }
  }

  /** Called if a call got no answer in its time: of a cluster, another node may answer. */
  onSilence: () => void = () => undefined;

  /** Why the server does not answer just now, by the last call; null while it does. */
  outage(): string | null {
    return this.trouble;
  }

  /** The node that leads was found, and is connected to next. */
  foundLeader(): void {
    this.lost = null;
    this.connections += 1;
  }

  /** It was not. A call may fail in silence while a search is under way. */
  foundNoLeader(why: Error): void {
    this.lost = why;
  }

  /** That no node leads, and what to do about it. */
  noLeader(): string {
    return `no node of the event store at ${this.address} leads: a cluster needs more than half of its nodes; see that they run and reach each other`;
  }

  /**
   * Tries until it is answered, at least four times and for the time of one call; then a fault that
   * says what to do, with a time to try again. Where the node that leads was looked for and not
   * found, the time of one call is enough. Definite answers come through as they are; `isAnswer`
   * names further errors that are answers.
   */
  async ask<T>(what: string, call: () => Promise<T>, isAnswer: (error: unknown) => boolean = () => false): Promise<T> {
    const gaveUp = performance.now() + this.patience;
    const backoff = new Backoff({ firstMs: FIRST_PAUSE * this.patience, maxMs: MAX_PAUSE * this.patience, factor: 4 });
    let leaderless = false;
    for (let tried = 1; ; tried += 1) {
      const { connections } = this;
      try {
        const answer = await call();
        this.trouble = null;
        return answer;
      } catch (error) {
        if (isAnswer(error)) throw error;
        if (isDefinite(error)) throw this.meaning(error);
        // A call that began before the last connection says nothing of that.
        if (error instanceof NoAnswer && connections === this.connections) this.onSilence();
        leaderless ||= isNoLeader(error) || isNoLeader(this.lost);
        this.trouble = leaderless ? this.noLeader() : `the event store at ${this.address} does not answer`;
        const enough = tried >= MIN_TRIES || this.lost !== null;
        if (enough && performance.now() > gaveUp) throw this.unanswered(what, tried, leaderless, error);
        await pause(backoff.next());
      }
    }
  }

  private unanswered(what: string, times: number, leaderless: boolean, cause: unknown): Fault {
    if (leaderless) return new Fault('event-store-no-leader', `${this.noLeader()}; ${NOT_TWICE}`, 5, { cause });
    const why = cause instanceof Error ? cause.message : String(cause);
    return new Fault(
      'event-store-unanswered',
      `the event store at ${this.address} did not ${what}, asked ${times} times (${why}); ${NOT_TWICE}`,
      5,
      { cause },
    );
  }

  /**
   * What an operator must do about a definite error; conflicts and what is not there are the
   * caller's matter.
   */
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
      return new TooLarge(
        `the event store at ${this.address} takes ${error.maxAppendSize} bytes in one append, and this is more: make the command smaller, or raise the server's MaxAppendSize`,
        error,
      );
    if (isBeyondTransport(error))
      return new TooLarge(
        `the event store at ${this.address} takes less than 16 MiB in one message, whatever its settings: make the command smaller`,
        error,
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
