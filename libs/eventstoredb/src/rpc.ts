import {
  AccessDeniedError,
  MaxAppendSizeExceededError,
  StreamDeletedError,
  StreamNotFoundError,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import { Backoff, messageOf, pause } from '@entente/async';
import { DamagedLog, Fault, TooLarge } from '@entente/engine';
import type { Running } from './stream-calls.js';

/** Pauses between attempts, as parts of the call timeout; they grow fourfold. */
const FIRST_PAUSE_PART = 0.01;
const MAX_PAUSE_PART = 0.16;
/** The least number of attempts of a call without an answer. */
const MIN_TRIES = 4;
/**
 * The call timeout is counted in this number of parts. A late tick counts once: while this process
 * was stopped, it could not receive an answer.
 */
const CALL_PARTS = 10;

/** After these parts without an answer, the server is asked for something small. */
const PROBE_PARTS = 2;
/** Milliseconds after an interruption in which the leader may have changed. */
const UNSTEADY_MS = 10_000;
/** After these parts without an answer, a node of a cluster is left: two seconds by default. */
const SILENT_PARTS = 4;
/** The most parts of a search beyond the call timeout: two minutes by default. */
const MAX_SEARCH_PARTS = 240;

/** Codes of gRPC. */
const UNKNOWN = 2;
const INVALID_ARGUMENT = 3;
const RESOURCE_EXHAUSTED = 8;
const ABORTED = 10;
const UNAUTHENTICATED = 16;

/** A call without an answer yet, and the parts of the timeout that it has left. */
interface WaitingCall {
  left: number;
  /** Parts that it may take beyond the timeout while the server answers other calls. */
  extra: number;
  readonly timeOut: () => void;
}

/** No answer within the call timeout; it is unknown whether the call took effect. */
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
 * Whether a read of the whole log, or a subscription, failed because there is no event at its start
 * position. Servers answer with code 2, newer ones for a subscription with code 3. Both codes have
 * other meanings, too, so the text decides.
 */
export const isNoEventThere = (error: unknown): boolean =>
  [UNKNOWN, INVALID_ARGUMENT].includes(codeOf(error) as number) &&
  error instanceof Error &&
  /Unexpected ReadAllResult|invalid position/i.test(error.message);

/**
 * The server cut a subscription because too many events waited; it continues from its last
 * position.
 */
export const isCut = (error: unknown): boolean => codeOf(error) === ABORTED;

/**
 * More than the server's transport accepts in one message. Code 8 has other meanings, too, such as
 * a proxy's rate limit, so the text decides.
 */
const isBeyondTransport = (error: unknown): boolean =>
  codeOf(error) === RESOURCE_EXHAUSTED &&
  error instanceof Error &&
  /larger than max|exceeds the maximum/i.test(error.message);

const codeOf = (error: unknown): unknown => (error as { code?: unknown } | null)?.code;

/** Nodes answered, and none named a leader. */
export class NoLeader extends Error {
  constructor() {
    super('no node leads');
  }
}

/** Whether no node named a leader, or a node answered that it knows none. */
export const isNoLeader = (error: unknown): boolean =>
  error instanceof NoLeader || (error instanceof Error && /No leader info/i.test(error.message));

const RETRY_ADVICE = 'try again: what has taken effect is then recognised, and not done twice';

/**
 * Calls to the server, each with its own timeout: with a silent server, a call of the client hangs
 * past its deadline. A call without an answer, or with one from a node that is not the leader, or
 * is starting or ending, is tried again: every call here may be made twice.
 */
export class Rpc {
  private readonly waiting = new Set<WaitingCall>();
  /** One clock for all calls, while there are any. */
  private ticking: NodeJS.Timeout | undefined;
  private lastOutage: string | null = null;
  /** Why the last search found no leader; null if it found one. */
  private searchFailure: Error | null = null;
  /** Parts of the call timeout since the server answered anything, while calls wait. */
  private quiet = 0;
  private unsteadyUntil = 0;
  private isConnected = false;
  /** Searches for the leader that are under way. */
  private searches = 0;

  constructor(
    /** The address of the server, without credentials. */
    readonly address: string,
    /** The call timeout, in milliseconds. */
    readonly timeoutMs: number,
  ) {}

  /**
   * One attempt. A call that receives its answer in pieces calls `onPiece` with each, which
   * restarts the timeout. `ended` is called when no caller waits for the answer any more.
   */
  async once<T>(call: (onPiece: () => void) => Promise<T>, ended?: () => void): Promise<T> {
    return this.wait(call, ended, 0);
  }

  /**
   * One attempt of a call for which the server searches its log: that takes as long as the log is
   * long, and gives no pieces. The timeout restarts while the server answers other calls, at most
   * for {@link MAX_SEARCH_PARTS}.
   */
  async search<T>(call: (onPiece: () => void) => Promise<T>, ended?: () => void): Promise<T> {
    return this.wait(call, ended, MAX_SEARCH_PARTS);
  }

  /** One attempt of a call that is cancelled once no caller waits for its answer any more. */
  async run<T>(how: 'once' | 'search', begin: (onPiece: () => void) => Running<T>): Promise<T> {
    let cancel = (): void => undefined;
    return this[how](
      (onPiece) => {
        const running = begin(onPiece);
        cancel = running.cancel;
        return running.answer;
      },
      () => cancel(),
    );
  }

  private async wait<T>(
    call: (onPiece: () => void) => Promise<T>,
    ended: (() => void) | undefined,
    extraParts: number,
  ): Promise<T> {
    const { promise: timedOut, reject } = Promise.withResolvers<never>();
    const waiting: WaitingCall = {
      left: CALL_PARTS,
      extra: extraParts,
      timeOut: () => {
        reject(new NoAnswer(this.timeoutMs));
        ended?.();
      },
    };
    this.waiting.add(waiting);
    this.ticking ??= setInterval(() => this.tick(), this.timeoutMs / CALL_PARTS);
    const onPart = (): void => {
      this.quiet = 0;
      waiting.left = CALL_PARTS;
    };
    try {
      return await Promise.race([call(onPart), timedOut]);
    } finally {
      if (this.waiting.delete(waiting)) this.quiet = 0;
    }
  }

  /** A part of the call timeout has passed, for all calls. */
  private tick(): void {
    // While the leader is searched for, no node was asked yet.
    this.quiet = this.searches > 0 ? 0 : this.quiet + 1;
    if (this.quiet >= PROBE_PARTS) this.noteUnsteady();
    if (this.quiet === PROBE_PARTS && this.waiting.size > 0) void this.probe().catch(() => undefined);
    if (this.quiet >= SILENT_PARTS && this.onSilence !== null) {
      // Another node of a cluster may answer: none of the calls waits any longer for this one.
      this.quiet = 0;
      this.onSilence();
      this.timeOut([...this.waiting]);
    }
    for (const call of this.waiting) {
      call.left -= 1;
      if (call.left >= 0) continue;
      if (call.extra > 0 && this.quiet <= PROBE_PARTS) {
        call.left = Math.min(CALL_PARTS, call.extra);
        call.extra -= call.left;
      } else this.timeOut([call]);
    }
    if (this.waiting.size > 0) return;
    clearInterval(this.ticking);
    this.ticking = undefined;
    this.quiet = 0;
  }

  /**
   * Whether another node may lead by now: a leader that was frozen answers reads for a moment after
   * it was replaced. Always false if there is one node only.
   */
  isUnsteady(): boolean {
    return this.onSilence !== null && performance.now() < this.unsteadyUntil;
  }

  private noteUnsteady(): void {
    this.unsteadyUntil = performance.now() + UNSTEADY_MS;
  }

  private timeOut(calls: readonly WaitingCall[]): void {
    for (const call of calls) {
      this.waiting.delete(call);
      call.timeOut();
    }
  }

  /**
   * Called if the server gave no answer to any call for {@link SILENT_PARTS}; null if there is no
   * other node to ask.
   */
  onSilence: (() => void) | null = null;

  /** Asks the server for something small, to learn whether it answers. */
  probe: () => Promise<unknown> = () => Promise.resolve();

  /** Why the server does not answer now, by the last call; null while it answers. */
  outage(): string | null {
    return this.lastOutage;
  }

  /** The client searches for the leader. */
  searchesLeader(): void {
    this.searches += 1;
  }

  /** A search found the leader; the client connects to it next. */
  foundLeader(): void {
    this.searches -= 1;
    if (this.isConnected) this.noteUnsteady();
    this.isConnected = true;
    this.searchFailure = null;
    this.quiet = 0;
  }

  /** A search found no leader. A call may time out during a search. */
  foundNoLeader(reason: Error): void {
    this.searches -= 1;
    this.searchFailure = reason;
  }

  /** A message that there is no leader, and what to do. */
  noLeader(): string {
    return `no node of the event store at ${this.address} leads: a cluster needs more than half of its nodes; see that they run and reach each other`;
  }

  /**
   * Tries until there is an answer, at least four times and for one call timeout; then fails with a
   * fault that names the remedy and a retry time. If a search found no leader, one call timeout is
   * enough. Definite answers are passed on; `isAnswer` recognises further errors that are answers.
   */
  async ask<T>(what: string, call: () => Promise<T>, isAnswer: (error: unknown) => boolean = () => false): Promise<T> {
    const giveUpAt = performance.now() + this.timeoutMs;
    const backoff = new Backoff({
      firstMs: FIRST_PAUSE_PART * this.timeoutMs,
      maxMs: MAX_PAUSE_PART * this.timeoutMs,
      factor: 4,
    });
    let leaderless = false;
    for (let attempts = 1; ; attempts += 1) {
      try {
        const answer = await call();
        this.lastOutage = null;
        return answer;
      } catch (error) {
        if (isAnswer(error)) throw error;
        if (isDefinite(error)) {
          this.lastOutage = null;
          throw this.translateError(error, what);
        }
        leaderless ||= isNoLeader(error) || isNoLeader(this.searchFailure);
        this.lastOutage = leaderless ? this.noLeader() : `the event store at ${this.address} does not answer`;
        const triedEnough = attempts >= MIN_TRIES || this.searchFailure !== null;
        if (triedEnough && performance.now() > giveUpAt) throw this.unanswered(what, attempts, leaderless, error);
        await pause(backoff.next());
      }
    }
  }

  private unanswered(what: string, attempts: number, leaderless: boolean, cause: unknown): Fault {
    if (leaderless) return new Fault('event-store-no-leader', `${this.noLeader()}; ${RETRY_ADVICE}`, 5, { cause });
    const reason = messageOf(cause);
    return new Fault(
      'event-store-unanswered',
      `the event store at ${this.address} did not ${what}, after ${attempts} attempts (${reason}); ${RETRY_ADVICE}`,
      5,
      { cause },
    );
  }

  /**
   * Translates a definite error into what an operator must do. The caller handles conflicts and
   * missing streams.
   */
  private translateError(error: unknown, what: string): unknown {
    if (error instanceof AccessDeniedError && codeOf(error) === UNAUTHENTICATED)
      return new Fault(
        'event-store-access',
        `the event store at ${this.address} rejects this user and password: see the connection string`,
        null,
        { cause: error },
      );
    if (error instanceof AccessDeniedError)
      return new Fault(
        'event-store-access',
        `the event store at ${this.address} denies access, so it did not ${what}; its user must be allowed to read $all and to write the log's streams`,
        null,
        { cause: error },
      );
    if (error instanceof MaxAppendSizeExceededError)
      return new TooLarge(
        `the event store at ${this.address} accepts ${error.maxAppendSize} bytes in one append, and this is more: make the command smaller, or raise the server's MaxAppendSize`,
        error,
      );
    if (isBeyondTransport(error))
      return new TooLarge(
        `the event store at ${this.address} accepts less than 16 MiB in one message, whatever its settings: make the command smaller`,
        error,
      );
    if (error instanceof StreamDeletedError)
      return new DamagedLog(
        'stream-deleted',
        error.streamName,
        `the stream ${error.streamName} was deleted on the server, by another program; restore the server from a backup`,
        error,
      );
    return error;
  }
}
